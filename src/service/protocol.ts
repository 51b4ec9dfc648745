/**
 * The protocol between a service and its client, over one vsock connection. A frame is a length (u32, big-endian) and
 * that many bytes of CBOR (RFC 8949): one of these messages, where `id` is the client's number for a call.
 *
 *     [CALL, id, method, request]         from the client
 *     [CALL, id, method, null, true]      the same; the request is a stream: its items follow
 *     [RESULT, id, value]                 from the service
 *     [RESULT, id, null, true]            the same; the result is a stream: its items follow
 *     [FAILURE, id, code, message]        the call, or the stream of this direction, has failed
 *     [ITEM, id, value]  [END, id]        an item of a stream, and its end
 *     [WINDOW, id, bytes]                 items of so many bytes were taken: the peer may send as many more
 *     [CANCEL, id]                        from the client: nobody waits for the call; from the service: for its items
 *
 * Of each stream at most WINDOW bytes, and then one item, are under way.
 */

/** The first element of a message. */
export const Kind = { CALL: 0, RESULT: 1, FAILURE: 2, ITEM: 3, END: 4, WINDOW: 5, CANCEL: 6 } as const

/** A received message. Its shape is not checked beyond the kind and the id. */
export type Message = readonly [kind: number, id: number, ...rest: unknown[]]

/** Length of a frame's prefix in bytes. */
export const PREFIX_LENGTH = 4

/** Bytes at the begin of a place for small messages (`Outbox.append`), which count what follows: 32 bits, little-endian. */
export const COUNT_LENGTH = 4

/** Maximum length of a message in bytes: by default, and for anybody who allows more, because it is kept in one buffer. */
export const MAX_MESSAGE: number = 64 * 1024 * 1024
export const LARGEST_MESSAGE: number = 1024 * 1024 * 1024

/** Maximum length in characters of the code and of the message of a failure; the rest is dropped. */
export const MAX_CODE = 64
export const MAX_REASON = 4096

/** Bytes of items that may be under way in a stream. */
export const STREAM_WINDOW: number = 256 * 1024

/** What every item counts, in addition to its bytes. */
const ITEM_COST = 64

/** What an item of `length` bytes counts against the window of its stream. */
export const itemCost = (length: number): number => length + ITEM_COST

/** Writes and reads messages as bytes. An engine has compiled ones. */
export interface Codec {
  /**
   * A message after its length. Returns the message's length if it exceeds `limit`, and undefined if it contains a value
   * that cannot be sent.
   */
  write(message: readonly unknown[], limit: number): Uint8Array<ArrayBuffer> | number | undefined
  /** The message in `bytes` from `from` to `to`; objects in it have no prototype. Throws if it is malformed. */
  read(bytes: Uint8Array, from: number, to: number): unknown
  /** An engine's only: the messages in the frames from there on, each followed by where its frame ends, while they are right; not always all. */
  readMany?(bytes: Uint8Array, from: number, limit: number): unknown[]
}
