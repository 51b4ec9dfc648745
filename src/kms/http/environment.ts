/** What a server knows of a request and a browser's `Request` does not have. */

/** What a server may pass beside the request: a browser's `Request` omits some headers. */
export interface ServerEnvironment {
  readonly headers?: Headers
  /** Whether it came over vsock, which web pages cannot reach. */
  readonly isFromEnclave?: boolean
}
