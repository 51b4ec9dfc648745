/**
 * `webclave/kms`: a KMS that releases secrets to enclaves by their attestation, with the keys, policies and HTTP
 * interfaces of both clouds. It runs in Node and in a tab; `webclave/kms/sqlite` and `webclave/kms/postgres` have
 * the stores for Node.
 *
 * @example
 * import { createKms } from 'webclave/kms'
 *
 * await using kms = await createKms()
 * const { keyMetadata } = await kms.owner.createKey({ description: 'for tokens' })
 * const plaintext = new TextEncoder().encode('a secret')
 * const { ciphertextBlob } = await kms.owner.encrypt({ keyId: keyMetadata.keyId, plaintext })
 * const opened = await kms.owner.decrypt({ ciphertextBlob })
 * new TextDecoder().decode(opened.plaintext) // 'a secret'
 *
 * @module
 */
export type { Bytes } from '../base/bytes.ts'
export { EnclaveError, type ErrorParts } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'
export { KMS_CODES, type KmsCode, KmsError } from './core/error.ts'
export { createKms, type KeyWarning, type Kms } from './core/kms.ts'
export { createMasterKey, persistentMasterKey } from './core/master-key.ts'
export type { KmsOptions } from './core/options.ts'
export { createKmsApp, type KmsApp, type KmsAppOptions } from './http/app.ts'
export type { AccessKey } from './http/credentials.ts'
export type { ServerEnvironment } from './http/environment.ts'
export type { Explain } from './http/refusal.ts'
export type { Place } from './keys/place.ts'
export type { InputOf, KmsClient, OperationName, OutputOf } from './operations/index.ts'
export type { Decision, DecisionReason } from './policy/decision.ts'
export { KmsDenial } from './policy/denial.ts'
export {
  type DecisionTrace,
  formatDecision,
  type PartTrace,
  type StatementTrace,
  traceDecision,
} from './policy/explain.ts'
export { LINT_CODES, type LintCode, lintPolicy, type Warning } from './policy/lint.ts'
export type { Caller } from './policy/request.ts'
export type { PolicyKind } from './policy/statement.ts'
export type { AttestationTrust } from './recipient/recipient.ts'
export { IndexedDbStore } from './store/indexeddb.ts'
export { MemoryStore } from './store/memory.ts'
export type { Change, KmsStore } from './store/store.ts'
export type { HttpApp } from './vsock/http-connection.ts'
export { KMS_PORT, type KmsListener, serveKms } from './vsock/serve.ts'
