/** The newest bytes that an enclave in a process of its own has printed: what one frame brings costs no more than itself. */
import type { Bytes } from '../base/bytes.ts'
import { CONSOLE_LENGTH } from '../boundary/shared-memory.ts'

/** A ring of bytes. */
export class KeptConsole {
  #ring: Bytes = new Uint8Array(0)
  /** Bytes ever added; those that are kept end there. */
  #total = 0

  /** Keeps `bytes`, or the last of them. */
  add(bytes: Uint8Array): void {
    if (this.#ring.byteLength === 0) this.#ring = new Uint8Array(CONSOLE_LENGTH)
    const kept = bytes.subarray(Math.max(0, bytes.byteLength - CONSOLE_LENGTH))
    const start = (this.#total + bytes.byteLength - kept.byteLength) % CONSOLE_LENGTH
    const untilEnd = CONSOLE_LENGTH - start
    this.#ring.set(kept.subarray(0, untilEnd), start)
    this.#ring.set(kept.subarray(untilEnd), 0)
    this.#total += bytes.byteLength
  }

  /** A copy of what is kept, oldest first, and how many bytes were ever added, modulo 2^32. */
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
