/**
 * Errors of the KMS. Each has a webclave code, which the two HTTP dialects map to the codes of their clouds
 * (`http/aws/errors.ts`, `http/huawei/errors.ts`). A denial by policy is a `KmsDenial` (`policy/denial.ts`).
 */
import { EnclaveError, type ErrorParts } from '../../base/error.ts'

/** The error codes of the KMS, each with its meaning. */
export const KMS_CODES = [
  /** A parameter is missing, too long, or not one of the allowed values. */
  'E_KMS_VALIDATION',
  /** A parameter has the wrong type. */
  'E_KMS_TYPE',
  /** The key, alias or operation does not exist. */
  'E_KMS_NOT_FOUND',
  'E_KMS_OPERATION',
  /** The key is disabled or pending deletion. */
  'E_KMS_DISABLED',
  'E_KMS_STATE',
  /** The ciphertext is malformed, was changed, or has another encryption context. */
  'E_KMS_CIPHERTEXT',
  /** The ciphertext was encrypted with a key other than the one named. */
  'E_KMS_WRONG_KEY',
  /** The key has another key usage. */
  'E_KMS_USAGE',
  /** The policies do not allow the call. */
  'E_KMS_DENIED',
  /** The attestation document failed verification. */
  'E_KMS_DOCUMENT',
  'E_KMS_EXISTS',
  'E_KMS_ALIAS',
  'E_KMS_LIMIT',
  'E_KMS_POLICY',
  'E_KMS_TAG',
  'E_KMS_UNSUPPORTED',
  /** The signature is not valid for this key and message. */
  'E_KMS_SIGNATURE',
  /** The grant token is not that of a grant. */
  'E_KMS_GRANT_TOKEN',
  /** The MAC is not valid for this key and message. */
  'E_KMS_MAC',
  /** The HTTP request is not signed, or its signature is invalid. */
  'E_KMS_CREDENTIALS',
  'E_KMS_REQUEST',
  /** The request comes from a web page, or its Content-Type is not that of its dialect. */
  'E_KMS_ORIGIN',
  'E_KMS_CONTENT_TYPE',
  /** The call would have succeeded, but `dryRun` was set. */
  'E_KMS_DRY_RUN',
  /** A stored record was changed without the master key, or the master key is another one. */
  'E_KMS_SEALED',
  'E_KMS_STORE',
  'E_KMS_CONFIG',
  /** A fault of the KMS itself, not of the call. */
  'E_KMS_INTERNAL',
] as const

/** A code of `KMS_CODES`. */
export type KmsCode = (typeof KMS_CODES)[number]

/**
 * An error of the KMS: a rejected call, or a fault of the KMS itself.
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
