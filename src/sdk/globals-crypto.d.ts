/**
 * `crypto.subtle` of an enclave application (W3C Web Cryptography), over the compiled cryptography: SHA-1 and SHA-2, HMAC,
 * AES-GCM, CBC, CTR and KW, ECDSA and ECDH on P-256 and P-384, Ed25519, X25519, RSA-OAEP, PSS and PKCS1-v1_5, HKDF, PBKDF2.
 */

type BufferSource = ArrayBuffer | ArrayBufferView
type KeyUsage =
  | 'decrypt'
  | 'deriveBits'
  | 'deriveKey'
  | 'encrypt'
  | 'sign'
  | 'unwrapKey'
  | 'verify'
  | 'wrapKey'
type KeyFormat = 'jwk' | 'pkcs8' | 'raw' | 'spki'
/** The name of an algorithm, or an object with its parameters, such as `{ name: 'AES-GCM', iv }`. */
type AlgorithmIdentifier = string | { name: string; [parameter: string]: unknown }

interface JsonWebKey {
  kty?: string
  [member: string]: unknown
}

/** A key whose bytes only `exportKey` and `wrapKey` give out, and only if it is extractable. */
declare class CryptoKey {
  private constructor()
  readonly algorithm: { readonly name: string; readonly [parameter: string]: unknown }
  readonly extractable: boolean
  readonly type: 'private' | 'public' | 'secret'
  readonly usages: KeyUsage[]
}

interface CryptoKeyPair {
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
}

/** Each rejects with a DOMException as Web Cryptography says: NotSupportedError, OperationError, InvalidAccessError, … */
declare class SubtleCrypto {
  private constructor()
  digest(algorithm: AlgorithmIdentifier, data: BufferSource): Promise<ArrayBuffer>
  encrypt(algorithm: AlgorithmIdentifier, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
  decrypt(algorithm: AlgorithmIdentifier, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
  sign(algorithm: AlgorithmIdentifier, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>
  verify(
    algorithm: AlgorithmIdentifier,
    key: CryptoKey,
    signature: BufferSource,
    data: BufferSource,
  ): Promise<boolean>
  generateKey(
    algorithm: AlgorithmIdentifier,
    extractable: boolean,
    usages: readonly KeyUsage[],
  ): Promise<CryptoKey | CryptoKeyPair>
  importKey(
    format: KeyFormat,
    key: BufferSource | JsonWebKey,
    algorithm: AlgorithmIdentifier,
    extractable: boolean,
    usages: readonly KeyUsage[],
  ): Promise<CryptoKey>
  exportKey(format: 'jwk', key: CryptoKey): Promise<JsonWebKey>
  exportKey(format: Exclude<KeyFormat, 'jwk'>, key: CryptoKey): Promise<ArrayBuffer>
  deriveBits(algorithm: AlgorithmIdentifier, key: CryptoKey, length?: number | null): Promise<ArrayBuffer>
  deriveKey(
    algorithm: AlgorithmIdentifier,
    key: CryptoKey,
    derived: AlgorithmIdentifier,
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
    wrapped: BufferSource,
    unwrappingKey: CryptoKey,
    algorithm: AlgorithmIdentifier,
    unwrapped: AlgorithmIdentifier,
    extractable: boolean,
    usages: readonly KeyUsage[],
  ): Promise<CryptoKey>
}
