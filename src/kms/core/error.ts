/**
 * Refusals of the KMS. Each has a code of ours, which the two HTTP dialects turn into the codes of their clouds
 * (`http/aws/errors.ts`, `http/huawei/errors.ts`). One by policy is a `KmsDenial` (`policy/denial.ts`).
 */
import { EnclaveError, type ErrorParts } from '../../base/error.ts'

/** What can be wrong with a call. The comment of each says when. */
export const KMS_CODES = [
  /** A parameter is missing, too long, or not one of those that there are. */
  'E_KMS_VALIDATION',
  /** A parameter is of the wrong type. */
  'E_KMS_TYPE',
  /** No such key, alias or operation. */
  'E_KMS_NOT_FOUND',
  'E_KMS_OPERATION',
  /** The key is disabled, or waits for its deletion. */
  'E_KMS_DISABLED',
  'E_KMS_STATE',
  /** The ciphertext is none of ours, changed, or belongs to another encryption context. */
  'E_KMS_CIPHERTEXT',
  /** The ciphertext is another key's than the one that was named. */
  'E_KMS_WRONG_KEY',
  /** The key is for something else. */
  'E_KMS_USAGE',
  /** Neither the key's policy nor the caller's own allows it. */
  'E_KMS_DENIED',
  /** The attestation document does not verify. */
  'E_KMS_DOCUMENT',
  'E_KMS_EXISTS',
  'E_KMS_ALIAS',
  'E_KMS_LIMIT',
  'E_KMS_POLICY',
  'E_KMS_TAG',
  'E_KMS_UNSUPPORTED',
  /** The signature under the message is not the key's. */
  'E_KMS_SIGNATURE',
  /** The request to the service is not signed as its cloud signs. */
  'E_KMS_CREDENTIALS',
  'E_KMS_REQUEST',
  /** The request is a web page's, or its body is not of the type that its cloud's are. */
  'E_KMS_ORIGIN',
  'E_KMS_CONTENT_TYPE',
  /** The call would have succeeded, and was asked to be tried only. */
  'E_KMS_DRY_RUN',
  /** What is kept was changed by somebody without the master key. */
  'E_KMS_SEALED',
  'E_KMS_STORE',
  'E_KMS_CONFIG',
  /** A fault of the KMS itself, and none of the call. */
  'E_KMS_INTERNAL',
] as const

/** A code of `KMS_CODES`. */
export type KmsCode = (typeof KMS_CODES)[number]

/**
 * A refusal of the KMS, or a fault of it.
 *
 * @example
 * new KmsError('E_KMS_DISABLED', { what: 'the key is disabled' }).code // 'E_KMS_DISABLED'
 */
export class KmsError extends EnclaveError {
  declare readonly code: KmsCode

  constructor(code: KmsCode, parts: ErrorParts) {
    super(code, parts)
  }
}
