/**
 * ECDSA on P-256 with SHA-256 and on P-384 with SHA-384 (FIPS 186-5), deterministic (RFC 6979), by @noble/curves. Its
 * arithmetic is not fully constant-time: consider a parent that measures the time of many signatures with one key.
 */
import { p256, p384 } from '@noble/curves/nist.js'
import { type Bytes, concatBytes, equalBytes, fromHex } from '../base/bytes.ts'
import { badInput, checkBytes, sha256, sha384 } from './hash.ts'
import { randomBytes } from './qtsm.ts'

export type EcdsaCurve = 'P-256' | 'P-384'

/** Signature formats: DER as in OpenSSL and both clouds, or `r || s` as in WebCrypto and JOSE. */
export type SignatureFormat = 'der' | 'compact'

const CURVES = {
  'P-256': {
    curve: p256,
    hash: sha256,
    length: 32,
    prefix: /* @__PURE__ */ fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200'),
  },
  'P-384': {
    curve: p384,
    hash: sha384,
    length: 48,
    prefix: /* @__PURE__ */ fromHex('3076301006072a8648ce3d020106052b81040022036200'),
  },
} as const

/** A new private key from the QTSM's randomness: 32 or 48 bytes. @throws {EnclaveError} E_CRYPTO_INPUT */
export function generateKey(curve: EcdsaCurve): Bytes {
  const { curve: group, length } = curveOf(curve)
  // 1.5 times the bytes, reduced by the order, are close enough to uniform (FIPS 186-5, A.2.1).
  return group.utils.randomSecretKey(randomBytes(length * 1.5)) as Bytes
}

/** The public key as SubjectPublicKeyInfo in DER, 91 or 120 bytes. @throws {EnclaveError} E_CRYPTO_INPUT */
export function publicKey(curve: EcdsaCurve, privateKey: Uint8Array): Bytes {
  const { curve: group, prefix } = curveOf(curve)
  checkPrivate(curve, privateKey)
  return concatBytes(prefix, group.getPublicKey(privateKey, false))
}

/**
 * The signature of `message`.
 * @throws {EnclaveError} E_CRYPTO_INPUT
 * @example
 * const privateKey = ecdsa.generateKey('P-256')
 * const signature = ecdsa.sign('P-256', privateKey, new TextEncoder().encode('pay 1 to Bob'))
 * ecdsa.verify('P-256', ecdsa.publicKey('P-256', privateKey), new TextEncoder().encode('pay 1 to Bob'), signature)
 */
export function sign(
  curve: EcdsaCurve,
  privateKey: Uint8Array,
  message: Uint8Array,
  format: SignatureFormat = 'der',
): Bytes {
  const { curve: group, hash } = curveOf(curve)
  checkPrivate(curve, privateKey)
  checkBytes('the message', message)
  return group.sign(hash(message), privateKey, { prehash: false, lowS: false, format }) as Bytes
}

/**
 * Whether `signature` is valid for the public key `spki`. False if it is malformed.
 * @throws {EnclaveError} E_CRYPTO_INPUT
 */
export function verify(
  curve: EcdsaCurve,
  spki: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  format: SignatureFormat = 'der',
): boolean {
  const { curve: group, hash, prefix, length } = curveOf(curve)
  const spkiLength = prefix.length + 1 + 2 * length
  checkBytes('the public key', spki, { min: spkiLength, max: spkiLength })
  checkBytes('the message', message)
  checkBytes('the signature', signature)
  if (!equalBytes(spki.subarray(0, prefix.length), prefix)) {
    throw badInput('the public key has the wrong type', `SubjectPublicKeyInfo of ${curve}`, 'another type')
  }
  const point = spki.subarray(prefix.length)
  try {
    return group.verify(signature, hash(message), point, { prehash: false, lowS: false, format })
  } catch {
    return false
  }
}

function curveOf(curve: EcdsaCurve): (typeof CURVES)[EcdsaCurve] {
  if (Object.hasOwn(CURVES, curve)) return CURVES[curve]
  throw badInput('unknown curve', Object.keys(CURVES).join(', '), String(curve))
}

function checkPrivate(curve: EcdsaCurve, privateKey: Uint8Array): void {
  const { curve: group, length } = curveOf(curve)
  checkBytes('the private key', privateKey, { min: length, max: length })
  if (!group.utils.isValidSecretKey(privateKey)) {
    throw badInput('the private key is invalid', `a number from 1 to the order of ${curve}`, 'another number')
  }
}
