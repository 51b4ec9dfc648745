/**
 * `webclave/attestation`: verifies, decodes and shows the attestation documents of QingTian Enclave, AWS Nitro
 * Enclaves and webclave. It stands alone, in Node, a page or a Worker; what issues documents is in
 * `authority.ts` and is not imported here, so that a verifier's bundle stays small.
 */

export { EnclaveError } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'
export { type Pcrs, type PcrTexts, pcrHex, pcrsFromHex, pcrsToHex } from '../base/pcrs.ts'
export type { ProfileName } from '../base/profile.ts'
export type { AttestationDocument } from './document.ts'
export type { VerifyOptions } from './verify/call.ts'
export type { VerdictJson } from './verify/format.ts'
export { documentToJson, formatDocument, formatVerdict, verdictToJson } from './verify/format.ts'
export { decodeDocument } from './verify/open.ts'
export type { ExpectedPcrs, ReferenceSet, ReferenceValues } from './verify/policy.ts'
export { parseReferenceValues } from './verify/policy.ts'
export type { TrustedRoot } from './verify/roots.ts'
export { AWS_NITRO_ROOT, HUAWEI_QINGTIAN_ROOT } from './verify/roots.ts'
export { decodeDocumentText, guessProfile } from './verify/text.ts'
export type { Check, CheckName, Trusted, Untrusted, Verdict } from './verify/verdict.ts'
export { CHECK_NAMES } from './verify/verdict.ts'
export { verifyAttestation } from './verify/verify.ts'
