/**
 * The most recent console output of an enclave in a separate process. Adding a frame costs time in proportion to its
 * length only.
 */
import type { Bytes } from '../base/bytes.ts'
import { CONSOLE_LENGTH } from '../boundary/shared-memory.ts'

/** A ring buffer of bytes. */
export class KeptConsole {
  #ring: Bytes = new Uint8Array(0)
  /** Number of bytes ever added; the kept bytes are the last of them. */
  #total = 0

  /** Adds `bytes`, or as many of the last ones as fit. */
  add(bytes: Uint8Array): void {
    if (this.#ring.byteLength === 0) this.#ring = new Uint8Array(CONSOLE_LENGTH)
    const kept = bytes.subarray(Math.max(0, bytes.byteLength - CONSOLE_LENGTH))
    const start = (this.#total + bytes.byteLength - kept.byteLength) % CONSOLE_LENGTH
    const untilEnd = CONSOLE_LENGTH - start
    this.#ring.set(kept.subarray(0, untilEnd), start)
    this.#ring.set(kept.subarray(untilEnd), 0)
    this.#total += bytes.byteLength
  }

  /** A copy of the kept bytes, oldest first, and the number of bytes ever added, modulo 2^32. */
  read(): { bytes: Bytes; total: number } {
    const kept = Math.min(this.#total, this.#ring.byteLength)
    const start = (this.#total - kept) % CONSOLE_LENGTH
    const bytes = new Uint8Array(kept)
    const untilEnd = this.#ring.subarray(start, start + kept)
    bytes.set(untilEnd)
    bytes.set(this.#ring.subarray(0, kept - untilEnd.byteLength), untilEnd.byteLength)
    return { bytes, total: this.#total >>> 0 }
  }
}
