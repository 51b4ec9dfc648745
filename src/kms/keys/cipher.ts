/** Encryption with key material: AES-256-GCM (ciphertexts name their key) and RSAES-OAEP (RFC 8017; they do not). */
import type { Bytes } from '../../base/bytes.ts'
import { type EncryptionContext, referenceOf, seal, unseal } from '../core/ciphertext.ts'
import { KmsError } from '../core/error.ts'
import { invalid } from '../core/input.ts'
import { aesKey, privateKey, publicKey } from './material.ts'
import { type KeyRecord, newest } from './record.ts'
import { type EncryptionAlgorithm, hashOf, plaintextMax } from './spec.ts'

/** Encrypts under the newest version. @throws {KmsError} E_KMS_VALIDATION if the plaintext is too long. */
export async function encryptUnder(
  key: KeyRecord,
  algorithm: EncryptionAlgorithm,
  plaintext: Bytes,
  context: EncryptionContext,
): Promise<Bytes> {
  const most = plaintextMax(key.spec, algorithm)
  if (plaintext.byteLength > most) {
    throw invalid(
      'plaintext',
      `Member must have length less than or equal to ${most}`,
      `${plaintext.byteLength} bytes`,
    )
  }
  const version = newest(key)
  if (algorithm === 'SYMMETRIC_DEFAULT') {
    return seal({ keyId: key.id, version: version.number }, await aesKey(version), plaintext, context)
  }
  const purpose = { name: 'RSA-OAEP', hash: hashOf(algorithm) }
  const rsa = await publicKey(version, purpose, 'encrypt')
  return new Uint8Array(await crypto.subtle.encrypt({ name: 'RSA-OAEP' }, rsa, plaintext))
}

/** Decrypts under the version that the ciphertext names; for RSA, the only one. @throws {KmsError} E_KMS_CIPHERTEXT */
export async function decryptUnder(
  key: KeyRecord,
  algorithm: EncryptionAlgorithm,
  ciphertext: Bytes,
  context: EncryptionContext,
): Promise<Bytes> {
  if (algorithm === 'SYMMETRIC_DEFAULT') {
    const { version: number } = referenceOf(ciphertext)
    const version = key.versions.find((one) => one.number === number)
    if (version) return unseal(ciphertext, await aesKey(version), context)
  } else {
    const rsa = await privateKey(newest(key), { name: 'RSA-OAEP', hash: hashOf(algorithm) }, 'decrypt')
    const opened = await crypto.subtle.decrypt({ name: 'RSA-OAEP' }, rsa, ciphertext).catch(() => undefined)
    if (opened) return new Uint8Array(opened)
  }
  throw new KmsError('E_KMS_CIPHERTEXT', {
    what: 'the ciphertext cannot be decrypted with this key',
    expected: `a ciphertext that ${key.id} made with ${algorithm}`,
    got: `${ciphertext.byteLength} bytes`,
  })
}
