/**
 * The memory in which received bytes wait to be read, shared by the connections of one end of a link. The first ones
 * get the most; there are many more before there is none left, and never more bytes than the pool has.
 */

/** Receive buffer of a connection while there is plenty, bytes. */
export const BUFFER_LENGTH = 262144

const MEDIUM_LENGTH = 65536
/** The least that a connection can work with. */
const SMALL_LENGTH = 4096

/** Receive buffers within a fixed number of bytes. */
export class BufferPool {
  readonly #total: number
  #used = 0

  constructor(total: number) {
    this.#total = total
  }

  /** Bytes for one more connection; 0 where there are none left. */
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

  /** Gives a connection's bytes back. */
  give(length: number): void {
    this.#used -= length
  }
}
