/**
 * AES-GCM (NIST SP 800-38D), by the compiled cryptography module: in constant time, and no plaintext exists
 * before its tag was verified.
 */
import { aesGcmOpen, aesGcmSeal } from 'webclave:crypto'
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { type BytesInput, bytesOf } from './arguments.ts'
import { badInput, sizedBytes } from './hash.ts'
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
 * @throws {ArgumentError}
 * @throws {EnclaveError} E_CRYPTO_INPUT
 */
export function encrypt(
  key: BytesInput,
  nonce: BytesInput,
  text: BytesInput,
  associated: BytesInput = NONE,
): Bytes {
  return aesGcmSeal(...checked(key, nonce, associated), bytesOf('text', text))!
}

/**
 * Decrypts a result of `encrypt`.
 * @throws {EnclaveError} E_CRYPTO_INPUT; E_DECRYPT if the key, nonce, associated data or any bit differs.
 */
export function decrypt(
  key: BytesInput,
  nonce: BytesInput,
  ciphertext: BytesInput,
  associated: BytesInput = NONE,
): Bytes {
  const text = aesGcmOpen(...checked(key, nonce, associated), bytesOf('ciphertext', ciphertext))
  if (text) return text
  throw new EnclaveError('E_DECRYPT', {
    what: 'the ciphertext cannot be decrypted: its tag is wrong',
    expected: 'a ciphertext of this key, nonce and associated data',
  })
}

/**
 * Encrypts under a random nonce, which precedes the ciphertext. The result is 28 bytes longer than `text`.
 * @throws {ArgumentError}
 * @throws {EnclaveError} E_CRYPTO_INPUT
 * @example
 * const sealed = aesGcm.seal(key, new TextEncoder().encode('a secret'))
 * aesGcm.open(key, sealed) // 8 bytes
 */
export function seal(key: BytesInput, text: BytesInput, associated?: BytesInput): Bytes {
  const nonce = randomBytes(NONCE_LENGTH)
  return concatBytes(nonce, encrypt(key, nonce, text, associated))
}

/** Decrypts a result of `seal`. @throws {EnclaveError} as `decrypt` */
export function open(key: BytesInput, sealed: BytesInput, associated?: BytesInput): Bytes {
  const bytes = sizedBytes('ciphertext', sealed, { min: NONCE_LENGTH + TAG_LENGTH })
  return decrypt(key, bytes.subarray(0, NONCE_LENGTH), bytes.subarray(NONCE_LENGTH), associated)
}

function checked(key: BytesInput, nonce: BytesInput, associated: BytesInput): [Bytes, Bytes, Bytes] {
  const bytes = bytesOf('key', key)
  if (!KEY_LENGTHS.includes(bytes.length)) {
    throw badInput('the key has the wrong length', `${KEY_LENGTHS.join(', ')} bytes`, `${bytes.length} bytes`)
  }
  return [bytes, sizedBytes('nonce', nonce, { min: 1 }), bytesOf('associated', associated)]
}
