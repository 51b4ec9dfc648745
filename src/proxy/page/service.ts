/** Services in the page, which enclaves reach by name. */

/** What a service is told beside the request: a browser's `Request` omits some headers. */
export interface ServiceEnvironment {
  /** All headers that concern the service, also `host`. */
  readonly headers: Headers
  readonly isFromEnclave: true
  /** The enclave's. */
  readonly cid: number
}

/** A service in the page, such as the `fetch` of `createKmsApp(kms)`. */
export type PageService = (request: Request, environment: ServiceEnvironment) => Response | Promise<Response>
