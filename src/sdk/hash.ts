/** SHA-2, HMAC and HKDF (FIPS 180-4, RFC 2104, RFC 5869), by the compiled cryptography module. */
import {
  hash as compiledHash,
  hkdf as compiledHkdf,
  hmac as compiledHmac,
  type Digest,
} from 'webclave:crypto'
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'

export type { Digest }

/** Bytes of each digest. */
export const DIGEST_LENGTH: Readonly<Record<Digest, number>> = { sha256: 32, sha384: 48, sha512: 64 }

/** Limits in bytes: on an HMAC key, and on HKDF's secret, salt and info in total; and on info alone. */
const MAX_INPUT = 65536
const MAX_INFO = 16384

/**
 * The digest of `data`: 32, 48 or 64 bytes.
 * @throws {EnclaveError} E_CRYPTO_INPUT
 * @example
 * hash('sha256', new TextEncoder().encode('hello')) // 32 bytes
 */
export function hash(digest: Digest, data: Uint8Array): Bytes {
  checkDigest(digest)
  checkBytes('the data', data)
  return compiledHash(digest, data)!
}

/** SHA-256 of `data`, 32 bytes. @throws {EnclaveError} E_CRYPTO_INPUT */
export const sha256 = (data: Uint8Array): Bytes => hash('sha256', data)
/** SHA-384 of `data`, 48 bytes, the digest of PCRs. @throws {EnclaveError} E_CRYPTO_INPUT */
export const sha384 = (data: Uint8Array): Bytes => hash('sha384', data)
/** SHA-512 of `data`, 64 bytes. @throws {EnclaveError} E_CRYPTO_INPUT */
export const sha512 = (data: Uint8Array): Bytes => hash('sha512', data)

/**
 * The HMAC of `data` under `key` (at most 65,536 bytes); as long as the digest.
 * @throws {EnclaveError} E_CRYPTO_INPUT
 */
export function hmac(digest: Digest, key: Uint8Array, data: Uint8Array): Bytes {
  checkDigest(digest)
  checkBytes('the key', key, { max: MAX_INPUT })
  checkBytes('the data', data)
  return compiledHmac(digest, key, data)!
}

/**
 * `length` bytes of key material from `secret`, like Node's `hkdfSync`: at most 255 times the digest's length.
 * @throws {EnclaveError} E_CRYPTO_INPUT
 */
export function hkdf(
  digest: Digest,
  secret: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Bytes {
  checkDigest(digest)
  checkBytes('the secret', secret)
  checkBytes('the salt', salt)
  checkBytes('the info', info, { max: MAX_INFO })
  checkNumber('the length', length, 1, 255 * DIGEST_LENGTH[digest])
  const material = compiledHkdf(digest, length, secret, salt, info)
  if (material) return material
  const got = `${secret.length + salt.length + info.length} bytes`
  throw badInput('secret, salt and info are too long', `at most ${MAX_INPUT} bytes in total`, got)
}

/** Whether two byte strings are equal, in constant time. */
export function timingSafeEqual(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (let at = 0; at < left.length; at++) difference |= left[at]! ^ right[at]!
  return difference === 0
}

/** The error for an invalid argument. It may contain lengths, never contents. */
export function badInput(what: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_CRYPTO_INPUT', { what, expected, got })
}

/** @throws {EnclaveError} E_CRYPTO_INPUT */
export function checkBytes(
  name: string,
  value: unknown,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {},
): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array))
    throw badInput(`${name} has the wrong type`, 'a Uint8Array', typeof value)
  if (value.length >= min && value.length <= max) return
  const expected = min === max ? `${min} bytes` : `${min} to ${max} bytes`
  throw badInput(`${name} has the wrong length`, expected, `${value.length} bytes`)
}

/** @throws {EnclaveError} E_CRYPTO_INPUT */
export function checkNumber(name: string, value: unknown, min: number, max: number): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return
  throw badInput(`${name} is out of range`, `an integer from ${min} to ${max}`, String(value))
}

function checkDigest(digest: unknown): void {
  if (typeof digest === 'string' && Object.hasOwn(DIGEST_LENGTH, digest)) return
  throw badInput('unknown digest', Object.keys(DIGEST_LENGTH).join(', '), String(digest))
}
