/**
 * The requests that an enclave has taken under a key, so that none is taken twice. Of each it keeps eight bytes of an HMAC
 * under a key of its own: nobody outside can choose requests that collide.
 */
import { hmac } from 'webclave:crypto'
import type { Bytes } from '../../base/bytes.ts'
import { randomBytes } from '../qtsm.ts'

const FIRST_SLOTS = 256

export class Taken {
  readonly #secret: Bytes = randomBytes(32)
  readonly #most: number
  #count = 0
  /** Two numbers for each slot; a slot with two zeros is free. At most half of them are used. */
  #slots = new Uint32Array(2 * FIRST_SLOTS)

  constructor(most: number) {
    this.#most = most
  }

  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count >= this.#most
  }

  has(enc: Uint8Array): boolean {
    const [high, low] = this.#marks(enc)
    return this.#slots[this.#slotOf(high, low)] !== 0
  }

  /** Whether the request with `enc` is a new one; from now on it is not. Throws no error: nothing is added if it is full. */
  add(enc: Uint8Array): boolean {
    if (this.isFull) return false
    const [high, low] = this.#marks(enc)
    const slot = this.#slotOf(high, low)
    if (this.#slots[slot] !== 0) return false
    this.#slots[slot] = high
    this.#slots[slot + 1] = low
    this.#count++
    if (4 * this.#count > this.#slots.length) this.#grow()
    return true
  }

  #marks(enc: Uint8Array): [high: number, low: number] {
    const digest = hmac('sha256', this.#secret, enc)!
    const numbers = new DataView(digest.buffer, digest.byteOffset)
    return [numbers.getUint32(0) || 1, numbers.getUint32(4)]
  }

  /** Where these numbers are, or the free slot where they belong. */
  #slotOf(high: number, low: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    let slot = (2 * low) & mask
    while (slots[slot] !== 0 && (slots[slot] !== high || slots[slot + 1] !== low)) slot = (slot + 2) & mask
    return slot
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Uint32Array(2 * old.length)
    for (let at = 0; at < old.length; at += 2) {
      if (old[at] === 0) continue
      const slot = this.#slotOf(old[at]!, old[at + 1]!)
      this.#slots[slot] = old[at]!
      this.#slots[slot + 1] = old[at + 1]!
    }
  }
}
