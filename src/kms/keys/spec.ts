/**
 * Key specs with their usages and algorithms, by the names of AWS KMS ("Key spec reference");
 * Huawei's names for the same are in `http/huawei`.
 */
import type { CurveName } from '../../encoding/ecdsa.ts'

export const KEY_SPECS = [
  'SYMMETRIC_DEFAULT',
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_SECG_P256K1',
  'ECC_NIST_EDWARDS25519',
  'HMAC_224',
  'HMAC_256',
  'HMAC_384',
  'HMAC_512',
] as const
export const KEY_USAGES = ['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'KEY_AGREEMENT', 'GENERATE_VERIFY_MAC'] as const
export const ENCRYPTION_ALGORITHMS = ['SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const
export const SIGNING_ALGORITHMS = [
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'ECDSA_SHA_256',
  'ECDSA_SHA_384',
  'ECDSA_SHA_512',
  'ED25519_SHA_512',
  'ED25519_PH_SHA_512',
] as const
export const MAC_ALGORITHMS = ['HMAC_SHA_224', 'HMAC_SHA_256', 'HMAC_SHA_384', 'HMAC_SHA_512'] as const

export type KeySpec = (typeof KEY_SPECS)[number]
export type KeyUsageName = (typeof KEY_USAGES)[number]
export type EncryptionAlgorithm = (typeof ENCRYPTION_ALGORITHMS)[number]
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]
export type MacAlgorithm = (typeof MAC_ALGORITHMS)[number]
export type MacSpec = Extract<KeySpec, `HMAC_${string}`>
export type PairSpec = Exclude<KeySpec, 'SYMMETRIC_DEFAULT' | MacSpec>

/** The specs of key pairs. */
export const PAIR_SPECS: readonly PairSpec[] = KEY_SPECS.filter((spec): spec is PairSpec =>
  /^(RSA|ECC)_/.test(spec),
)

/** The bits of the modulus; undefined for other than RSA keys. */
export function modulusBits(spec: KeySpec): number | undefined {
  return spec.startsWith('RSA_') ? Number(spec.slice('RSA_'.length)) : undefined
}

/** The number of bits of a MAC and of its key; undefined for other keys. */
export function macBits(spec: KeySpec): number | undefined {
  return spec.startsWith('HMAC_') ? Number(spec.slice('HMAC_'.length)) : undefined
}

/** A curve of ECDSA: `secp256k1` is one that WebCrypto does not have. */
export type EcdsaCurve = CurveName | 'secp256k1'

const CURVES: { readonly [Spec in KeySpec]?: readonly [EcdsaCurve, SigningAlgorithm] } = {
  ECC_NIST_P256: ['P-256', 'ECDSA_SHA_256'],
  ECC_NIST_P384: ['P-384', 'ECDSA_SHA_384'],
  ECC_NIST_P521: ['P-521', 'ECDSA_SHA_512'],
  ECC_SECG_P256K1: ['secp256k1', 'ECDSA_SHA_256'],
}

/** The curve of an ECDSA key; undefined for other keys. */
export function ecdsaCurve(spec: KeySpec): EcdsaCurve | undefined {
  return CURVES[spec]?.[0]
}

/** WebCrypto's name of the curve; undefined for keys without one. */
export function curveOf(spec: KeySpec): CurveName | undefined {
  const curve = ecdsaCurve(spec)
  return curve === 'secp256k1' ? undefined : curve
}

/** The usages that keys of `spec` can have; the first is the default. */
export function usagesOf(spec: KeySpec): readonly KeyUsageName[] {
  if (spec === 'SYMMETRIC_DEFAULT') return ['ENCRYPT_DECRYPT']
  if (macBits(spec)) return ['GENERATE_VERIFY_MAC']
  if (modulusBits(spec)) return ['ENCRYPT_DECRYPT', 'SIGN_VERIFY']
  return curveOf(spec) ? ['SIGN_VERIFY', 'KEY_AGREEMENT'] : ['SIGN_VERIFY']
}

/** The encryption algorithms of a key; none for other usages. */
export function encryptionAlgorithms(spec: KeySpec, usage: KeyUsageName): readonly EncryptionAlgorithm[] {
  if (usage !== 'ENCRYPT_DECRYPT') return []
  return spec === 'SYMMETRIC_DEFAULT' ? ['SYMMETRIC_DEFAULT'] : ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256']
}

/** The signing algorithms of a key; none for other usages. */
export function signingAlgorithms(spec: KeySpec, usage: KeyUsageName): readonly SigningAlgorithm[] {
  if (usage !== 'SIGN_VERIFY') return []
  const ecdsa = CURVES[spec]?.[1]
  if (ecdsa) return [ecdsa]
  const family = spec === 'ECC_NIST_EDWARDS25519' ? 'ED25519_' : 'RSASSA_'
  return SIGNING_ALGORITHMS.filter((name) => name.startsWith(family))
}

/** The MAC algorithms of a key; none for other usages. */
export function macAlgorithms(spec: KeySpec): readonly MacAlgorithm[] {
  const bits = macBits(spec)
  return bits === undefined ? [] : [`HMAC_SHA_${bits}` as MacAlgorithm]
}

/** The most that `algorithm` encrypts at once, in bytes (AWS KMS, "Encrypt"; RFC 8017 section 7.1.1). */
export function plaintextMax(spec: KeySpec, algorithm: EncryptionAlgorithm): number {
  const bits = modulusBits(spec)
  if (bits === undefined) return 4096
  return bits / 8 - 2 - 2 * (algorithm === 'RSAES_OAEP_SHA_1' ? 20 : 32)
}

/** WebCrypto's name of the hash in an algorithm's name. */
export function hashOf(
  algorithm: EncryptionAlgorithm | SigningAlgorithm,
): 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512' {
  const [, bits] = /_SHA_(\d+)$/.exec(algorithm) ?? []
  return `SHA-${bits as '1' | '256' | '384' | '512'}`
}

/** The algorithms by which a key of `spec` and `usage` works, as its description lists them. */
export function algorithmsOf(spec: KeySpec, usage: KeyUsageName): KeyAlgorithms {
  const [encryption, signing] = [encryptionAlgorithms(spec, usage), signingAlgorithms(spec, usage)]
  const mac = macAlgorithms(spec)
  return {
    ...(encryption.length > 0 && { encryptionAlgorithms: encryption }),
    ...(signing.length > 0 && { signingAlgorithms: signing }),
    ...(usage === 'KEY_AGREEMENT' && { keyAgreementAlgorithms: ['ECDH'] as const }),
    ...(mac.length > 0 && { macAlgorithms: mac }),
  }
}

/** The algorithms of a key; only those of its usage are there. */
export interface KeyAlgorithms {
  readonly encryptionAlgorithms?: readonly EncryptionAlgorithm[]
  readonly signingAlgorithms?: readonly SigningAlgorithm[]
  readonly keyAgreementAlgorithms?: readonly ['ECDH']
  readonly macAlgorithms?: readonly MacAlgorithm[]
}
