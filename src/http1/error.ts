/** What ends a conversation: each side says it in its own codes, the KMS by a status, an enclave by an `EnclaveError`. */

/**
 * - `malformed`: it is not HTTP/1.1 as this room reads it.
 * - `version`: a request of another version of HTTP.
 * - `coding`: a body in a transfer coding.
 * - `head`, `body`: longer than the limits.
 * - `memory`: there is no room for it now.
 * - `ended`: the peer has stopped inside a message.
 * - `unwritable`: what was to be written would not be read as it is meant.
 */
export type HttpFault =
  | 'malformed'
  | 'version'
  | 'coding'
  | 'head'
  | 'body'
  | 'memory'
  | 'ended'
  | 'unwritable'

/** See above. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly fault: HttpFault

  constructor(fault: HttpFault, message: string) {
    super(message)
    this.fault = fault
  }
}
