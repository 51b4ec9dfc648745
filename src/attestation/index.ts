/**
 * `webclave/attestation`: verifies, decodes and formats the attestation documents of QingTian Enclave, AWS Nitro
 * Enclaves and webclave. Runs in Node, in a page and in a Worker. It imports nothing else of webclave, so that a
 * verifier's bundle stays small.
 *
 * @example
 * import { formatVerdict, verifyAttestation } from 'webclave/attestation'
 *
 * // `root` is pinned, `nonce` was sent to the enclave, `pcrs` are those of the image that was built.
 * const verdict = await verifyAttestation(document, { profile: 'nitro', roots: root, nonce, pcrs })
 * if (!verdict.ok) throw new Error(formatVerdict(verdict))
 * verdict.document.pcrs.get(0).length // 48
 *
 * @module
 */

export type { Bytes } from '../base/bytes.ts'
export { EnclaveError, type ErrorParts } from '../base/error.ts'
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
