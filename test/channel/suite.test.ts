/** The sender of HPKE where the browser fails to make a key now and then, as WebKitGTK does. */
import { afterEach, expect, test, vi } from 'vitest'
import { loadSuite, sealingKey, WebSealing } from '../../src/channel/suite.ts'
import { X25519_KEM } from '../../src/channel/wire/names.ts'

afterEach(() => void vi.restoreAllMocks())

const failure = new DOMException('The operation failed for an operation-specific reason', 'OperationError')

async function key() {
  const pair = (await crypto.subtle.generateKey({ name: 'X25519' }, true, ['deriveBits'])) as CryptoKeyPair
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  return sealingKey(await loadSuite(X25519_KEM), { id: 1, kem: X25519_KEM, publicKey })
}

test('a context is begun again with another key', async () => {
  const receiver = await key()
  const generateKey = vi
    .spyOn(crypto.subtle, 'generateKey')
    .mockRejectedValueOnce(failure)
    .mockRejectedValueOnce(failure)
  const sealing = await WebSealing.create(receiver)
  expect(generateKey).toHaveBeenCalledTimes(3)
  expect(sealing.enc).toHaveLength(32)
  expect(await sealing.seal(new Uint8Array(10), true, new Uint8Array(5))).toHaveLength(5 + 1 + 26)
})

test('a browser that always fails is told so', async () => {
  const receiver = await key()
  const generateKey = vi.spyOn(crypto.subtle, 'generateKey').mockRejectedValue(failure)
  await expect(WebSealing.create(receiver)).rejects.toThrow('operation-specific reason')
  expect(generateKey).toHaveBeenCalledTimes(5)
})
