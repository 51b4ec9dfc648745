/**
 * A CBOR writer (RFC 8949) with full control over the encoding: the caller chooses the width of every integer, because
 * the real QingTian documents use wider ones than RFC 8949's preferred serialization. Each function returns the
 * encoding of one data item; containers take encoded items. Input is our own.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { CborWidth } from './item.ts'

const LARGEST: Readonly<Record<CborWidth, number | bigint>> = {
  0: 23,
  1: 0xff,
  2: 0xffff,
  4: 0xffff_ffff,
  8: 0xffff_ffff_ffff_ffffn,
}

const ORDER: readonly CborWidth[] = [0, 1, 2, 4, 8]
const INFORMATION: Readonly<Record<CborWidth, number>> = { 0: 0, 1: 24, 2: 25, 4: 26, 8: 27 }

const text = new TextEncoder()

/** The encoding of null, one byte. */
export const CBOR_NULL: Bytes = Uint8Array.of(0xf6)

function head(major: number, argument: number | bigint, width?: CborWidth): Bytes {
  const chosen = width ?? ORDER.find((candidate) => argument <= LARGEST[candidate])
  if (chosen === undefined || argument > LARGEST[chosen]) {
    throw new EnclaveError('E_CBOR_WIDTH', {
      what: 'an integer does not fit its width',
      expected: `at most ${LARGEST[chosen ?? 8]}`,
      got: `${argument}`,
    })
  }
  const bytes = new Uint8Array(1 + chosen)
  bytes[0] = (major << 5) | (chosen === 0 ? Number(argument) : INFORMATION[chosen])
  if (chosen === 8) new DataView(bytes.buffer).setBigUint64(1, BigInt(argument))
  else for (let at = chosen, rest = Number(argument); at > 0; at--, rest >>>= 8) bytes[at] = rest & 0xff
  return bytes
}

/**
 * An integer, positive or negative, in `width` bytes after the initial one; in the fewest bytes if `width` is omitted.
 * @throws {EnclaveError} E_CBOR_WIDTH if `value` does not fit.
 * @example
 * toHex(cborInteger(-35, 4)) // '3a00000022'
 */
export function cborInteger(value: number | bigint, width?: CborWidth): Bytes {
  // Beyond 2^53 a number minus one may round back to itself; a bigint does not.
  const integer = Number.isSafeInteger(value) ? (value as number) : BigInt(value)
  if (integer >= 0) return head(0, integer, width)
  return head(1, typeof integer === 'number' ? -1 - integer : -1n - integer, width)
}

/** The head of a byte string of `length` bytes, without the bytes. */
export function cborBytesHead(length: number): Bytes {
  return head(2, length)
}

/** A byte string of definite length. */
export function cborBytes(value: Uint8Array): Bytes {
  return concatBytes(cborBytesHead(value.byteLength), value)
}

/** A text of definite length, in UTF-8. */
export function cborText(value: string): Bytes {
  const bytes = text.encode(value)
  return concatBytes(head(3, bytes.byteLength), bytes)
}

/** An array of definite length; `items` are already encoded. */
export function cborArray(items: readonly Bytes[]): Bytes {
  return concatBytes(head(4, items.length), ...items)
}

/** A map of definite length; `entries` are already encoded and keep their order. */
export function cborMap(entries: readonly (readonly [key: Bytes, value: Bytes])[]): Bytes {
  return concatBytes(head(5, entries.length), ...entries.flat())
}

/** `item` with `tag` in front; `item` is already encoded. */
export function cborTag(tag: number, item: Bytes): Bytes {
  return concatBytes(head(6, tag), item)
}
