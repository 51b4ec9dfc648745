/**
 * Our codes as errors of Huawei's KMS (DEW API reference, "Error codes"). If its table has no code for an
 * error, the nearest common one is used, and the message is specific.
 */
import type { KmsCode } from '../../core/error.ts'

/** Error code and HTTP status, by our code. */
export const HUAWEI_ERRORS: Readonly<
  Record<KmsCode, readonly [code: string, status: 400 | 401 | 403 | 404 | 413 | 500]>
> = {
  E_KMS_VALIDATION: ['KMS.0204', 400],
  E_KMS_TYPE: ['KMS.0202', 400],
  E_KMS_NOT_FOUND: ['KMS.0207', 400],
  E_KMS_OPERATION: ['KMS.0201', 404],
  E_KMS_DISABLED: ['KMS.0209', 400],
  E_KMS_STATE: ['KMS.0210', 400],
  E_KMS_CIPHERTEXT: ['KMS.2201', 400],
  E_KMS_WRONG_KEY: ['KMS.2201', 400],
  E_KMS_USAGE: ['KMS.0204', 400],
  E_KMS_DENIED: ['KMS.0306', 403],
  E_KMS_DOCUMENT: ['KMS.0204', 400],
  E_KMS_EXISTS: ['KMS.1104', 400],
  E_KMS_ALIAS: ['KMS.1101', 400],
  E_KMS_LIMIT: ['KMS.1105', 400],
  E_KMS_POLICY: ['KMS.0204', 400],
  E_KMS_TAG: ['KMS.0204', 400],
  E_KMS_UNSUPPORTED: ['KMS.0211', 400],
  E_KMS_SIGNATURE: ['KMS.0204', 400],
  E_KMS_GRANT_TOKEN: ['KMS.0204', 400],
  E_KMS_MAC: ['KMS.0204', 400],
  E_KMS_CREDENTIALS: ['APIGW.0301', 401],
  E_KMS_REQUEST: ['KMS.0203', 413],
  E_KMS_ORIGIN: ['KMS.0306', 403],
  E_KMS_CONTENT_TYPE: ['KMS.0202', 400],
  // Huawei's API has no dry run.
  E_KMS_DRY_RUN: ['KMS.0211', 400],
  E_KMS_SEALED: ['KMS.0102', 500],
  E_KMS_STORE: ['KMS.0102', 500],
  E_KMS_CONFIG: ['KMS.0102', 500],
  E_KMS_INTERNAL: ['KMS.0102', 500],
}
