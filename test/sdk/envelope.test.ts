/** Envelopes that an enclave opens: a real one of AWS KMS, and OpenSSL's, with definite and indefinite lengths. */
import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Laboratory } from '../support/laboratory.ts'

const vectors = fileURLToPath(new URL('../../../shared/vectors/cms/', import.meta.url))
const present = existsSync(vectors)
if (!present) console.warn('SKIPPED: the real envelope, because ../shared/vectors/cms is missing')
const PLAINTEXT = 'a data key of 32 bytes, exactly.'

const folder = mkdtempSync(join(tmpdir(), 'webclave-envelope-'))
const file = (name: string) => join(folder, name)
const openssl = (args: string) =>
  execFileSync('openssl', args.split(' '), { stdio: ['ignore', 'pipe', 'ignore'] })

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
  openssl(
    `req -x509 -newkey rsa:2048 -nodes -subj /CN=a -addext subjectKeyIdentifier=hash -keyout ${file('key')} -out ${file('cert')}`,
  )
  writeFileSync(file('plain'), PLAINTEXT)
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await lab[Symbol.asyncDispose]()
})

/** A private key in the SDK's format. */
function rawKey(pem: Buffer): Buffer {
  const jwk = createPrivateKey(pem).export({ format: 'jwk' }) as Record<string, string>
  const part = (text: string, length: number) => {
    const bytes = Buffer.from(text, 'base64url')
    return Buffer.concat([Buffer.alloc(length - bytes.length), bytes])
  }
  const primes = [jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi].map((text) => part(text!, 128))
  return Buffer.concat([part(jwk.n!, 256), ...primes])
}

const bytes = (buffer: Uint8Array) => `Uint8Array.from([${[...buffer]}])`
const open = (key: Buffer, envelope: Uint8Array) =>
  lab.attempt(`return new sdk.Recipient(${bytes(rawKey(key))}).open(${bytes(envelope)})`)

const encrypt = (more: string) =>
  openssl(
    `cms -encrypt ${more} -binary -outform DER -in ${file('plain')} -keyid -recip ${file('cert')} -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha256`,
  )

describe('an envelope', () => {
  test.skipIf(!present)('of AWS KMS is decrypted', async () => {
    const read = (name: string) => readFileSync(join(vectors, name))
    const { value } = await open(
      read('edgebit_private_key.pem'),
      read('edgebit_ciphertext_for_recipient.der'),
    )
    const expected = Buffer.from(read('edgebit_plaintext.hex').toString().trim(), 'hex')
    expect(value).toEqual([...expected])
  })

  test.each([
    ['in one piece', '-aes-256-cbc', 0x80],
    ['in chunks of indefinite length', '-aes-256-cbc -stream', 0xa0],
  ])('of OpenSSL, %s, is decrypted', async (_, more, tag) => {
    const envelope = encrypt(more)
    // The tag [0] of the ciphertext follows the initialization vector of 16 bytes.
    const form = envelope.indexOf(Buffer.of(0x04, 0x10)) + 18
    expect(envelope[form]).toBe(tag)
    const { value } = await open(readFileSync(file('key')), envelope)
    expect(value).toEqual([...Buffer.from(PLAINTEXT)])
  })

  test('for another key, with another cipher, or damaged is rejected', async () => {
    const key = readFileSync(file('key'))
    openssl(`genrsa -out ${file('other')} 2048`)
    expect((await open(readFileSync(file('other')), encrypt('-aes-256-cbc'))).error?.code).toBe(
      'E_CMS_DECRYPT',
    )
    expect((await open(key, encrypt('-aes-128-cbc'))).error?.code).toBe('E_CMS')
    expect((await open(key, encrypt('-aes-256-cbc').subarray(0, 200))).error?.code).toBe('E_CMS')
    expect((await open(key, Buffer.from('no envelope'))).error?.code).toBe('E_CMS')
  })
})

describe('a recipient', () => {
  test('has one public key for all its documents, as SubjectPublicKeyInfo', async () => {
    const [one, other] = await lab.run<number[][]>(
      `const recipient = new sdk.Recipient(); return [recipient.publicKey, recipient.publicKey]`,
    )
    expect(one).toEqual(other)
    const key = createPublicKey({ key: Buffer.from(one!), format: 'der', type: 'spki' })
    expect(key.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048, publicExponent: 65537n })
  })

  test('rejects a private key of another length', async () => {
    expect((await lab.attempt(`return new sdk.Recipient(new Uint8Array(895))`)).error?.code).toBe(
      'E_CRYPTO_INPUT',
    )
  })
})
