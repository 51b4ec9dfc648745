/** Sealing for the key of another enclave: RFC 9180, as @hpke/core implements it. */
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { expect, test } from 'vitest'
import { fromHex } from '../../../src/base/bytes.ts'
import { newKey, open, seal } from '../../../src/sdk/shared/seal.ts'

const INFO = new TextEncoder().encode('info')
const SECRET = new TextEncoder().encode('a secret')

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
})

test('another implementation opens it with the key that its context exports', async () => {
  const recipientKey = await suite.kem.generateKeyPair()
  const publicKey = new Uint8Array(await suite.kem.serializePublicKey(recipientKey.publicKey))
  const sealed = seal(publicKey, INFO, SECRET)!
  const context = await suite.createRecipientContext({ recipientKey, enc: sealed.slice(0, 32), info: INFO })
  const raw = await context.export(new TextEncoder().encode('webclave shared secret key'), 32)
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt'])
  const algorithm = { name: 'AES-GCM', iv: new Uint8Array(12) }
  const text = await crypto.subtle.decrypt(algorithm, key, sealed.slice(32))
  expect(new Uint8Array(text)).toEqual(SECRET)
})

test('only its key and its info open it', () => {
  const key = newKey()
  const sealed = seal(key.publicKey, INFO, SECRET)!
  expect(open(key, INFO, sealed)).toEqual(SECRET)
  expect(open(newKey(), INFO, sealed)).toBeUndefined()
  expect(open(key, SECRET, sealed)).toBeUndefined()
  expect(open(key, INFO, sealed.slice(0, -1))).toBeUndefined()
  expect(open(key, INFO, sealed.slice(0, 40))).toBeUndefined()
})

test('each sealing has a key of its own', () => {
  const { publicKey } = newKey()
  expect(seal(publicKey, INFO, SECRET)).not.toEqual(seal(publicKey, INFO, SECRET))
})

test('an encapsulated key of small order opens nothing', () => {
  const key = newKey()
  const sealed = seal(key.publicKey, INFO, SECRET)!
  for (const first of ['00', '01']) {
    sealed.set(fromHex(first + '00'.repeat(31)))
    expect(open(key, INFO, sealed)).toBeUndefined()
  }
})
