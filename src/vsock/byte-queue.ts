/**
 * Bytes that wait to be read, in one circular buffer that grows with them up to a fixed capacity. Copying twice through
 * memory that stays in the cache is cheaper than an array for each packet, which the collector has to take away.
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

  /** Bytes that can be taken. */
  get length(): number {
    return this.#length
  }

  /** Bytes that can be added. */
  get room(): number {
    return this.#capacity - this.#length
  }

  /** Adds a copy of `bytes`, of which there must be no more than there is room for. */
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

  /** Moves the oldest bytes into `target`, as many as it holds or there are; their number. */
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
    // An empty queue begins at the front again, so that few bytes stay in few cache lines.
    this.#start = this.#length === 0 ? 0 : (this.#start + length) & (this.#bytes.byteLength - 1)
    return length
  }

  /** Forgets everything, and lets its memory go. */
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
