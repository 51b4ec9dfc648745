/** `qt attestation`: its input formats and options, its output, and its exit statuses. */
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

/** Runs `qt attestation verify` with the arguments that the Nitro document needs, and `more`. */
const verify = (...more: string[]): Promise<Outcome> =>
  qt(['attestation', 'verify', '--profile', 'nitro', '--root', at('root.pem'), ...more])
const fresh = ['--at', AT, '--nonce', toHex(NONCE)]

/** The names of the failed checks in a printed verdict. */
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
  writeFileSync(at('text'), 'this is not a document\n')
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
    'exits with 0 for the valid %s, and prints the verdict as JSON',
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

  test('reads a document from standard input', async () => {
    const args = ['attestation', 'verify', '-', '--profile', 'nitro', '--root', at('root.pem'), ...fresh]
    const document = await authority.attest({
      profile: 'nitro',
      moduleId: MODULE,
      nonce: NONCE,
      pcrs: somePcrs(),
    })
    expect(failing(await qt(args, { input: toHex(document) }))).toEqual([])
    expect((await qt(args, { input: '' })).status).toBe(1)
  })

  test('prints the verdict as text on request', async () => {
    const outcome = await verify(at('nitro.cbor'), ...fresh, '--output', 'text')
    expect(outcome.stdout).toMatch(/^VERIFIED: all 16 checks hold\n/)
  })

  test.each<[what: string, args: string[]]>([
    ['every option', ['--max-age', '1', '--pcr', `0=${pcr(0)}`, '--pcr', `PCR8=${pcr(8).toUpperCase()}`]],
    ['reference values', ['--reference-values', 'values.json']],
    ['one of several roots', ['--root', 'aws', '--root', 'ab'.repeat(32)]],
  ])('accepts a document that satisfies %s', async (_, args) => {
    const named = args.map((arg) => (arg.endsWith('.json') ? at(arg) : arg))
    expect(failing(await verify(at('nitro.cbor'), ...fresh, ...named))).toEqual([])
  })

  test("can verify at the document's own time, without freshness", async () => {
    expect(failing(await verify(at('nitro.cbor'), '--at', 'document', '--no-freshness'))).toEqual([])
  })

  test.each<[what: string, file: string, args: string[], failing: string[]]>([
    ['a flipped bit', 'flipped.cbor', fresh, ['signature']],
    ['debug mode', 'debug.cbor', fresh, ['debug']],
    ['another nonce', 'nitro.cbor', ['--at', AT, '--nonce', '00'], ['nonce']],
    ['another PCR', 'nitro.cbor', [...fresh, '--pcr', `1=${'0'.repeat(96)}`], ['PCR policy']],
    [
      'a document that is too old',
      'nitro.cbor',
      ['--at', new Date(MOMENT + 1501).toISOString(), '--nonce', toHex(NONCE), '--max-age', '1.5'],
      ['freshness'],
    ],
    ['expired certificates', 'nitro.cbor', ['--at', '2036-01-01', '--no-freshness'], ['validity']],
    ['a file that is not a document', 'text', fresh, ['CBOR']],
    ['a file that is too long', 'huge', fresh, ['CBOR']],
  ])('exits with 1 for %s, and names the failed check', async (_, file, args, names) => {
    const outcome = await verify(at(file), ...args)
    expect(outcome).toMatchObject({ status: 1, stderr: '' })
    expect(failing(outcome).slice(0, 1)).toEqual(names)
  })

  test('accepts debug mode with --allow-debug', async () => {
    expect((await verify(at('debug.cbor'), ...fresh, '--allow-debug')).status).toBe(0)
  })

  test('accepts the other profile, and uses the cloud’s root by default', async () => {
    const args = ['attestation', 'verify', at('qingtian.cbor'), '--profile', 'qingtian', ...fresh]
    expect(failing(await qt([...args, '--root', at('root.pem')]))).toEqual([])
    expect(failing(await qt(args))).toEqual(['root pinned'])
    expect(failing(await qt([...args, '--root', 'huawei']))).toEqual(['root pinned'])
  })

  test.each<[what: string, args: string[], code: string]>([
    ['no nonce', [], 'E_VERIFY_NONCE'],
    ['a nonce that is not hexadecimal', ['--nonce', 'xy'], 'E_HEX'],
    ['a profile twice', ['--profile', 'nitro', ...fresh], 'E_USAGE'],
    ['a root that does not exist', ['--root', 'azure', ...fresh], 'E_FILE'],
    ['a root that is not a certificate', ['--root', 'text', ...fresh], 'E_VERIFY_ROOTS'],
    ['a word as a time', ['--at', 'now', '--no-freshness'], 'E_VERIFY_OPTION'],
    ['a word as an age', ['--max-age', 'long', ...fresh], 'E_USAGE'],
    ['a negative age', ['--max-age=-5', ...fresh], 'E_USAGE'],
    ['a PCR without an index', ['--pcr', pcr(0), ...fresh], 'E_USAGE'],
    ['a PCR twice', ['--pcr', `0=${pcr(0)}`, '--pcr', `PCR0=${pcr(1)}`, ...fresh], 'E_USAGE'],
    ['a short PCR', ['--pcr', '0=00', ...fresh], 'E_POLICY_PCR'],
    ['PCR 32', ['--pcr', `32=${pcr(0)}`, ...fresh], 'E_POLICY_PCR'],
    ['invalid reference values', ['--reference-values', 'text', ...fresh], 'E_POLICY_FORMAT'],
    ['an unknown output format', ['--output', 'xml', ...fresh], 'E_USAGE'],
    ['an unknown option', ['--loud', ...fresh], 'E_USAGE'],
  ])('exits with 2 for %s', async (_, args, code) => {
    const named = args.map((arg) => (arg === 'text' ? at(arg) : arg))
    const outcome = await verify(at('nitro.cbor'), ...named)
    expect(outcome).toMatchObject({ status: 2, stdout: '' })
    expect(outcome.stderr).toMatch(new RegExp(`^${code}: `))
  })

  test('exits with 2 for an unknown profile', async () => {
    const outcome = await qt(['attestation', 'verify', at('nitro.cbor'), '--profile', 'sgx', ...fresh])
    expect(outcome).toMatchObject({ status: 2, stdout: '' })
    expect(outcome.stderr).toMatch(/^E_DOCUMENT_PROFILE: /)
  })

  test('exits with 2 for no file, two files, a file that does not exist, or no profile', async () => {
    for (const args of [
      fresh,
      [at('text'), at('text'), ...fresh],
      [at('nowhere'), ...fresh],
      [folder, ...fresh],
    ]) {
      expect(await verify(...args)).toMatchObject({ status: 2, stdout: '' })
    }
    expect((await qt(['attestation', 'verify', at('nitro.cbor'), ...fresh])).status).toBe(2)
  })
})

describe('show', () => {
  test('prints a document as text, and guesses its profile', async () => {
    const { status, stdout } = await qt(['attestation', 'show', at('qingtian.cbor')])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Attestation document of qingtian, decoded but not verified\n/)
    expect(stdout).toContain(`PCR8   ${pcr(8)}  the certificate that signed the image`)
    expect((await qt(['attestation', 'show', at('nitro.hex')])).stdout).toContain('document of nitro')
  })

  test('prints a document as JSON on request', async () => {
    const { stdout } = await qt(['attestation', 'show', at('flipped.cbor'), '--output', 'json'])
    expect(JSON.parse(stdout)).toMatchObject({ profile: 'nitro', moduleId: MODULE, pcrs: { PCR0: pcr(0) } })
  })

  test('exits with 1 for an invalid document or another profile, and with 2 for a usage error', async () => {
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
  const args = ['attestation', 'verify', at('nitro.cbor'), '--profile', 'nitro', ...fresh]
  expect(failing(await qt([...args, '--root', at('other.pem')]))).toEqual(['root pinned'])
})

describe.skipIf(!haveVectors)('real documents are valid', () => {
  test.each([
    ['nitro', 'nitro/evervault_beta_valid.cbor', 'aws'],
    ['nitro', 'nitro/fastcrypto_valid_pcr16_attestation.cbor', 'aws'],
    ['qingtian', 'qingtian/official-signed.cose', 'huawei'],
  ])('in %s, %s', async (profile, name, root) => {
    writeFileSync(at('real'), Buffer.from(vector(name)).toString('base64'))
    const args = ['attestation', 'verify', at('real'), '--profile', profile, '--at', 'document']
    expect(await qt([...args, '--no-freshness', '--root', root])).toMatchObject({ status: 0, stderr: '' })
  })
})
