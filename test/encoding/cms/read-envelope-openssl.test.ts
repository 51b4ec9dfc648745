/** Envelopes for a recipient: a real one of AWS KMS, envelopes made by OpenSSL, and damaged ones. */
import { execFileSync } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { type Bytes, toHex } from '../../../src/base/bytes.ts'
import { openEnvelope } from '../../support/open-envelope.ts'

const vectors = fileURLToPath(new URL('../../../../shared/vectors/cms/', import.meta.url))
const present = existsSync(vectors)
if (!present) console.warn('LEFT OUT: the real envelope, for ../shared/vectors/cms is not there')

const folder = mkdtempSync(join(tmpdir(), 'webclave-cms-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string) => join(folder, name)
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] })

function importKey(pem: string): Promise<CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })
  return crypto.subtle.importKey('pkcs8', new Uint8Array(der), { name: 'RSA-OAEP', hash: 'SHA-256' }, false, [
    'decrypt',
  ])
}

const PLAINTEXT = 'a data key of 32 bytes, exactly.'
openssl(
  'req',
  '-x509',
  '-newkey',
  'rsa:2048',
  '-nodes',
  '-subj',
  '/CN=recipient',
  '-addext',
  'subjectKeyIdentifier=hash',
  '-keyout',
  file('key.pem'),
  '-out',
  file('cert.pem'),
)
writeFileSync(file('plain'), PLAINTEXT)
const OAEP = [
  '-keyopt',
  'rsa_padding_mode:oaep',
  '-keyopt',
  'rsa_oaep_md:sha256',
  '-keyopt',
  'rsa_mgf1_md:sha256',
]

/** An envelope that OpenSSL creates for the certificate, as DER or streamed. */
function envelope(...more: string[]): Bytes {
  const args = [
    'cms',
    '-encrypt',
    '-aes-256-cbc',
    '-binary',
    '-outform',
    'DER',
    '-in',
    file('plain'),
    '-keyid',
    ...more,
  ]
  return new Uint8Array(openssl(...args, '-recip', file('cert.pem'), ...OAEP))
}
const key = await importKey(readFileSync(file('key.pem'), 'utf8'))

describe('an envelope', () => {
  test.skipIf(!present)('of AWS KMS is opened', async () => {
    const read = (name: string) => readFileSync(join(vectors, name))
    const real = await importKey(read('edgebit_private_key.pem').toString())
    const opened = await openEnvelope(new Uint8Array(read('edgebit_ciphertext_for_recipient.der')), real)
    expect(toHex(opened)).toBe(read('edgebit_plaintext.hex').toString().trim())
  })

  test.each([
    ['in one piece', []],
    ['in pieces of indefinite length', ['-stream']],
  ])('of OpenSSL %s is opened', async (_, more) => {
    expect(new TextDecoder().decode(await openEnvelope(envelope(...more), key))).toBe(PLAINTEXT)
  })

  test('for another key fails without details', async () => {
    openssl('genrsa', '-out', file('other.pem'), '2048')
    const other = await importKey(readFileSync(file('other.pem'), 'utf8'))
    await expect(openEnvelope(envelope(), other)).rejects.toMatchObject({ code: 'E_CMS_DECRYPT' })
  })

  test('with another cipher or padding is refused', async () => {
    const args = ['cms', '-encrypt', '-binary', '-outform', 'DER', '-in', file('plain'), '-keyid']
    const make = (...more: string[]) => new Uint8Array(openssl(...args, ...more))
    const weak = make('-aes-128-cbc', '-recip', file('cert.pem'), ...OAEP)
    await expect(openEnvelope(weak, key)).rejects.toMatchObject({ code: 'E_CMS' })
    const pkcs1 = make('-aes-256-cbc', '-recip', file('cert.pem'))
    await expect(openEnvelope(pkcs1, key)).rejects.toMatchObject({ code: 'E_CMS' })
  })

  test('with any damage gives an EnclaveError or the plaintext', async () => {
    const good = envelope()
    const damage = fc.tuple(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length))
    await fc.assert(
      fc.asyncProperty(damage, async ([at, value, end]) => {
        const bytes = good.with(at, value).slice(0, end % 3 === 0 ? end : undefined) as Bytes
        const outcome = await openEnvelope(bytes, key).then(
          () => 'opened',
          (error: { code?: string }) => error.code,
        )
        expect(['opened', 'E_CMS', 'E_CMS_DECRYPT']).toContain(outcome)
      }),
      { numRuns: process.env['WEBCLAVE_LONG'] ? 20_000 : 500 },
    )
  })
})
