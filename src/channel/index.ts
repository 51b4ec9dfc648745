/**
 * `webclave/channel`: speaks with an enclave so that neither its parent nor any proxy between can read or change a word.
 * Runs in Node and in a page. The other end is `attestedChannel` of `webclave/sdk`. It needs `@hpke/core`, and for X-Wing
 * `@hpke/hybridkem-x-wing`.
 *
 * @example
 * // `rootCertificate` is pinned, and `pcrs` are those of the image that was built.
 * const client = await createAttestedClient({ url, roots: rootCertificate, pcrs })
 * const answer = await client.fetch('/hello')
 * await answer.text() // 'hello'
 *
 * @module
 */

export type { AttestationDocument } from '../attestation/document.ts'
export type { ExpectedPcrs } from '../attestation/verify/policy.ts'
export type { TrustedRoot } from '../attestation/verify/roots.ts'
export { EnclaveError, type ErrorParts } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'
export type { ProfileName } from '../base/profile.ts'
export type { CallRequest, CallResult, ServiceCalls } from '../client/calls.ts'
export type { CallOptions } from '../client/options.ts'
export type { CallContext, Handlers } from '../service/handlers.ts'
export { type AttestedClient, createAttestedClient } from './client.ts'
export type { AttestedClientOptions, CallsOptions } from './options.ts'
