/** `<qtsm_lib.h>` and `<nsm.h>` of programs in C. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyAttestation } from '../../src/attestation/index.ts'
import { fromHex } from '../../src/base/bytes.ts'
import { createParent, type Parent } from '../../src/parent/index.ts'
import { clang, imageOf, program } from './compile.ts'

/** The calls of `programs/module.c` with the code that each returns, in their order. */
const QTSM: readonly (readonly [call: string, outcome: number | string])[] = [
  ['qtsm_get_random(before, random, 32)', 8],
  ['qtsm_lib_init', 'a descriptor'],
  ['qtsm_lib_init twice', 'another descriptor'],
  ['qtsm_describe_pcr(fd, 0, &locked, data, &length)', 0],
  ['PCR0 is locked', '1, length 48'],
  ['qtsm_describe_pcr(fd, 0, &locked, small, &length)', 6],
  ['the needed length', 48],
  ['qtsm_describe_pcr(fd, 32, &locked, data, &(uint32_t){64})', 1],
  ['qtsm_describe_pcr(fd, 0, NULL, data, &(uint32_t){64})', 3],
  ['qtsm_describe_pcr(fd, 0, &locked, NULL, &(uint32_t){64})', 3],
  ['qtsm_describe_pcr(fd, 0, &locked, data, NULL)', 3],
  ['qtsm_extend_pcr(fd, 16, (const uint8_t *)"a", 1, data, &(uint32_t){64})', 0],
  ['qtsm_extend_pcr(fd, 0, (const uint8_t *)"a", 1, data, &(uint32_t){64})', 4],
  ['qtsm_extend_pcr(fd, 16, NULL, 1, data, &(uint32_t){64})', 3],
  ['qtsm_extend_pcr(fd, 40, (const uint8_t *)"a", 1, data, &(uint32_t){64})', 1],
  ['qtsm_extend_pcr(fd, 16, large, sizeof large, data, &(uint32_t){64})', 7],
  ['qtsm_lock_pcr(fd, 17, &locked)', 0],
  ['it is locked', 1],
  ['qtsm_lock_pcr(fd, 17, &locked)', 4],
  ['qtsm_lock_pcr(fd, 32, &locked)', 1],
  ['qtsm_lock_pcr(fd, 18, NULL)', 3],
  ['qtsm_lock_pcrs(fd, 2, (uint16_t[]){18, 19}, &locked)', 0],
  ['qtsm_lock_pcrs(fd, 33, (uint16_t[33]){0}, &locked)', 7],
  ['qtsm_lock_pcrs(fd, 1, NULL, &locked)', 3],
  ['qtsm_get_describe(fd, &description)', 0],
  ['it has 32 PCRs, 19 are locked, digest 1', ''],
  ['qtsm_get_describe(fd, NULL)', 3],
  ['qtsm_get_random(fd, random, 256)', 0],
  ['qtsm_get_random(fd, random, 257)', 7],
  ['qtsm_get_random(fd, random, 0)', 3],
  ['qtsm_get_random(fd, NULL, 8)', 3],
  [
    'qtsm_get_attestation(fd, (const uint8_t *)"user", 4, (const uint8_t *)"nonce", 5, NULL, 0, document, &document_length)',
    0,
  ],
  ['qtsm_get_attestation(fd, NULL, 0, NULL, 0, NULL, 0, small, &(uint32_t){8})', 6],
  ['qtsm_get_attestation(fd, large, 1025, NULL, 0, NULL, 0, document, &(uint32_t){sizeof document})', 7],
  ['qtsm_get_attestation(fd, NULL, 7, NULL, 0, NULL, 0, document, &(uint32_t){sizeof document})', 3],
  ['qtsm_get_random(fd, random, 32)', 8],
  ['qtsm_get_random(second, random, 32)', 0],
]

const NSM: typeof QTSM = [
  ['nsm_describe_pcr(fd, 16, &locked, data, &length)', 0],
  ['nsm_describe_pcr(fd, 32, &locked, data, &length)', 2],
  ['nsm_describe_pcr(fd, 16, &locked, small, &(uint32_t){8})', 6],
  ['nsm_extend_pcr(fd, 0, (const uint8_t *)"a", 1, data, &(uint32_t){64})', 4],
  ['nsm_extend_pcr(fd, 20, (const uint8_t *)"a", 1, data, &(uint32_t){64})', 0],
  ['nsm_extend_pcr(fd, 20, NULL, 0, data, &(uint32_t){64})', 1],
  ['nsm_lock_pcr(fd, 0)', 4],
  ['nsm_lock_pcrs(fd, 21)', 0],
  ['nsm_lock_pcrs(fd, 32)', 0],
  ['nsm_lock_pcrs(fd, 33)', 2],
  ['nsm_extend_pcr(fd, 31, (const uint8_t *)"a", 1, data, &(uint32_t){64})', 4],
  ['nsm_get_description(fd, &description)', 0],
  ['its PCRs', '32, locked: 32'],
  ['nsm_get_random(fd, random, &count)', 0],
  ['random bytes', 256],
  ['nsm_get_random(fd, random, &(uintptr_t){0})', 1],
  ['nsm_get_random(-1, random, &(uintptr_t){8})', 1],
  ['nsm_get_attestation_doc(fd, NULL, 0, NULL, 0, NULL, 0, document, &(uint32_t){sizeof document})', 0],
  ['nsm_get_attestation_doc(fd, NULL, 0, NULL, 0, NULL, 0, small, &(uint32_t){8})', 6],
  ['nsm_lock_pcr(fd, 16)', 8],
]

const PROFILES = ['qingtian', 'nitro'] as const

describe.skipIf(!clang)('the security module in C', () => {
  let image: Uint8Array<ArrayBuffer>
  const parents: Parent[] = []
  beforeAll(async () => {
    image = await imageOf(program('module'))
  })
  afterAll(() => Promise.all(parents.map((parent) => parent.close())))

  /** What the program has printed, a line for each call. */
  async function linesOf(profile: (typeof PROFILES)[number]): Promise<[Parent, string[]]> {
    const parent = await createParent({ vcpus: 1, memoryMiB: 64, profile })
    parents.push(parent)
    const { promise, resolve } = Promise.withResolvers<string>()
    parent.listen(6000, (socket) => void new Response(socket.readable).text().then(resolve))
    await parent.start(image, { vcpus: 1, memoryMiB: 64 })
    return [parent, (await promise).trim().split('\n')]
  }

  test.each(PROFILES)('returns the codes of both libraries in the profile %s', async (profile) => {
    const [parent, lines] = await linesOf(profile)
    const printed = (name: string) =>
      lines.find((line) => line.startsWith(`${name}: `))!.slice(name.length + 2)
    const rows = lines.filter((line) => !/^(?:PCR0|PCR16|document|pages)/.test(line) || /locked/.test(line))
    const expected = [...QTSM, ...NSM].map(([call, outcome]) =>
      outcome === '' ? call : `${call}: ${outcome}`,
    )
    expect(rows.map((row) => row.replace(/, id of \d+ bytes$/, ''))).toEqual(expected)
    // A register is extended from zero.
    const extended = createHash('sha384').update(new Uint8Array(48)).update('a').digest('hex')
    expect(printed('PCR16')).toBe(extended)
    expect(printed('pages taken by 2800 rounds')).toBe('0')
    const { ok, checks, document } = await verifyAttestation(fromHex(printed('document')), {
      profile,
      roots: parent.rootCertificate,
      nonce: new TextEncoder().encode('nonce'),
      pcrs: new Map([[0, fromHex(printed('PCR0'))]]),
    })
    expect(checks.filter((check) => !check.ok)).toEqual([])
    expect(ok && new TextDecoder().decode(document.userData)).toBe('user')
  })
})
