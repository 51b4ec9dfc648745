/** Ed25519 (RFC 8032), by the compiled cryptography module: in constant time where the private key is used. */
import { ed25519Public, ed25519Sign, ed25519Verify } from 'webclave:crypto'
import { type Bytes, concatBytes, equalBytes, fromHex } from '../base/bytes.ts'
import { type BytesInput, bytesOf } from './arguments.ts'
import { badInput, sizedBytes } from './hash.ts'
import { randomBytes } from './qtsm.ts'

const KEY_LENGTH = 32
const KEY = { min: KEY_LENGTH, max: KEY_LENGTH } as const
const SPKI = { min: 44, max: 44 } as const
const SPKI_PREFIX = /* @__PURE__ */ fromHex('302a300506032b6570032100')

/** A new private key from the QTSM's randomness, 32 bytes. */
export const generateKey = (): Bytes => randomBytes(KEY_LENGTH)

/**
 * The public key as SubjectPublicKeyInfo in DER, 44 bytes.
 * @throws {ArgumentError}
 * @throws {EnclaveError} E_CRYPTO_INPUT
 */
export function publicKey(privateKey: BytesInput): Bytes {
  return concatBytes(SPKI_PREFIX, ed25519Public(sizedBytes('private key', privateKey, KEY))!)
}

/**
 * The signature of `message`, 64 bytes.
 * @throws {ArgumentError}
 * @throws {EnclaveError} E_CRYPTO_INPUT
 * @example
 * const signature = ed25519.sign(ed25519.generateKey(), new TextEncoder().encode('hello'))
 * signature.length // 64
 */
export function sign(privateKey: BytesInput, message: BytesInput): Bytes {
  return ed25519Sign(sizedBytes('private key', privateKey, KEY), bytesOf('message', message))!
}

/**
 * Whether `signature` is valid for the public key `spki`. False if it is malformed.
 * @throws {ArgumentError}
 * @throws {EnclaveError} E_CRYPTO_INPUT
 */
export function verify(spki: BytesInput, message: BytesInput, signature: BytesInput): boolean {
  const key = sizedBytes('public key', spki, SPKI)
  const [data, given] = [bytesOf('message', message), bytesOf('signature', signature)]
  if (!equalBytes(key.subarray(0, SPKI_PREFIX.length), SPKI_PREFIX)) {
    throw badInput('the public key has the wrong type', 'SubjectPublicKeyInfo of Ed25519', 'another type')
  }
  return ed25519Verify(key.subarray(SPKI_PREFIX.length), given, data)
}
