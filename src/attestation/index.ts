/**
 * `webclave/attestation`: verifies, decodes and shows the attestation documents of QingTian Enclave, AWS Nitro
 * Enclaves and webclave. It stands alone, in Node, a page or a Worker; what issues documents is in
 * `authority.ts` and is not imported here, so that a verifier's bundle stays small.
 */
export type { VerifyOptions } from './call.ts'
export type { AttestationDocument, Pcrs } from './document.ts'
export type { VerdictJson } from './format.ts'
export { documentToJson, formatDocument, formatVerdict, verdictToJson } from './format.ts'
export { decodeDocument } from './open.ts'
export type { ExpectedPcrs, ReferenceSet, ReferenceValues } from './policy.ts'
export { parseReferenceValues } from './policy.ts'
export type { ProfileName } from './profile.ts'
export type { TrustedRoot } from './roots.ts'
export { AWS_NITRO_ROOT, HUAWEI_QINGTIAN_ROOT } from './roots.ts'
export { decodeDocumentText, guessProfile } from './text.ts'
export type { Check, CheckName, Verdict } from './verdict.ts'
export { CHECK_NAMES } from './verdict.ts'
export { verifyAttestation } from './verify.ts'
