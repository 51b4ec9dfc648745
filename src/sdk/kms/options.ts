/** The options of the KMS client and of its calls. */
import { objectOf, optionalStringOf, optionsOf, stringOf } from '../arguments.ts'
import type { EncryptionContext } from './dialects.ts'
import type { Credentials } from './signing.ts'

/** Options of createKmsClient. */
export interface KmsClientOptions {
  /**
   * The key of the KMS, pinned by the image: SubjectPublicKeyInfo in DER (P-384, 120 bytes), or its SHA-256 in
   * hexadecimal. `'unverified'` accepts any answer: the parent can then choose every "secret" itself.
   */
  readonly identity: Uint8Array | string
  /** The cloud whose API is used. @default 'aws' */
  readonly dialect?: 'aws' | 'huawei'
  /** The vsock port of the parent instance on which the KMS, or a proxy to it, listens. @default 8000 */
  readonly port?: number
  /** The Host of requests. @default 'kms' */
  readonly host?: string
  /** The access key to sign requests with. @default unsigned */
  readonly credentials?: Credentials
  /** The region in AWS's signatures. @default 'local-1' */
  readonly region?: string
  /** The project ID in the paths of Huawei's API. @default '0' */
  readonly projectId?: string
  /** Whether each document contains a new nonce of the KMS, which costs one more request. @default false */
  readonly kmsNonce?: boolean
  /** The timeout of a request in milliseconds. @default 30,000 */
  readonly timeout?: number
}

/** The encryption context and key of a ciphertext. */
export interface ContextOption {
  readonly encryptionContext?: EncryptionContext
  /** The key with which the ciphertext must have been encrypted. */
  readonly keyId?: string
}

/** The names of KmsClientOptions. */
const OPTIONS = [
  'identity',
  'dialect',
  'port',
  'host',
  'credentials',
  'region',
  'projectId',
  'kmsNonce',
  'timeout',
]
/** Checks the names of the options. @throws {TypeError} */
export function checkOptions(options: KmsClientOptions): void {
  optionsOf('the options of createKmsClient', options, OPTIONS)
}

/** The encryption context in `options`. @throws {TypeError} */
export function contextOf(options: Omit<ContextOption, 'keyId'>): EncryptionContext | undefined {
  const { encryptionContext } = optionsOf('the options', options, ['encryptionContext'])
  if (encryptionContext === undefined) return undefined
  for (const [name, value] of Object.entries(objectOf('encryptionContext', encryptionContext)))
    stringOf(`encryptionContext[${JSON.stringify(name)}]`, value)
  return encryptionContext
}

/** The key and the encryption context in `options`. @throws {TypeError} */
export function keyOf(options: ContextOption): {
  keyId: string | undefined
  context: EncryptionContext | undefined
} {
  const { keyId, ...others } = optionsOf('the options', options, ['encryptionContext', 'keyId'])
  return { keyId: optionalStringOf('keyId', keyId), context: contextOf(others) }
}
