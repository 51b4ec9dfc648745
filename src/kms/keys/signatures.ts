/**
 * Signatures with key material. A whole message is signed by WebCrypto; a digest, which WebCrypto does not accept,
 * by noble's curves and `rsa-digest.ts`. ECDSA signatures are DER-encoded, as both clouds return them.
 */
import { p256, p384 } from '@noble/curves/nist.js'
import { fromBase64 } from '../../base/base64.ts'
import type { Bytes } from '../../base/bytes.ts'
import { signatureFromDer, signatureToDer } from '../../encoding/ecdsa.ts'
import { invalid } from '../core/input.ts'
import { privateKey, publicKey } from './material.ts'
import type { KeyVersion } from './record.ts'
import { encodeDigest, matchesDigest, rsaKey, rsaPrivate, rsaPublic } from './rsa-digest.ts'
import { curveOf, hashOf, type KeySpec, type SigningAlgorithm } from './spec.ts'

/** Whether the message is given whole or as its digest. */
export type MessageType = 'RAW' | 'DIGEST'

const HASH_BYTES: Readonly<Record<string, number>> = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 }

/** The signature of `message`. @throws {KmsError} E_KMS_VALIDATION for a digest of another length. */
export async function signWith(
  version: KeyVersion,
  spec: KeySpec,
  algorithm: SigningAlgorithm,
  message: Bytes,
  type: MessageType,
): Promise<Bytes> {
  const curve = curveOf(spec)
  if (type === 'DIGEST') {
    requireDigest(message, algorithm)
    if (curve === undefined)
      return rsaPrivate(await rsaKey(version), (bits) => encodeDigest(algorithm, message, bits))
    const raw = ecdsa(curve).sign(message, await scalar(version, curve), { prehash: false, lowS: false })
    return signatureToDer(raw)
  }
  const { purpose, parameters } = webCrypto(spec, algorithm)
  const key = await privateKey(version, purpose, 'sign')
  const signature = new Uint8Array(await crypto.subtle.sign(parameters, key, message))
  return curve === undefined ? signature : signatureToDer(signature)
}

/** Whether `signature` is that of `message`. @throws {KmsError} E_KMS_VALIDATION for a digest of another length. */
export async function verifyWith(
  version: KeyVersion,
  spec: KeySpec,
  algorithm: SigningAlgorithm,
  message: Bytes,
  type: MessageType,
  signature: Bytes,
): Promise<boolean> {
  const curve = curveOf(spec)
  if (type === 'DIGEST') requireDigest(message, algorithm)
  const raw = curve === undefined ? signature : pointSignature(signature, curve)
  if (raw === undefined) return false
  if (type === 'DIGEST' && curve === undefined) {
    const encoded = await rsaPublic(await rsaKey(version), raw)
    return encoded !== undefined && matchesDigest(algorithm, message, encoded)
  }
  if (type === 'DIGEST' && curve !== undefined) {
    const point = fromBase64(version.publicKey ?? '').subarray(curve === 'P-256' ? -65 : -97)
    return ecdsa(curve).verify(raw, message, point, { prehash: false, lowS: false })
  }
  const { purpose, parameters } = webCrypto(spec, algorithm)
  return crypto.subtle.verify(parameters, await publicKey(version, purpose, 'verify'), raw, message)
}

function requireDigest(message: Bytes, algorithm: SigningAlgorithm): void {
  const size = HASH_BYTES[hashOf(algorithm)]!
  if (message.byteLength !== size) {
    throw invalid('message', `Member must be a digest of ${size} bytes`, `${message.byteLength} bytes`)
  }
}

const ecdsa = (curve: 'P-256' | 'P-384') => (curve === 'P-256' ? p256 : p384)

function pointSignature(signature: Bytes, curve: 'P-256' | 'P-384'): Bytes | undefined {
  try {
    return signatureFromDer(signature, curve === 'P-256' ? 32 : 48)
  } catch {
    return undefined
  }
}

/** The private key as a number, big-endian. */
async function scalar(version: KeyVersion, namedCurve: string): Promise<Bytes> {
  const algorithm = { name: 'ECDSA', namedCurve }
  const key = await crypto.subtle.importKey('pkcs8', fromBase64(version.material), algorithm, true, ['sign'])
  return fromBase64((await crypto.subtle.exportKey('jwk', key)).d ?? '')
}

function webCrypto(
  spec: KeySpec,
  algorithm: SigningAlgorithm,
): {
  purpose: RsaHashedImportParams | EcKeyImportParams
  parameters: EcdsaParams | RsaPssParams | AlgorithmIdentifier
} {
  const hash = hashOf(algorithm)
  const namedCurve = curveOf(spec)
  if (namedCurve !== undefined) {
    return { purpose: { name: 'ECDSA', namedCurve }, parameters: { name: 'ECDSA', hash } as EcdsaParams }
  }
  if (algorithm.startsWith('RSASSA_PSS')) {
    // The salt is as long as the digest (AWS KMS, "RSASSA-PSS algorithms").
    const parameters = { name: 'RSA-PSS', saltLength: HASH_BYTES[hash]! }
    return { purpose: { name: 'RSA-PSS', hash }, parameters }
  }
  return { purpose: { name: 'RSASSA-PKCS1-v1_5', hash }, parameters: { name: 'RSASSA-PKCS1-v1_5' } }
}
