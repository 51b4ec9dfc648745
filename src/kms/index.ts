/**
 * `webclave/kms`: a KMS that releases secrets to enclaves by their attestation, with the keys, policies and HTTP
 * interfaces of both clouds. It loads in Node and in a tab; the store that only Node has is `webclave/kms/sqlite`.
 */
export type { Bytes } from '../base/bytes.ts'
export { EnclaveError, type ErrorParts } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'
export { type KmsCode, KmsError } from './core/error.ts'
export { createKms, type KeyWarning, type Kms, type KmsOptions } from './core/kms.ts'
export { createMasterKey, persistentMasterKey } from './core/master-key.ts'
export { createKmsApp, type KmsAppOptions } from './http/app.ts'
export type { AccessKey } from './http/credentials.ts'
export type { Explain } from './http/refusal.ts'
export type { KmsClient } from './operations/index.ts'
export { KmsDenial } from './policy/denial.ts'
export { type DecisionTrace, formatDecision, traceDecision } from './policy/explain.ts'
export { LINT_CODES, type LintCode, lintPolicy, type Warning } from './policy/lint.ts'
export type { Caller } from './policy/request.ts'
export type { AttestationTrust } from './recipient/recipient.ts'
export { IndexedDbStore } from './store/indexeddb.ts'
export { MemoryStore } from './store/memory.ts'
export type { KmsStore } from './store/store.ts'
export { KMS_PORT, type KmsListener, serveKms } from './vsock/serve.ts'
