/** Our codes as AWS KMS's errors (AWS KMS API reference, "Errors" of each operation; "Common errors"). */
import type { KmsCode } from '../../core/error.ts'

/** Error type and HTTP status, by our code. */
export const AWS_ERRORS: Readonly<
  Record<KmsCode, readonly [type: string, status: 400 | 403 | 412 | 413 | 500]>
> = {
  E_KMS_VALIDATION: ['ValidationException', 400],
  E_KMS_TYPE: ['SerializationException', 400],
  E_KMS_NOT_FOUND: ['NotFoundException', 400],
  E_KMS_OPERATION: ['UnknownOperationException', 400],
  E_KMS_DISABLED: ['DisabledException', 400],
  E_KMS_STATE: ['KMSInvalidStateException', 400],
  E_KMS_CIPHERTEXT: ['InvalidCiphertextException', 400],
  E_KMS_WRONG_KEY: ['IncorrectKeyException', 400],
  E_KMS_USAGE: ['InvalidKeyUsageException', 400],
  E_KMS_DENIED: ['AccessDeniedException', 400],
  E_KMS_DOCUMENT: ['ValidationException', 400],
  E_KMS_EXISTS: ['AlreadyExistsException', 400],
  E_KMS_ALIAS: ['InvalidAliasNameException', 400],
  E_KMS_LIMIT: ['LimitExceededException', 400],
  E_KMS_POLICY: ['MalformedPolicyDocumentException', 400],
  E_KMS_TAG: ['TagException', 400],
  E_KMS_UNSUPPORTED: ['UnsupportedOperationException', 400],
  E_KMS_SIGNATURE: ['KMSInvalidSignatureException', 400],
  E_KMS_GRANT_TOKEN: ['InvalidGrantTokenException', 400],
  E_KMS_MAC: ['KMSInvalidMacException', 400],
  E_KMS_CREDENTIALS: ['InvalidSignatureException', 403],
  E_KMS_REQUEST: ['ValidationException', 413],
  E_KMS_ORIGIN: ['AccessDeniedException', 403],
  E_KMS_CONTENT_TYPE: ['SerializationException', 400],
  E_KMS_DRY_RUN: ['DryRunOperationException', 412],
  E_KMS_SEALED: ['KMSInternalException', 500],
  E_KMS_STORE: ['KMSInternalException', 500],
  E_KMS_CONFIG: ['KMSInternalException', 500],
  E_KMS_INTERNAL: ['KMSInternalException', 500],
}
