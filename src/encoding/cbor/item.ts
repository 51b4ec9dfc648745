/**
 * What the strict CBOR reader hands out: RFC 8949 data items that still know how they were written.
 * Attestation documents are judged by their bytes (integer widths, definite or indefinite lengths), so an
 * item keeps what ordinary decoders throw away. Nothing here is trusted: it is a faithful picture of input.
 */
import type { Bytes } from '../../base/bytes.ts'

/** How many bytes followed the initial byte of an integer: 0 means that the value stood in it. */
export type CborWidth = 0 | 1 | 2 | 4 | 8

/** Where an item stood in the input: from `start` up to but not including `end`. */
interface Span {
  readonly start: number
  readonly end: number
}

/** Major types 0 and 1. `value` is a `bigint` only beyond the safe integers. */
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

/** The simple values that are read: false, true and null. */
export interface CborSimple extends Span {
  readonly kind: 'simple'
  readonly value: boolean | null
}

/** One data item. */
export type CborItem = CborInteger | CborBytes | CborText | CborArray | CborMap | CborTag | CborSimple
