/** Ed25519 (RFC 8032), by @noble/curves. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { type Bytes, concatBytes, equalBytes, fromHex } from '../base/bytes.ts'
import { badInput, checkBytes } from './hash.ts'
import { randomBytes } from './qtsm.ts'

const KEY_LENGTH = 32
const SPKI_PREFIX = /* @__PURE__ */ fromHex('302a300506032b6570032100')

/** A new private key from the QTSM's randomness, 32 bytes. */
export const generateKey = (): Bytes => randomBytes(KEY_LENGTH)

/** The public key as SubjectPublicKeyInfo in DER, 44 bytes. @throws {EnclaveError} E_CRYPTO_INPUT */
export function publicKey(privateKey: Uint8Array): Bytes {
  checkBytes('the private key', privateKey, { min: KEY_LENGTH, max: KEY_LENGTH })
  return concatBytes(SPKI_PREFIX, ed25519.getPublicKey(privateKey))
}

/**
 * The signature of `message`, 64 bytes. Slow for long messages: hashing is in JavaScript, and 1 MiB takes seconds.
 * @throws {EnclaveError} E_CRYPTO_INPUT
 * @example
 * const signature = ed25519.sign(ed25519.generateKey(), new TextEncoder().encode('hello'))
 * signature.length // 64
 */
export function sign(privateKey: Uint8Array, message: Uint8Array): Bytes {
  checkBytes('the private key', privateKey, { min: KEY_LENGTH, max: KEY_LENGTH })
  checkBytes('the message', message)
  return ed25519.sign(message, privateKey) as Bytes
}

/**
 * Whether `signature` is valid for the public key `spki`. False if it is malformed.
 * @throws {EnclaveError} E_CRYPTO_INPUT
 */
export function verify(spki: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  checkBytes('the public key', spki, { min: 44, max: 44 })
  checkBytes('the message', message)
  checkBytes('the signature', signature)
  if (!equalBytes(spki.subarray(0, SPKI_PREFIX.length), SPKI_PREFIX)) {
    throw badInput('the public key has the wrong type', 'SubjectPublicKeyInfo of Ed25519', 'another type')
  }
  try {
    return ed25519.verify(signature, message, spki.subarray(SPKI_PREFIX.length))
  } catch {
    return false
  }
}
