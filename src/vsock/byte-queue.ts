/**
 * A queue of unread bytes, in one circular buffer that grows up to a fixed capacity. Copying twice through cached
 * memory is cheaper than allocating an array for each packet and collecting it.
 */
import { copyBytes } from './copy.ts'

const FIRST_LENGTH = 4096
const NO_BYTES = new Uint8Array(0)

/** A queue of bytes. The capacity is a power of two of at least 4096. */
export class ByteQueue {
  readonly #capacity: number
  #bytes = NO_BYTES
  #start = 0
  #length = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Number of bytes in the queue. */
  get length(): number {
    return this.#length
  }

  /** Number of bytes that can be added. */
  get room(): number {
    return this.#capacity - this.#length
  }

  /** Adds a copy of `bytes`, which must not be longer than `room`. */
  add(bytes: Uint8Array): void {
    if (this.#length + bytes.byteLength > this.#bytes.byteLength) this.#grow(this.#length + bytes.byteLength)
    const at = (this.#start + this.#length) & (this.#bytes.byteLength - 1)
    const untilEnd = this.#bytes.byteLength - at
    if (bytes.byteLength <= untilEnd) {
      copyBytes(bytes, this.#bytes, at)
    } else {
      copyBytes(bytes.subarray(0, untilEnd), this.#bytes, at)
      copyBytes(bytes.subarray(untilEnd), this.#bytes, 0)
    }
    this.#length += bytes.byteLength
  }

  /** Moves the oldest bytes into `target`, as many as fit; returns their number. */
  moveInto(target: Uint8Array): number {
    const length = Math.min(target.byteLength, this.#length)
    const untilEnd = this.#bytes.byteLength - this.#start
    if (length <= untilEnd) {
      target.set(this.#bytes.subarray(this.#start, this.#start + length))
    } else {
      target.set(this.#bytes.subarray(this.#start))
      target.set(this.#bytes.subarray(0, length - untilEnd), untilEnd)
    }
    this.#length -= length
    // An empty queue restarts at offset 0, so that few bytes use few cache lines.
    this.#start = this.#length === 0 ? 0 : (this.#start + length) & (this.#bytes.byteLength - 1)
    return length
  }

  /** Drops all bytes and releases the buffer. */
  clear(): void {
    this.#bytes = NO_BYTES
    this.#start = 0
    this.#length = 0
  }

  #grow(least: number): void {
    let size = Math.max(FIRST_LENGTH, this.#bytes.byteLength)
    while (size < least) size *= 2
    const length = this.#length
    const larger = new Uint8Array(size)
    this.moveInto(larger)
    this.#bytes = larger
    this.#start = 0
    this.#length = length
  }
}
