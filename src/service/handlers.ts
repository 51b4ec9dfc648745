/** The type of a service, shared by its server and its clients. */

/**
 * The functions of a service: each takes one request and returns one response. Both may contain numbers, bigints of 64
 * bits, strings, booleans, null, undefined, dates, byte strings, arrays and plain objects: at most 131,072 values, 64
 * levels of nesting and 1 MiB of CBOR. It also types the client: `ServiceClient<typeof handlers>`.
 */
// biome-ignore lint/suspicious/noExplicitAny: each handler declares the type of its own request.
export type Handlers = Readonly<Record<string, (request: any) => unknown>>
