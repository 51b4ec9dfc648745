/**
 * Reads WebAssembly's primitives (binary format, §5.2) from hostile bytes: fixed bytes, LEB128 integers of bounded
 * length, names in UTF-8. Never reads past its end, whatever lengths the bytes state.
 */
import type { EnclaveError } from '../base/error.ts'
import { refusal } from './refusal.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A reader for the part of `bytes` from `at` up to `end`. Offsets in errors are relative to the whole component. */
export class ByteReader {
  readonly bytes: Uint8Array
  at: number
  readonly end: number

  constructor(bytes: Uint8Array, at = 0, end: number = bytes.byteLength) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  get done(): boolean {
    return this.at === this.end
  }

  get left(): number {
    return this.end - this.at
  }

  byte(): number {
    if (this.at >= this.end) throw this.malformed('unexpected end', '1 more byte', 'none')
    return this.bytes[this.at++]!
  }

  /** Skips `count` bytes. */
  skip(count: number): void {
    if (count > this.left)
      throw this.malformed('a size extends beyond the end', `${this.left} or less`, count)
    this.at += count
  }

  /** An unsigned 32-bit LEB128. */
  u32(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      // Only four bits of the fifth byte fit into 32 bits.
      if (shift === 28 && byte > 0x0f) break
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw this.malformed('an integer is longer than 32 bits', 'an unsigned LEB128 of at most 5 bytes', 'more')
  }

  /** An index where a signed LEB128 of 33 bits stands: one that is not negative. */
  index33(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte >= 0x80) continue
      // The last byte's highest bit is the sign, and the fifth byte has five bits.
      if (byte & 0x40 || (shift === 28 && byte > 0x0f)) break
      return value
    }
    throw this.malformed('not the index of a type', 'a number from 0 to 2^32-1 as signed LEB128', 'another')
  }

  /** Skips a signed LEB128 of at most `bits` bits; returns whether it is negative. */
  signed(bits: 32 | 33 | 64): boolean {
    const most = Math.ceil(bits / 7)
    for (let count = 1; count <= most; count++) {
      const byte = this.byte()
      if (byte >= 0x80) continue
      if (count === most) this.#signExtended(byte, bits - 7 * (most - 1))
      return (byte & 0x40) !== 0
    }
    throw this.malformed(`an integer is longer than ${bits} bits`, `${most} bytes or fewer`, 'more')
  }

  /**
   * Reads the length of a vector, which must be followed by at least as many bytes, so that no forged length is large.
   */
  count(item: string): number {
    const count = this.u32()
    if (count > this.left) {
      throw this.malformed(
        `the number of ${item} exceeds the remaining bytes`,
        `${this.left} or fewer`,
        count,
      )
    }
    return count
  }

  /** Reads a name: a length and that many bytes of UTF-8, at most `limit`. */
  name(limit: number): string {
    const length = this.count('bytes of a name')
    if (length > limit) {
      throw refusal(
        'E_ADMISSION_LIMIT',
        `a name at byte ${this.at} is too long`,
        `${limit} bytes or fewer`,
        length,
      )
    }
    const bytes = this.bytes.subarray(this.at, this.at + length)
    this.at += length
    try {
      return utf8.decode(bytes)
    } catch {
      throw this.malformed('a name is not valid UTF-8', 'UTF-8', 'other bytes')
    }
  }

  /** A reader for the next `size` bytes, which this reader skips. */
  window(size: number): ByteReader {
    const start = this.at
    this.skip(size)
    return new ByteReader(this.bytes, start, start + size)
  }

  assertDone(item: string): void {
    if (!this.done) throw this.malformed(`trailing bytes in ${item}`, 'no bytes left', this.left)
  }

  malformed(what: string, expected: string, got: string | number): EnclaveError {
    return refusal(
      'E_ADMISSION_MALFORMED',
      `not valid WebAssembly at byte ${this.at}: ${what}`,
      expected,
      got,
    )
  }

  /** Of the last byte the low `used` bits count; the bits above must repeat the sign. */
  #signExtended(byte: number, used: number): void {
    const sign = byte & (1 << (used - 1))
    const above = 0x7f & ~((1 << used) - 1)
    if ((byte & above) !== (sign ? above : 0)) {
      throw this.malformed('an integer exceeds its width', 'a sign extension', byte)
    }
  }
}
