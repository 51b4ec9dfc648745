/**
 * What the strict CBOR reader returns: RFC 8949 data items that record how they were encoded. Attestation documents are
 * checked down to their encoding (integer widths, definite or indefinite lengths), so an item keeps what ordinary
 * decoders discard. Nothing here is trusted: it mirrors hostile input.
 */
import type { Bytes } from '../../base/bytes.ts'

/** How many bytes followed the initial byte of an integer; 0 if the initial byte holds the value. */
export type CborWidth = 0 | 1 | 2 | 4 | 8

/** An item's position in the input: from `start` up to but not including `end`. */
interface Span {
  readonly start: number
  readonly end: number
}

/** Major types 0 and 1. `value` is a `bigint` only outside the range of safe integers. */
export interface CborInteger extends Span {
  readonly kind: 'integer'
  readonly value: number | bigint
  readonly width: CborWidth
}

/** Major type 2. `value` is a view of the input, not a copy. */
export interface CborBytes extends Span {
  readonly kind: 'bytes'
  readonly value: Bytes
}

/** Major type 3, valid UTF-8. */
export interface CborText extends Span {
  readonly kind: 'text'
  readonly value: string
}

/** Major type 4. */
export interface CborArray extends Span {
  readonly kind: 'array'
  readonly items: readonly CborItem[]
  readonly indefinite: boolean
}

/** One pair of a map, in the order of the input. */
export interface CborEntry {
  readonly key: CborItem
  readonly value: CborItem
}

/** Major type 5; no two keys are equal. */
export interface CborMap extends Span {
  readonly kind: 'map'
  readonly entries: readonly CborEntry[]
  readonly indefinite: boolean
}

/** Major type 6. */
export interface CborTag extends Span {
  readonly kind: 'tag'
  readonly tag: number | bigint
  readonly item: CborItem
}

/** The simple values that the reader accepts: false, true and null. */
export interface CborSimple extends Span {
  readonly kind: 'simple'
  readonly value: boolean | null
}

/** One data item. */
export type CborItem = CborInteger | CborBytes | CborText | CborArray | CborMap | CborTag | CborSimple
