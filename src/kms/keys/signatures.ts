/**
 * Signatures with key material. A whole message is signed by WebCrypto; a digest, which WebCrypto does not accept, and
 * what it does not have, by noble's curves and `rsa-digest.ts`. ECDSA signatures are DER-encoded, as both clouds return
 * them, and not normalized: half of them have a high S.
 */
import { ed25519ph } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { fromBase64 } from '../../base/base64.ts'
import type { Bytes } from '../../base/bytes.ts'
import { signatureFromDer, signatureToDer } from '../../encoding/ecdsa.ts'
import { invalid } from '../core/input.ts'
import { type KeyPurpose, privateKey, publicKey } from './material.ts'
import type { KeyVersion } from './record.ts'
import { encodeDigest, matchesDigest, rsaKey, rsaPrivate, rsaPublic } from './rsa-digest.ts'
import { secretOf } from './secp256k1.ts'
import { curveOf, type EcdsaCurve, ecdsaCurve, hashOf, type KeySpec, type SigningAlgorithm } from './spec.ts'

/** Whether the message is given whole or as its digest. */
export type MessageType = 'RAW' | 'DIGEST'

const HASH_BYTES: Readonly<Record<string, number>> = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 }

const ECDSA = { 'P-256': p256, 'P-384': p384, 'P-521': p521, secp256k1 } as const
const HALVES: Readonly<Record<EcdsaCurve, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66, secp256k1: 32 }
const PURE = { prehash: false, lowS: false } as const

/** Length of an Ed25519 seed and public key: the end of their DER (RFC 8410). */
const ED25519_LENGTH = 32

/**
 * The signature of `message`.
 * @throws {KmsError} E_KMS_VALIDATION for a digest of another length, or the wrong one of the two types.
 */
export async function signWith(
  version: KeyVersion,
  spec: KeySpec,
  algorithm: SigningAlgorithm,
  message: Bytes,
  type: MessageType,
): Promise<Bytes> {
  requireType(algorithm, message, type)
  const curve = ecdsaCurve(spec)
  if (curve !== undefined && !isForWebCrypto(spec, type)) {
    const digest = await digestOf(algorithm, message, type)
    return signatureToDer(ECDSA[curve].sign(digest, await secret(version, curve), PURE) as Bytes)
  }
  if (algorithm === 'ED25519_PH_SHA_512') {
    const seed = fromBase64(version.material).subarray(-ED25519_LENGTH)
    return ed25519ph.sign(message, seed) as Bytes
  }
  if (type === 'DIGEST')
    return rsaPrivate(await rsaKey(version), (bits) => encodeDigest(algorithm, message, bits))
  const { purpose, parameters } = webCrypto(spec, algorithm)
  const key = await privateKey(version, purpose, 'sign')
  const signature = new Uint8Array(await crypto.subtle.sign(parameters, key, message))
  return curve === undefined ? signature : signatureToDer(signature)
}

/**
 * Whether `signature` is that of `message`.
 * @throws {KmsError} E_KMS_VALIDATION for a digest of another length, or the wrong one of the two types.
 */
export async function verifyWith(
  version: KeyVersion,
  spec: KeySpec,
  algorithm: SigningAlgorithm,
  message: Bytes,
  type: MessageType,
  signature: Bytes,
): Promise<boolean> {
  requireType(algorithm, message, type)
  const curve = ecdsaCurve(spec)
  const raw = curve === undefined ? signature : pointSignature(signature, HALVES[curve])
  if (raw === undefined) return false
  const spki = fromBase64(version.publicKey ?? '')
  if (curve !== undefined && !isForWebCrypto(spec, type)) {
    const digest = await digestOf(algorithm, message, type)
    return ECDSA[curve].verify(raw, digest, spki.subarray(-1 - 2 * HALVES[curve]), PURE)
  }
  if (algorithm === 'ED25519_PH_SHA_512') {
    const isPossible = signature.byteLength === 2 * ED25519_LENGTH
    return (
      isPossible && ed25519ph.verify(signature, message, spki.subarray(-ED25519_LENGTH), { zip215: false })
    )
  }
  if (type === 'DIGEST') {
    const encoded = await rsaPublic(await rsaKey(version), raw)
    return encoded !== undefined && matchesDigest(algorithm, message, encoded)
  }
  const { purpose, parameters } = webCrypto(spec, algorithm)
  return crypto.subtle.verify(parameters, await publicKey(version, purpose, 'verify'), raw, message)
}

const isForWebCrypto = (spec: KeySpec, type: MessageType) => type === 'RAW' && curveOf(spec) !== undefined

function requireType(algorithm: SigningAlgorithm, message: Bytes, type: MessageType): void {
  const only = { ED25519_SHA_512: 'RAW', ED25519_PH_SHA_512: 'DIGEST' }[algorithm as string]
  if (only !== undefined && type !== only)
    throw invalid('messageType', `Member must be ${only} for ${algorithm}`, type)
  const size = HASH_BYTES[hashOf(algorithm)]!
  if (type === 'DIGEST' && message.byteLength !== size) {
    throw invalid('message', `Member must be a digest of ${size} bytes`, `${message.byteLength} bytes`)
  }
}

async function digestOf(algorithm: SigningAlgorithm, message: Bytes, type: MessageType): Promise<Bytes> {
  return type === 'DIGEST' ? message : new Uint8Array(await crypto.subtle.digest(hashOf(algorithm), message))
}

function pointSignature(signature: Bytes, half: number): Bytes | undefined {
  try {
    return signatureFromDer(signature, half)
  } catch {
    return undefined
  }
}

/** The private key as a number, big-endian. */
async function secret(version: KeyVersion, namedCurve: EcdsaCurve): Promise<Bytes> {
  const bytes = fromBase64(version.material)
  if (namedCurve === 'secp256k1') return secretOf(bytes)
  const algorithm = { name: 'ECDSA', namedCurve }
  const key = await crypto.subtle.importKey('pkcs8', bytes, algorithm, true, ['sign'])
  return fromBase64((await crypto.subtle.exportKey('jwk', key)).d ?? '')
}

function webCrypto(
  spec: KeySpec,
  algorithm: SigningAlgorithm,
): { purpose: KeyPurpose; parameters: EcdsaParams | RsaPssParams | AlgorithmIdentifier } {
  const hash = hashOf(algorithm)
  const namedCurve = curveOf(spec)
  if (namedCurve !== undefined) {
    return { purpose: { name: 'ECDSA', namedCurve }, parameters: { name: 'ECDSA', hash } as EcdsaParams }
  }
  if (algorithm === 'ED25519_SHA_512')
    return { purpose: { name: 'Ed25519' }, parameters: { name: 'Ed25519' } }
  if (algorithm.startsWith('RSASSA_PSS')) {
    // The salt is as long as the digest (AWS KMS, "RSASSA-PSS algorithms").
    const parameters = { name: 'RSA-PSS', saltLength: HASH_BYTES[hash]! }
    return { purpose: { name: 'RSA-PSS', hash }, parameters }
  }
  return { purpose: { name: 'RSASSA-PKCS1-v1_5', hash }, parameters: { name: 'RSASSA-PKCS1-v1_5' } }
}
