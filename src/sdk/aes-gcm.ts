/**
 * AES-GCM (NIST SP 800-38D), by the compiled cryptography module: in constant time, and no plaintext exists
 * before its tag was verified.
 */
import { aesGcmOpen, aesGcmSeal } from 'webclave:crypto'
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { badInput, checkBytes } from './hash.ts'
import { randomBytes } from './qtsm.ts'

const NONCE_LENGTH = 12
const TAG_LENGTH = 16
const KEY_LENGTHS = [16, 24, 32]
const NONE = new Uint8Array(0)

/**
 * Encrypts under a given nonce. Using a nonce twice with one key reveals both plaintexts: unless a
 * protocol prescribes the nonce, use `seal`.
 *
 * @param key 16, 24 or 32 bytes.
 * @param nonce 12 bytes, or any other length except 0.
 * @param associated additional authenticated data, which `decrypt` also needs. @default none
 * @returns the ciphertext, as long as `text`, and the tag of 16 bytes.
 * @throws {EnclaveError} E_CRYPTO_INPUT
 */
export function encrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  text: Uint8Array,
  associated: Uint8Array = NONE,
): Bytes {
  checkArguments(key, nonce, associated)
  checkBytes('the text', text)
  return aesGcmSeal(key, nonce, associated, text)!
}

/**
 * Decrypts a result of `encrypt`.
 * @throws {EnclaveError} E_CRYPTO_INPUT; E_DECRYPT if the key, nonce, associated data or any bit differs.
 */
export function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  associated: Uint8Array = NONE,
): Bytes {
  checkArguments(key, nonce, associated)
  checkBytes('the ciphertext', ciphertext)
  const text = aesGcmOpen(key, nonce, associated, ciphertext)
  if (text) return text
  throw new EnclaveError('E_DECRYPT', {
    what: 'the ciphertext cannot be decrypted: its tag is wrong',
    expected: 'a ciphertext of this key, nonce and associated data',
  })
}

/**
 * Encrypts under a random nonce, which precedes the ciphertext. The result is 28 bytes longer than `text`.
 * @throws {EnclaveError} E_CRYPTO_INPUT
 * @example
 * const sealed = aesGcm.seal(key, new TextEncoder().encode('a secret'))
 * aesGcm.open(key, sealed) // 8 bytes
 */
export function seal(key: Uint8Array, text: Uint8Array, associated?: Uint8Array): Bytes {
  const nonce = randomBytes(NONCE_LENGTH)
  return concatBytes(nonce, encrypt(key, nonce, text, associated))
}

/** Decrypts a result of `seal`. @throws {EnclaveError} as `decrypt` */
export function open(key: Uint8Array, sealed: Uint8Array, associated?: Uint8Array): Bytes {
  checkBytes('the ciphertext', sealed, { min: NONCE_LENGTH + TAG_LENGTH })
  return decrypt(key, sealed.subarray(0, NONCE_LENGTH), sealed.subarray(NONCE_LENGTH), associated)
}

function checkArguments(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array): void {
  checkBytes('the key', key)
  if (!KEY_LENGTHS.includes(key.length)) {
    throw badInput('the key has the wrong length', `${KEY_LENGTHS.join(', ')} bytes`, `${key.length} bytes`)
  }
  checkBytes('the nonce', nonce, { min: 1 })
  checkBytes('the associated data', associated)
}
