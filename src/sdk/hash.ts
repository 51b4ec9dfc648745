/** SHA-2, HMAC and HKDF (FIPS 180-4, RFC 2104, RFC 5869), by the compiled cryptography module. */
import { hash as compiledHash, hkdf as compiledHkdf, hmac as compiledHmac } from 'webclave:crypto'
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { type BytesInput, bytesOf, integerOf } from './arguments.ts'

/** The digests of SHA-2. */
export type Digest = 'sha256' | 'sha384' | 'sha512'

/** Bytes of each digest. */
export const DIGEST_LENGTH: Readonly<Record<Digest, number>> = { sha256: 32, sha384: 48, sha512: 64 }

/** Limits in bytes: on an HMAC key, and on HKDF's secret, salt and info in total; and on info alone. */
const MAX_INPUT = 65536
const MAX_INFO = 16384

/**
 * The digest of `data`: 32, 48 or 64 bytes.
 * @throws {ArgumentError}
 * @throws {EnclaveError} E_CRYPTO_INPUT
 * @example
 * hash('sha256', new TextEncoder().encode('hello')) // 32 bytes
 */
export function hash(digest: Digest, data: BytesInput): Bytes {
  checkDigest(digest)
  return compiledHash(digest, bytesOf('data', data))!
}

/** SHA-256 of `data`, 32 bytes. @throws {ArgumentError} */
export const sha256 = (data: BytesInput): Bytes => hash('sha256', data)
/** SHA-384 of `data`, 48 bytes, the digest of PCRs. @throws {ArgumentError} */
export const sha384 = (data: BytesInput): Bytes => hash('sha384', data)
/** SHA-512 of `data`, 64 bytes. @throws {ArgumentError} */
export const sha512 = (data: BytesInput): Bytes => hash('sha512', data)

/**
 * The HMAC of `data` under `key` (at most 65,536 bytes); as long as the digest.
 * @throws {ArgumentError}
 * @throws {EnclaveError} E_CRYPTO_INPUT
 */
export function hmac(digest: Digest, key: BytesInput, data: BytesInput): Bytes {
  checkDigest(digest)
  return compiledHmac(digest, sizedBytes('key', key, { max: MAX_INPUT }), bytesOf('data', data))!
}

/**
 * `length` bytes of key material from `secret`, like Node's `hkdfSync`: at most 255 times the digest's length.
 * @throws {ArgumentError}
 * @throws {EnclaveError} E_CRYPTO_INPUT
 */
export function hkdf(
  digest: Digest,
  secret: BytesInput,
  salt: BytesInput,
  info: BytesInput,
  length: number,
): Bytes {
  checkDigest(digest)
  const inputs = [bytesOf('secret', secret), bytesOf('salt', salt)] as const
  const about = sizedBytes('info', info, { max: MAX_INFO })
  checkNumber('length', length, 1, 255 * DIGEST_LENGTH[digest])
  const material = compiledHkdf(digest, length, ...inputs, about)
  if (material) return material
  const got = `${inputs[0].length + inputs[1].length + about.length} bytes`
  throw badInput('secret, salt and info are too long', `at most ${MAX_INPUT} bytes in total`, got)
}

/** Whether two byte strings are equal, in constant time. @throws {ArgumentError} */
export function timingSafeEqual(left: BytesInput, right: BytesInput): boolean {
  const [one, other] = [bytesOf('left', left), bytesOf('right', right)]
  if (one.length !== other.length) return false
  let difference = 0
  for (let at = 0; at < one.length; at++) difference |= one[at]! ^ other[at]!
  return difference === 0
}

/** The error for an invalid argument. It may contain lengths, never contents. */
export function badInput(what: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_CRYPTO_INPUT', { what, expected, got })
}

/** `value` as bytes of a length from `min` to `max`. @throws {ArgumentError} @throws {EnclaveError} E_CRYPTO_INPUT */
export function sizedBytes(
  name: string,
  value: unknown,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number },
): Bytes {
  const bytes = bytesOf(name, value)
  if (bytes.length >= min && bytes.length <= max) return bytes
  const expected = min === max ? `${min} bytes` : `${min} to ${max} bytes`
  throw badInput(`the ${name} has the wrong length`, expected, `${bytes.length} bytes`)
}

/** @throws {ArgumentError} @throws {EnclaveError} E_CRYPTO_INPUT */
export function checkNumber(name: string, value: unknown, min: number, max: number): void {
  if (typeof value !== 'number') integerOf(name, value, min, max)
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return
  throw badInput(`${name} is out of range`, `an integer from ${min} to ${max}`, String(value))
}

function checkDigest(digest: unknown): void {
  if (typeof digest === 'string' && Object.hasOwn(DIGEST_LENGTH, digest)) return
  throw badInput('unknown digest', Object.keys(DIGEST_LENGTH).join(', '), String(digest))
}
