/** `qt attestation`: every spelling and option, what is printed, and the exit status of each outcome. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AttestationAuthority,
  createAttestationAuthority,
} from '../../src/attestation/issue/authority.ts'
import { toHex } from '../../src/base/bytes.ts'
import { forgePath, MOMENT, somePcrs } from '../attestation/forge.ts'
import { haveVectors, vector } from '../attestation/vectors.ts'
import { type Outcome, qt } from '../support/qt.ts'

const NONCE = new Uint8Array(20).fill(3)
const MODULE = 'i-0123456789abcdef0-enc0123456789abcdef'
const AT = new Date(MOMENT).toISOString()
const pcr = (index: number) => toHex(somePcrs().get(index)!)

let folder: string
let authority: AttestationAuthority
const at = (name: string) => join(folder, name)

/** `qt attestation verify` with what a good call of the Nitro document has, and `more`. */
const verify = (...more: string[]): Promise<Outcome> =>
  qt(['attestation', 'verify', '--profile', 'nitro', '--root', at('root.pem'), ...more])
const fresh = ['--at', AT, '--nonce', toHex(NONCE)]

/** The names of the checks that a printed verdict fails. */
const failing = ({ stdout }: Outcome): string[] =>
  (JSON.parse(stdout) as { checks: { name: string; ok: boolean }[] }).checks
    .filter(({ ok }) => !ok)
    .map(({ name }) => name)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'webclave-attestation-'))
  authority = await createAttestationAuthority({ instanceId: 'i-0123456789abcdef0', now: () => MOMENT })
  const request = { moduleId: MODULE, nonce: NONCE }
  const nitro = await authority.attest({ ...request, profile: 'nitro', pcrs: somePcrs() })
  const debug = new Map([...somePcrs()].map(([index]) => [index, new Uint8Array(48)]))
  writeFileSync(at('nitro.cbor'), nitro)
  writeFileSync(at('nitro.hex'), `${toHex(nitro)}\n`)
  writeFileSync(at('nitro.b64'), Buffer.from(nitro).toString('base64').replace(/.{76}/g, '$&\n'))
  writeFileSync(at('flipped.cbor'), nitro.with(-1, nitro.at(-1)! ^ 1))
  writeFileSync(at('debug.cbor'), await authority.attest({ ...request, profile: 'nitro', pcrs: debug }))
  writeFileSync(
    at('qingtian.cbor'),
    await authority.attest({ ...request, profile: 'qingtian', pcrs: somePcrs() }),
  )
  writeFileSync(at('root.pem'), authority.rootPem)
  writeFileSync(at('text'), 'this is no document\n')
  writeFileSync(at('huge'), new Uint8Array(5 << 20))
  writeFileSync(
    at('values.json'),
    JSON.stringify({
      version: 1,
      allowed: [
        { label: 'old', pcrs: { 0: 'ab'.repeat(48) } },
        { label: 'by signer', pcrs: { PCR8: pcr(8) } },
      ],
    }),
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('verify', () => {
  test.each(['nitro.cbor', 'nitro.hex', 'nitro.b64'])(
    '%s is valid: 0, and the verdict as JSON',
    async (name) => {
      const outcome = await verify(at(name), ...fresh)
      expect(outcome).toMatchObject({ status: 0, stderr: '' })
      expect(JSON.parse(outcome.stdout)).toMatchObject({
        ok: true,
        checks: Array.from({ length: 16 }, (_, index) => ({ number: index + 1, ok: true })),
        document: { profile: 'nitro', moduleId: MODULE, nonce: toHex(NONCE), userData: null },
      })
    },
  )

  test('from standard input', async () => {
    const words = ['attestation', 'verify', '-', '--profile', 'nitro', '--root', at('root.pem'), ...fresh]
    const document = await authority.attest({
      profile: 'nitro',
      moduleId: MODULE,
      nonce: NONCE,
      pcrs: somePcrs(),
    })
    expect(failing(await qt(words, { input: toHex(document) }))).toEqual([])
    expect((await qt(words, { input: '' })).status).toBe(1)
  })

  test('as text for people', async () => {
    const outcome = await verify(at('nitro.cbor'), ...fresh, '--output', 'text')
    expect(outcome.stdout).toMatch(/^VERIFIED: all 16 checks hold\n/)
  })

  test.each<[what: string, words: string[]]>([
    ['every option', ['--max-age', '1', '--pcr', `0=${pcr(0)}`, '--pcr', `PCR8=${pcr(8).toUpperCase()}`]],
    ['reference values', ['--reference-values', 'values.json']],
    ['one of several roots', ['--root', 'aws', '--root', 'ab'.repeat(32)]],
  ])('%s that hold', async (_, words) => {
    const named = words.map((word) => (word.endsWith('.json') ? at(word) : word))
    expect(failing(await verify(at('nitro.cbor'), ...fresh, ...named))).toEqual([])
  })

  test("at the document's own time, without freshness", async () => {
    expect(failing(await verify(at('nitro.cbor'), '--at', 'document', '--no-freshness'))).toEqual([])
  })

  test.each<[what: string, file: string, words: string[], failing: string[]]>([
    ['a flipped bit', 'flipped.cbor', fresh, ['signature']],
    ['debug mode', 'debug.cbor', fresh, ['debug']],
    ['another nonce', 'nitro.cbor', ['--at', AT, '--nonce', '00'], ['nonce']],
    ['another PCR', 'nitro.cbor', [...fresh, '--pcr', `1=${'0'.repeat(96)}`], ['PCR policy']],
    [
      'too old',
      'nitro.cbor',
      ['--at', new Date(MOMENT + 1501).toISOString(), '--nonce', toHex(NONCE), '--max-age', '1.5'],
      ['freshness'],
    ],
    ['today', 'nitro.cbor', ['--at', '2036-01-01', '--no-freshness'], ['validity']],
    ['no document', 'text', fresh, ['CBOR']],
    ['far too much', 'huge', fresh, ['CBOR']],
  ])('%s: 1, and which check fails', async (_, file, words, names) => {
    const outcome = await verify(at(file), ...words)
    expect(outcome).toMatchObject({ status: 1, stderr: '' })
    expect(failing(outcome).slice(0, 1)).toEqual(names)
  })

  test('debug mode, where it is allowed', async () => {
    expect((await verify(at('debug.cbor'), ...fresh, '--allow-debug')).status).toBe(0)
  })

  test('the other profile, and the cloud’s root by default', async () => {
    const words = ['attestation', 'verify', at('qingtian.cbor'), '--profile', 'qingtian', ...fresh]
    expect(failing(await qt([...words, '--root', at('root.pem')]))).toEqual([])
    expect(failing(await qt(words))).toEqual(['root pinned'])
    expect(failing(await qt([...words, '--root', 'huawei']))).toEqual(['root pinned'])
  })

  test.each<[what: string, words: string[], code: string]>([
    ['no nonce', [], 'E_VERIFY_NONCE'],
    ['a nonce that is none', ['--nonce', 'xy'], 'E_HEX'],
    ['a profile twice', ['--profile', 'nitro', ...fresh], 'E_USAGE'],
    ['a root that is no file', ['--root', 'azure', ...fresh], 'E_FILE'],
    ['a root that is no certificate', ['--root', 'text', ...fresh], 'E_VERIFY_ROOTS'],
    ['a time in words', ['--at', 'now', '--no-freshness'], 'E_VERIFY_OPTION'],
    ['an age in words', ['--max-age', 'long', ...fresh], 'E_USAGE'],
    ['a negative age', ['--max-age=-5', ...fresh], 'E_USAGE'],
    ['a PCR without an index', ['--pcr', pcr(0), ...fresh], 'E_USAGE'],
    ['a PCR twice', ['--pcr', `0=${pcr(0)}`, '--pcr', `PCR0=${pcr(1)}`, ...fresh], 'E_USAGE'],
    ['a short PCR', ['--pcr', '0=00', ...fresh], 'E_POLICY_PCR'],
    ['PCR 32', ['--pcr', `32=${pcr(0)}`, ...fresh], 'E_POLICY_PCR'],
    ['reference values that are none', ['--reference-values', 'text', ...fresh], 'E_POLICY_FORMAT'],
    ['another form of output', ['--output', 'xml', ...fresh], 'E_USAGE'],
    ['an unknown option', ['--loud', ...fresh], 'E_USAGE'],
  ])('%s: 2', async (_, words, code) => {
    const named = words.map((word) => (word === 'text' ? at(word) : word))
    const outcome = await verify(at('nitro.cbor'), ...named)
    expect(outcome).toMatchObject({ status: 2, stdout: '' })
    expect(outcome.stderr).toMatch(new RegExp(`^${code}: `))
  })

  test('an unknown profile: 2', async () => {
    const outcome = await qt(['attestation', 'verify', at('nitro.cbor'), '--profile', 'sgx', ...fresh])
    expect(outcome).toMatchObject({ status: 2, stdout: '' })
    expect(outcome.stderr).toMatch(/^E_DOCUMENT_PROFILE: /)
  })

  test('no file, two files, a missing file, no profile: 2', async () => {
    for (const words of [
      fresh,
      [at('text'), at('text'), ...fresh],
      [at('nowhere'), ...fresh],
      [folder, ...fresh],
    ]) {
      expect(await verify(...words)).toMatchObject({ status: 2, stdout: '' })
    }
    expect((await qt(['attestation', 'verify', at('nitro.cbor'), ...fresh])).status).toBe(2)
  })
})

describe('show', () => {
  test('an annotated document, whose profile is guessed', async () => {
    const { status, stdout } = await qt(['attestation', 'show', at('qingtian.cbor')])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Attestation document of qingtian, decoded but not verified\n/)
    expect(stdout).toContain(`PCR8   ${pcr(8)}  the certificate that signed the image`)
    expect((await qt(['attestation', 'show', at('nitro.hex')])).stdout).toContain('document of nitro')
  })

  test('as JSON', async () => {
    const { stdout } = await qt(['attestation', 'show', at('flipped.cbor'), '--output', 'json'])
    expect(JSON.parse(stdout)).toMatchObject({ profile: 'nitro', moduleId: MODULE, pcrs: { PCR0: pcr(0) } })
  })

  test('not a document, or a document of another profile: 1; a usage error: 2', async () => {
    const other = await qt(['attestation', 'show', at('nitro.cbor'), '--profile', 'qingtian'])
    expect(other).toMatchObject({ status: 1, stdout: '' })
    expect(other.stderr).toMatch(/^E_DOCUMENT_/)
    expect((await qt(['attestation', 'show', at('text')])).stderr).toMatch(/^E_DOCUMENT_CBOR: /)
    expect((await qt(['attestation', 'show'])).status).toBe(2)
    expect((await qt(['attestation', 'show', at('text'), '--profile', 'sgx'])).status).toBe(2)
  })
})

test('a document under another root is rejected because of its root', async () => {
  const { path } = await forgePath('nitro')
  writeFileSync(
    at('other.pem'),
    `-----BEGIN CERTIFICATE-----\n${Buffer.from(path[0]!).toString('base64')}\n-----END CERTIFICATE-----\n`,
  )
  const words = ['attestation', 'verify', at('nitro.cbor'), '--profile', 'nitro', ...fresh]
  expect(failing(await qt([...words, '--root', at('other.pem')]))).toEqual(['root pinned'])
})

describe.skipIf(!haveVectors)('real documents', () => {
  test.each([
    ['nitro', 'nitro/evervault_beta_valid.cbor', 'aws'],
    ['nitro', 'nitro/fastcrypto_valid_pcr16_attestation.cbor', 'aws'],
    ['qingtian', 'qingtian/official-signed.cose', 'huawei'],
  ])('%s, %s', async (profile, name, root) => {
    writeFileSync(at('real'), Buffer.from(vector(name)).toString('base64'))
    const words = ['attestation', 'verify', at('real'), '--profile', profile, '--at', 'document']
    expect(await qt([...words, '--no-freshness', '--root', root])).toMatchObject({ status: 0, stderr: '' })
  })
})
