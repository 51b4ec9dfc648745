/** The type of a service, shared by its server and its clients. */

/** What a function of a service gets besides its request. */
export interface CallContext {
  /** Aborts when the caller no longer waits: it has cancelled the call, its deadline is over, or it is gone. */
  readonly signal: AbortSignal
}

/**
 * The functions of a service: each takes one request and returns one response, or a promise of it. Both may contain
 * numbers, bigints of 64 bits, strings, booleans, null, undefined, dates, byte strings, arrays and plain objects: at most
 * 131,072 values and 64 levels of nesting; or be an async iterable of such values, which is sent item by item. What is
 * received has objects without a prototype, and of what a host sends, minus zero arrives as zero
 * (findings/cbor-minus-zero.sh). It also types the client: `ServiceClient<typeof handlers>`.
 */
// biome-ignore lint/suspicious/noExplicitAny: each handler declares the type of its own request.
export type Handlers = Readonly<Record<string, (request: any, context: CallContext) => unknown>>
