/** Errors that end a connection. The KMS maps them to HTTP statuses, an enclave to `EnclaveError`s. */

/**
 * - `malformed`: the message is not HTTP/1.1 as supported here.
 * - `version`: a request with another HTTP version.
 * - `coding`: a body with a transfer coding.
 * - `head`, `body`: the headers or the body exceed the limits.
 * - `memory`: no buffer space is left at the moment.
 * - `ended`: the peer closed the connection inside a message.
 * - `unwritable`: a message to be sent is invalid and would be misread.
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

/** An error with its fault. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly fault: HttpFault

  constructor(fault: HttpFault, message: string) {
    super(message)
    this.fault = fault
  }
}
