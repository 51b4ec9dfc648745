/** Each error's code and HTTP status in both clouds, on which their clients rely. */
import { expect, test } from 'vitest'
import { AWS_ERRORS } from '../../../src/kms/http/aws/errors.ts'
import { HUAWEI_ERRORS } from '../../../src/kms/http/huawei/errors.ts'

const TABLE: readonly (readonly [code: string, aws: string, huawei: string])[] = [
  ['E_KMS_VALIDATION', 'ValidationException 400', 'KMS.0204 400'],
  ['E_KMS_TYPE', 'SerializationException 400', 'KMS.0202 400'],
  ['E_KMS_NOT_FOUND', 'NotFoundException 400', 'KMS.0207 400'],
  ['E_KMS_OPERATION', 'UnknownOperationException 400', 'KMS.0201 404'],
  ['E_KMS_DISABLED', 'DisabledException 400', 'KMS.0209 400'],
  ['E_KMS_STATE', 'KMSInvalidStateException 400', 'KMS.0210 400'],
  ['E_KMS_CIPHERTEXT', 'InvalidCiphertextException 400', 'KMS.2201 400'],
  ['E_KMS_WRONG_KEY', 'IncorrectKeyException 400', 'KMS.2201 400'],
  ['E_KMS_USAGE', 'InvalidKeyUsageException 400', 'KMS.0204 400'],
  ['E_KMS_DENIED', 'AccessDeniedException 400', 'KMS.0306 403'],
  ['E_KMS_DOCUMENT', 'ValidationException 400', 'KMS.0204 400'],
  ['E_KMS_EXISTS', 'AlreadyExistsException 400', 'KMS.1104 400'],
  ['E_KMS_ALIAS', 'InvalidAliasNameException 400', 'KMS.1101 400'],
  ['E_KMS_LIMIT', 'LimitExceededException 400', 'KMS.1105 400'],
  ['E_KMS_POLICY', 'MalformedPolicyDocumentException 400', 'KMS.0204 400'],
  ['E_KMS_TAG', 'TagException 400', 'KMS.0204 400'],
  ['E_KMS_UNSUPPORTED', 'UnsupportedOperationException 400', 'KMS.0211 400'],
  ['E_KMS_SIGNATURE', 'KMSInvalidSignatureException 400', 'KMS.0204 400'],
  ['E_KMS_GRANT_TOKEN', 'InvalidGrantTokenException 400', 'KMS.0204 400'],
  ['E_KMS_MAC', 'KMSInvalidMacException 400', 'KMS.0204 400'],
  ['E_KMS_CREDENTIALS', 'InvalidSignatureException 403', 'APIGW.0301 401'],
  ['E_KMS_REQUEST', 'ValidationException 413', 'KMS.0203 413'],
  ['E_KMS_ORIGIN', 'AccessDeniedException 403', 'KMS.0306 403'],
  ['E_KMS_CONTENT_TYPE', 'SerializationException 400', 'KMS.0202 400'],
  ['E_KMS_DRY_RUN', 'DryRunOperationException 412', 'KMS.0211 400'],
  ['E_KMS_SEALED', 'KMSInternalException 500', 'KMS.0102 500'],
  ['E_KMS_STORE', 'KMSInternalException 500', 'KMS.0102 500'],
  ['E_KMS_CONFIG', 'KMSInternalException 500', 'KMS.0102 500'],
  ['E_KMS_INTERNAL', 'KMSInternalException 500', 'KMS.0102 500'],
]

const asText = (errors: Readonly<Record<string, readonly [name: string, status: number]>>) =>
  Object.fromEntries(Object.entries(errors).map(([code, row]) => [code, row.join(' ')]))

test('every error has its AWS type and status', () => {
  expect(asText(AWS_ERRORS)).toEqual(Object.fromEntries(TABLE.map(([code, aws]) => [code, aws])))
})

test('every error has its Huawei code and status', () => {
  expect(asText(HUAWEI_ERRORS)).toEqual(Object.fromEntries(TABLE.map(([code, , huawei]) => [code, huawei])))
})
