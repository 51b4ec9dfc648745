/**
 * A large message that ends in a byte string, as most large ones do: its bytes are received where they stay, instead of
 * in a buffer for the message from which they would be copied.
 */
import type { Bytes } from '../base/bytes.ts'

/** How many times the bytes that have arrived a buffer may be long: a claimed length alone costs no memory. */
const GROWTH = 32

/** Initial bytes of CBOR (RFC 8949, section 3): an array of no items, a byte string with a 32-bit length, and null. */
const ARRAY = 0x80
const BYTES_32 = 0x5a
const NULL = 0xf6
const HEAD_LENGTH = 5

/** `buffer`, or a larger one with its first `held` bytes, so that `length` of `wanted` bytes fit. */
export function roomFor(buffer: Bytes, held: number, length: number, wanted: number): Bytes {
  if (length <= buffer.length) return buffer
  const larger = new Uint8Array(Math.min(wanted, GROWTH * length))
  larger.set(buffer.subarray(0, held))
  return larger
}

/** A message of which the last value is being received. */
export class LargeBody {
  /** The message with null as its last value. */
  readonly head: Bytes
  readonly #length: number
  #bytes: Bytes = new Uint8Array()
  #held = 0

  private constructor(head: Bytes, length: number) {
    this.head = head
    this.#length = length
  }

  /** The message that begins at `from` and ends at `to`, beyond what `chunk` has; undefined if it is another kind. */
  static begin(chunk: Uint8Array, from: number, to: number): LargeBody | undefined {
    const at = lastValueAt(chunk, from)
    if (at === undefined || chunk[at] !== BYTES_32 || at + HEAD_LENGTH > chunk.length) return undefined
    const length = new DataView(chunk.buffer, chunk.byteOffset).getUint32(at + 1)
    if (at + HEAD_LENGTH + length !== to) return undefined
    const head = chunk.slice(from, at + 1)
    head[at - from] = NULL
    return new LargeBody(head, length)
  }

  /** Number of bytes of the head and of its byte string's head. */
  get headLength(): number {
    return this.head.length - 1 + HEAD_LENGTH
  }

  /** Where the next bytes belong. */
  get place(): Bytes {
    this.#bytes = roomFor(this.#bytes, this.#held, this.#held + 1, this.#length)
    return this.#bytes.subarray(this.#held)
  }

  /** Copies what it needs of `bytes`, unless they are in its place; returns the number of bytes taken. */
  take(bytes: Uint8Array): number {
    const part = bytes.subarray(0, this.#length - this.#held)
    const held = this.#held + part.length
    if (part.buffer !== this.#bytes.buffer) {
      this.#bytes = roomFor(this.#bytes, this.#held, held, this.#length)
      this.#bytes.set(part, this.#held)
    }
    this.#held = held
    return part.length
  }

  /** The byte string, once it is whole. */
  get bytes(): Bytes | undefined {
    return this.#held === this.#length ? this.#bytes : undefined
  }

  /** Number of bytes that have arrived. */
  get held(): number {
    return this.#held
  }
}

/** Where the last value of the array at `at` begins, if those before it are integers and short texts. */
function lastValueAt(bytes: Uint8Array, at: number): number | undefined {
  const items = bytes[at]! - ARRAY
  if (!(items >= 1 && items < 24)) return undefined
  let next = at + 1
  for (let item = 1; item < items; item++) {
    const major = bytes[next]! >> 5
    const information = bytes[next]! & 0x1f
    next += 1
    if (major === 0 && information < 28) next += information < 24 ? 0 : 1 << (information - 24)
    else if (major === 3 && information < 24) next += information
    else if (major === 3 && information === 24) next += 1 + bytes[next]!
    else return undefined
  }
  return next < bytes.length ? next : undefined
}
