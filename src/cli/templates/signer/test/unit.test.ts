/** The guest's modules in Node, without an enclave: `webclave/sdk` is that of a test enclave. */
import { createPublicKey, hash, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { verifyAttestation } from 'webclave/attestation'
import { testEnclave } from 'webclave/testing'
import { sign } from '../guest/signer.ts'

const message = new TextEncoder().encode('pay 1 to Bob')
const nonce = crypto.getRandomValues(new Uint8Array(32))

test('OpenSSL verifies the signature', () => {
  const { signature, publicKey } = sign(message, nonce)
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
  expect(verify('sha256', message, key, signature)).toBe(true)
  expect(verify('sha256', new TextEncoder().encode('pay 9 to Bob'), key, signature)).toBe(false)
})

test('the document has the nonce and the digest of the key', async () => {
  const { publicKey, document } = sign(message, nonce)
  const verdict = await verifyAttestation(document, {
    profile: 'qingtian',
    roots: testEnclave.rootCertificate,
    nonce,
    userData: hash('sha256', publicKey),
    allowDebug: true,
  })
  expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([])
})

test('what is not bytes is refused', () => {
  expect(() => sign('pay 1 to Bob', nonce)).toThrow('message and nonce must be bytes')
})
