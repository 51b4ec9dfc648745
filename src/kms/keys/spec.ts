/**
 * Key specs with their usages and algorithms, by the names of AWS KMS ("Key spec reference");
 * Huawei's names for the same are in `http/huawei`.
 */

export const KEY_SPECS = [
  'SYMMETRIC_DEFAULT',
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
] as const
export const KEY_USAGES = ['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'KEY_AGREEMENT'] as const
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
] as const

export type KeySpec = (typeof KEY_SPECS)[number]
export type KeyUsageName = (typeof KEY_USAGES)[number]
export type EncryptionAlgorithm = (typeof ENCRYPTION_ALGORITHMS)[number]
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]
export type PairSpec = Exclude<KeySpec, 'SYMMETRIC_DEFAULT'>

/** The specs of key pairs. */
export const PAIR_SPECS: readonly PairSpec[] = KEY_SPECS.filter((spec) => spec !== 'SYMMETRIC_DEFAULT')

/** The bits of the modulus; undefined for other than RSA keys. */
export function modulusBits(spec: KeySpec): number | undefined {
  return spec.startsWith('RSA_') ? Number(spec.slice('RSA_'.length)) : undefined
}

/** WebCrypto's name of the curve; undefined for keys without one. */
export function curveOf(spec: KeySpec): 'P-256' | 'P-384' | undefined {
  return spec === 'ECC_NIST_P256' ? 'P-256' : spec === 'ECC_NIST_P384' ? 'P-384' : undefined
}

/** The usages that keys of `spec` can have; the first is the default. */
export function usagesOf(spec: KeySpec): readonly KeyUsageName[] {
  if (spec === 'SYMMETRIC_DEFAULT') return ['ENCRYPT_DECRYPT']
  return curveOf(spec) ? ['SIGN_VERIFY', 'KEY_AGREEMENT'] : ['ENCRYPT_DECRYPT', 'SIGN_VERIFY']
}

/** The encryption algorithms of a key; none for other usages. */
export function encryptionAlgorithms(spec: KeySpec, usage: KeyUsageName): readonly EncryptionAlgorithm[] {
  if (usage !== 'ENCRYPT_DECRYPT') return []
  return spec === 'SYMMETRIC_DEFAULT' ? ['SYMMETRIC_DEFAULT'] : ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256']
}

/** The signing algorithms of a key; none for other usages. */
export function signingAlgorithms(spec: KeySpec, usage: KeyUsageName): readonly SigningAlgorithm[] {
  if (usage !== 'SIGN_VERIFY') return []
  if (spec === 'ECC_NIST_P256') return ['ECDSA_SHA_256']
  if (spec === 'ECC_NIST_P384') return ['ECDSA_SHA_384']
  return SIGNING_ALGORITHMS.filter((name) => name.startsWith('RSASSA_'))
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
