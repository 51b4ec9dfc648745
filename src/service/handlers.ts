/** The type of a service, which its server and its clients share. */

/**
 * What a service does: each function takes one request and gives one response. Both may hold numbers, bigints of 64 bits,
 * texts, booleans, null, undefined, dates, byte strings, arrays and plain objects, at most 131,072 values in 64 levels and
 * 1 MiB as CBOR. A client is typed by it: `ServiceClient<typeof handlers>`.
 */
// biome-ignore lint/suspicious/noExplicitAny: a handler states what it takes, and any may be stated.
export type Handlers = Readonly<Record<string, (request: any) => unknown>>
