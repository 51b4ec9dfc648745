/** crypto.subtle (W3C Web Cryptography Level 2), with the algorithms that an enclave has. */

type SubtleBytes = ArrayBuffer | ArrayBufferView
type KeyType = 'private' | 'public' | 'secret'
type KeyFormat = 'jwk' | 'pkcs8' | 'raw' | 'spki'
type KeyUsage =
  | 'decrypt'
  | 'deriveBits'
  | 'deriveKey'
  | 'encrypt'
  | 'sign'
  | 'unwrapKey'
  | 'verify'
  | 'wrapKey'

/** The name of an algorithm, alone or with its parameters: names in any case. */
type AlgorithmIdentifier = string | { readonly name: string; readonly [parameter: string]: unknown }

interface KeyAlgorithm {
  readonly name: string
  readonly length?: number
  readonly namedCurve?: string
  readonly hash?: { readonly name: string }
  readonly modulusLength?: number
  readonly publicExponent?: Uint8Array<ArrayBuffer>
}

/** A key in JSON (RFC 7517). */
interface JsonWebKey {
  readonly kty?: string
  readonly [member: string]: unknown
}

interface CryptoKeyPair {
  readonly publicKey: CryptoKey
  readonly privateKey: CryptoKey
}

/** A key, whose bytes only `exportKey` shows, if it is extractable. */
declare class CryptoKey {
  private constructor()
  readonly type: KeyType
  readonly extractable: boolean
  readonly algorithm: KeyAlgorithm
  readonly usages: readonly KeyUsage[]
}

/**
 * AES-GCM, AES-CBC, AES-CTR, AES-KW, HMAC, HKDF, PBKDF2; ECDSA and ECDH on P-256 and P-384; Ed25519, X25519;
 * RSASSA-PKCS1-v1_5, RSA-PSS and RSA-OAEP with 1,024 to 4,096 bits; SHA-1, SHA-256, SHA-384 and SHA-512.
 * A promise is rejected with a DOMException (`NotSupportedError`, `OperationError`, …) or a TypeError.
 */
declare class SubtleCrypto {
  private constructor()
  digest(algorithm: AlgorithmIdentifier, data: SubtleBytes): Promise<ArrayBuffer>
  encrypt(algorithm: AlgorithmIdentifier, key: CryptoKey, data: SubtleBytes): Promise<ArrayBuffer>
  decrypt(algorithm: AlgorithmIdentifier, key: CryptoKey, data: SubtleBytes): Promise<ArrayBuffer>
  sign(algorithm: AlgorithmIdentifier, key: CryptoKey, data: SubtleBytes): Promise<ArrayBuffer>
  verify(
    algorithm: AlgorithmIdentifier,
    key: CryptoKey,
    signature: SubtleBytes,
    data: SubtleBytes,
  ): Promise<boolean>
  /** A secret key, or a pair for an algorithm with public keys. */
  generateKey<Key extends CryptoKey | CryptoKeyPair = CryptoKey | CryptoKeyPair>(
    algorithm: AlgorithmIdentifier,
    extractable: boolean,
    usages: readonly KeyUsage[],
  ): Promise<Key>
  importKey(
    format: KeyFormat,
    data: SubtleBytes | JsonWebKey,
    algorithm: AlgorithmIdentifier,
    extractable: boolean,
    usages: readonly KeyUsage[],
  ): Promise<CryptoKey>
  exportKey(format: 'jwk', key: CryptoKey): Promise<JsonWebKey>
  exportKey(format: Exclude<KeyFormat, 'jwk'>, key: CryptoKey): Promise<ArrayBuffer>
  /** `length` bits; for null, all that a key agreement gives. */
  deriveBits(algorithm: AlgorithmIdentifier, key: CryptoKey, length?: number | null): Promise<ArrayBuffer>
  deriveKey(
    algorithm: AlgorithmIdentifier,
    key: CryptoKey,
    derivedKeyType: AlgorithmIdentifier,
    extractable: boolean,
    usages: readonly KeyUsage[],
  ): Promise<CryptoKey>
  wrapKey(
    format: KeyFormat,
    key: CryptoKey,
    wrappingKey: CryptoKey,
    algorithm: AlgorithmIdentifier,
  ): Promise<ArrayBuffer>
  unwrapKey(
    format: KeyFormat,
    wrappedKey: SubtleBytes,
    unwrappingKey: CryptoKey,
    unwrapAlgorithm: AlgorithmIdentifier,
    keyAlgorithm: AlgorithmIdentifier,
    extractable: boolean,
    usages: readonly KeyUsage[],
  ): Promise<CryptoKey>
}

interface Crypto {
  readonly subtle: SubtleCrypto
}
