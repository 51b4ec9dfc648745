/**
 * The memory for received bytes, shared by the connections of one end of a link. The first connections get large
 * buffers, later ones smaller ones, so that many connections are possible within a fixed number of bytes.
 */

/**
 * Length in bytes of a receive buffer while little of the pool is used. Linux has 256 KiB; a message of a megabyte then
 * takes four turns of both threads, and each turn costs more than its copy.
 */
export const BUFFER_LENGTH = 1048576
/** The minimum length. */
const SMALL_LENGTH = 4096
/** The length while less than this share of the pool is used, if it is at most a quarter of it; otherwise the minimum. */
const LENGTHS = [
  [1 / 4, BUFFER_LENGTH],
  [1 / 2, 262144],
  [3 / 4, 65536],
] as const

/** Allocates receive buffers from a fixed number of bytes. */
export class BufferPool {
  readonly #total: number
  #used = 0

  constructor(total: number) {
    this.#total = total
  }

  /** Allocates the buffer of a connection; returns its length, or 0 if the pool is exhausted. */
  take(): number {
    const most = this.#total / 4
    const [, wanted] = LENGTHS.find(([share, each]) => this.#used < this.#total * share && each <= most) ?? [
      1,
      SMALL_LENGTH,
    ]
    const length = wanted <= this.#total - this.#used ? wanted : 0
    this.#used += length
    return length
  }

  /** Returns a connection's bytes to the pool. */
  give(length: number): void {
    this.#used -= length
  }
}
