/**
 * ECDSA on P-256 with SHA-256 and on P-384 with SHA-384 (FIPS 186-5), deterministic (RFC 6979), by the compiled
 * cryptography module: in constant time where the private key is used.
 */
import { type Curve, ecdsaSign, ecdsaVerify, ecGenerate, ecPublic } from 'webclave:crypto'
import { type Bytes, concatBytes, equalBytes, fromHex } from '../base/bytes.ts'
import { signatureFromDer, signatureToDer } from '../encoding/ecdsa.ts'
import { type BytesInput, bytesOf } from './arguments.ts'
import { badInput, sizedBytes } from './hash.ts'
import { randomBytes } from './qtsm.ts'

export type EcdsaCurve = 'P-256' | 'P-384'

/** Signature formats: DER as in OpenSSL and both clouds, or `r || s` as in WebCrypto and JOSE. */
export type SignatureFormat = 'der' | 'compact'

const SEED_LENGTH = 64
const CURVES = {
  'P-256': {
    curve: 'p256',
    digest: 'sha256',
    length: 32,
    prefix: /* @__PURE__ */ fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200'),
  },
  'P-384': {
    curve: 'p384',
    digest: 'sha384',
    length: 48,
    prefix: /* @__PURE__ */ fromHex('3076301006072a8648ce3d020106052b81040022036200'),
  },
} as const satisfies Record<EcdsaCurve, { curve: Curve; [member: string]: unknown }>

/** A new private key from the QTSM's randomness: 32 or 48 bytes. @throws {EnclaveError} E_CRYPTO_INPUT */
export function generateKey(curve: EcdsaCurve): Bytes {
  return ecGenerate(curveOf(curve).curve, randomBytes(SEED_LENGTH))!
}

/**
 * The public key as SubjectPublicKeyInfo in DER, 91 or 120 bytes.
 * @throws {ArgumentError}
 * @throws {EnclaveError} E_CRYPTO_INPUT
 */
export function publicKey(curve: EcdsaCurve, privateKey: BytesInput): Bytes {
  const { curve: group, length, prefix } = curveOf(curve)
  const point = ecPublic(group, sizedBytes('private key', privateKey, { min: length, max: length }))
  if (point) return concatBytes(prefix, point)
  throw invalidKey(curve)
}

/**
 * The signature of `message`.
 * @throws {ArgumentError}
 * @throws {EnclaveError} E_CRYPTO_INPUT
 * @example
 * const privateKey = ecdsa.generateKey('P-256')
 * const signature = ecdsa.sign('P-256', privateKey, new TextEncoder().encode('pay 1 to Bob'))
 * ecdsa.verify('P-256', ecdsa.publicKey('P-256', privateKey), new TextEncoder().encode('pay 1 to Bob'), signature)
 */
export function sign(
  curve: EcdsaCurve,
  privateKey: BytesInput,
  message: BytesInput,
  format: SignatureFormat = 'der',
): Bytes {
  const { curve: group, digest, length } = curveOf(curve)
  const isDer = readFormat(format)
  const key = sizedBytes('private key', privateKey, { min: length, max: length })
  const signature = ecdsaSign(group, digest, key, bytesOf('message', message))
  if (!signature) throw invalidKey(curve)
  return isDer ? signatureToDer(signature) : signature
}

/**
 * Whether `signature` is valid for the public key `spki`. False if it is malformed.
 * @throws {ArgumentError}
 * @throws {EnclaveError} E_CRYPTO_INPUT
 */
export function verify(
  curve: EcdsaCurve,
  spki: BytesInput,
  message: BytesInput,
  signature: BytesInput,
  format: SignatureFormat = 'der',
): boolean {
  const { curve: group, digest, prefix, length } = curveOf(curve)
  const isDer = readFormat(format)
  const spkiLength = prefix.length + 1 + 2 * length
  const key = sizedBytes('public key', spki, { min: spkiLength, max: spkiLength })
  const [data, given] = [bytesOf('message', message), bytesOf('signature', signature)]
  if (!equalBytes(key.subarray(0, prefix.length), prefix)) {
    throw badInput('the public key has the wrong type', `SubjectPublicKeyInfo of ${curve}`, 'another type')
  }
  const numbers = isDer ? readDer(given, length) : given
  return numbers !== undefined && ecdsaVerify(group, digest, key.subarray(prefix.length), numbers, data)
}

function readDer(signature: Bytes, length: number): Bytes | undefined {
  try {
    return signatureFromDer(signature, length)
  } catch {
    return undefined
  }
}

/** Whether signatures are in DER. */
function readFormat(format: unknown): boolean {
  if (format === 'der' || format === 'compact') return format === 'der'
  throw badInput('unknown signature format', 'der, compact', String(format))
}

function curveOf(curve: EcdsaCurve): (typeof CURVES)[EcdsaCurve] {
  if (Object.hasOwn(CURVES, curve)) return CURVES[curve]
  throw badInput('unknown curve', Object.keys(CURVES).join(', '), String(curve))
}

const invalidKey = (curve: EcdsaCurve) =>
  badInput('the private key is invalid', `a number from 1 to the order of ${curve}`, 'another number')
