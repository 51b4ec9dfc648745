/**
 * RSA signatures of digests (RFC 8017: RSASP1 and RSAVP1 of section 5.2, EMSA-PSS of 9.1, EMSA-PKCS1-v1_5 of 9.2), which
 * WebCrypto cannot make, because it always hashes. The private operation is blinded and its result is verified:
 * a caller who measures time cannot choose its operands, and a fault in one CRT half does not reveal the key. It runs
 * in turns, because a signature with a 4096-bit key would block everybody else.
 */

import { fromBase64 } from '../../base/base64.ts'
import { type Bytes, concatBytes, equalBytes, fromHex, toHex } from '../../base/bytes.ts'
import { yieldToTasks } from '../../platform/yield.ts'
import { KmsError } from '../core/error.ts'
import type { KeyVersion } from './record.ts'
import { hashOf, type SigningAlgorithm } from './spec.ts'

/** DigestInfo in DER, up to the digest (RFC 8017 section 9.2, note 1). */
const DIGEST_INFO: Readonly<Record<string, string>> = {
  'SHA-256': '3031300d060960864801650304020105000420',
  'SHA-384': '3041300d060960864801650304020205000430',
  'SHA-512': '3051300d060960864801650304020305000440',
}

type Pause = () => Promise<void>

/** The numbers of an RSA key. */
export interface RsaKey {
  readonly bits: number
  readonly n: bigint
  readonly e: bigint
  readonly p: bigint
  readonly q: bigint
  readonly dp: bigint
  readonly dq: bigint
  readonly qi: bigint
}

/** The numbers of a version's key. */
export async function rsaKey({ material }: KeyVersion): Promise<RsaKey> {
  const algorithm = { name: 'RSA-PSS', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('pkcs8', fromBase64(material), algorithm, true, ['sign'])
  const jwk = await crypto.subtle.exportKey('jwk', key)
  const number = (name: 'n' | 'e' | 'p' | 'q' | 'dp' | 'dq' | 'qi') => toNumber(fromBase64(jwk[name] ?? ''))
  const bits = (key.algorithm as RsaHashedKeyAlgorithm).modulusLength
  return {
    bits,
    n: number('n'),
    e: number('e'),
    p: number('p'),
    q: number('q'),
    dp: number('dp'),
    dq: number('dq'),
    qi: number('qi'),
  }
}

/** Signs the result of `encode` for the size of the key. `pause` lets other tasks run. */
export async function rsaPrivate(
  key: RsaKey,
  encode: (bits: number) => Promise<Bytes>,
  pause: Pause = yieldToTasks,
): Promise<Bytes> {
  const message = toNumber(await encode(key.bits))
  return alone(() => sign(key, message, pause))
}

/** The current or last private operation. */
let last: Promise<unknown> = Promise.resolve()

/** Runs private operations one after the other: concurrent ones would share a turn and make it longer. */
function alone<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = last.then(work)
  last = result.catch(() => undefined)
  return result
}

async function sign(key: RsaKey, message: bigint, pause: Pause): Promise<Bytes> {
  const { bits, n, e, p, q, dp, dq, qi } = key
  const blind = toNumber(crypto.getRandomValues(new Uint8Array(bits / 8))) % n
  const blinded = (message * power(blind, e, n)) % n
  const inP = await secretPower(blinded % p, dp, p, bits / 2, pause)
  const inQ = await secretPower(blinded % q, dq, q, bits / 2, pause)
  const difference = (((inP - inQ) * qi) % p) + p
  const signature = ((inQ + (difference % p) * q) * inverse(blind, n)) % n
  if (power(signature, e, n) !== message) {
    throw new KmsError('E_KMS_INTERNAL', {
      what: 'an RSA signature failed its check',
      hint: 'check the hardware of this machine for faults',
    })
  }
  return toBytes(signature, bits / 8)
}

/** The encoded message that `signature` signs; undefined if its length does not fit the key. */
export async function rsaPublic({ bits, n, e }: RsaKey, signature: Bytes): Promise<Bytes | undefined> {
  const number = toNumber(signature)
  if (signature.byteLength !== bits / 8 || number >= n) return undefined
  return toBytes(power(number, e, n), bits / 8)
}

/** Encodes a digest for signing, with the length of the modulus. */
export async function encodeDigest(algorithm: SigningAlgorithm, digest: Bytes, bits: number): Promise<Bytes> {
  if (!algorithm.startsWith('RSASSA_PSS')) return encodePkcs1(algorithm, digest, bits / 8)
  const salt = crypto.getRandomValues(new Uint8Array(digest.byteLength))
  const hash = await digestOf(algorithm, concatBytes(new Uint8Array(8), digest, salt))
  const masked = concatBytes(new Uint8Array(bits / 8 - 2 * hash.byteLength - 2), Uint8Array.of(1), salt)
  const mask = await maskOf(algorithm, hash, masked.byteLength)
  for (const at of masked.keys()) masked[at]! ^= mask[at]!
  masked[0]! &= 0x7f
  return concatBytes(masked, hash, Uint8Array.of(0xbc))
}

/** Whether `encoded` is an encoding of `digest`. */
export async function matchesDigest(
  algorithm: SigningAlgorithm,
  digest: Bytes,
  encoded: Bytes,
): Promise<boolean> {
  const size = encoded.byteLength
  if (!algorithm.startsWith('RSASSA_PSS')) return equalBytes(encoded, encodePkcs1(algorithm, digest, size))
  const end = size - digest.byteLength - 1
  const hash = encoded.slice(end, -1)
  const opened = encoded.slice(0, end)
  if (encoded.at(-1) !== 0xbc || opened[0]! > 0x7f) return false
  const mask = await maskOf(algorithm, hash, end)
  for (const at of opened.keys()) opened[at]! ^= mask[at]!
  opened[0]! &= 0x7f
  const saltAt = end - digest.byteLength
  const isPadded = opened.subarray(0, saltAt - 1).every((byte) => byte === 0) && opened[saltAt - 1] === 1
  const expected = await digestOf(algorithm, concatBytes(new Uint8Array(8), digest, opened.subarray(saltAt)))
  return isPadded && equalBytes(expected, hash)
}

function encodePkcs1(algorithm: SigningAlgorithm, digest: Bytes, size: number): Bytes {
  const info = concatBytes(fromHex(DIGEST_INFO[hashOf(algorithm)]!), digest)
  const padding = new Uint8Array(size - info.byteLength - 3).fill(0xff)
  return concatBytes(Uint8Array.of(0, 1), padding, Uint8Array.of(0), info)
}

/** MGF1 (RFC 8017 appendix B.2.1). */
async function maskOf(algorithm: SigningAlgorithm, seed: Bytes, length: number): Promise<Bytes> {
  const blocks = Math.ceil(length / seed.byteLength)
  const parts = await Promise.all(
    Array.from({ length: blocks }, (_, at) =>
      digestOf(algorithm, concatBytes(seed, Uint8Array.of(0, 0, at >> 8, at & 0xff))),
    ),
  )
  return concatBytes(...parts).slice(0, length)
}

async function digestOf(algorithm: SigningAlgorithm, data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest(hashOf(algorithm), data))
}

/** Bits of a secret exponent per turn: one or two milliseconds; a whole exponent takes about twenty. */
const TURN_BITS = 256

/**
 * Modular exponentiation with a secret exponent of at most `bits` bits, in turns between which other tasks run. They
 * can measure each turn, so every bit costs the same operations, whether one or zero, and the number of turns is the
 * same for every exponent.
 */
async function secretPower(
  base: bigint,
  exponent: bigint,
  modulus: bigint,
  bits: number,
  pause: Pause,
): Promise<bigint> {
  let result = 1n
  let square = base
  let rest = exponent
  for (let bit = 0; bit < bits; bit++) {
    if (bit % TURN_BITS === 0) await pause()
    const product = (result * square) % modulus
    result = (rest & 1n) === 1n ? product : result
    square = (square * square) % modulus
    rest >>= 1n
  }
  return result
}

/** Modular exponentiation for public numbers only: its time depends on the exponent. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

/** The modular inverse, by Euclid's algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [remainder, next, factor, nextFactor] = [modulus, value, 0n, 1n]
  while (next > 0n) {
    const quotient = remainder / next
    ;[remainder, next] = [next, remainder - quotient * next]
    ;[factor, nextFactor] = [nextFactor, factor - quotient * nextFactor]
  }
  return factor < 0n ? factor + modulus : factor
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes) || '0'}`)
}

function toBytes(number: bigint, length: number): Bytes {
  return fromHex(number.toString(16).padStart(2 * length, '0'))
}
