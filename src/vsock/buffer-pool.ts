/**
 * The memory for received bytes, shared by the connections of one end of a link. The first connections get large
 * buffers, later ones smaller ones, so that many connections are possible within a fixed number of bytes.
 */

/** Length in bytes of a receive buffer while less than half of the pool is used. */
export const BUFFER_LENGTH = 262144

const MEDIUM_LENGTH = 65536
/** The minimum length of a receive buffer. */
const SMALL_LENGTH = 4096

/** Allocates receive buffers from a fixed number of bytes. */
export class BufferPool {
  readonly #total: number
  #used = 0

  constructor(total: number) {
    this.#total = total
  }

  /** Allocates the buffer of a connection; returns its length, or 0 if the pool is exhausted. */
  take(): number {
    const wanted =
      this.#used < this.#total / 2
        ? BUFFER_LENGTH
        : this.#used < (this.#total * 3) / 4
          ? MEDIUM_LENGTH
          : SMALL_LENGTH
    const left = this.#total - this.#used
    const length = wanted <= left ? wanted : left >= SMALL_LENGTH ? SMALL_LENGTH : 0
    this.#used += length
    return length
  }

  /** Returns a connection's bytes to the pool. */
  give(length: number): void {
    this.#used -= length
  }
}
