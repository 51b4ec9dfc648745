/** Variable-length integers (RFC 9000, section 16): the two highest bits of the first byte are the length. */

const MAX_1 = 0x3f
const MAX_2 = 0x3fff
const MAX_4 = 0x3fffffff

/** Bytes of the integer that begins with `first`: 1, 2, 4 or 8. */
export const varintSize = (first: number): number => 1 << (first >> 6)

/** Bytes that `value` takes in its shortest form. */
export function varintLength(value: number): number {
  if (value <= MAX_1) return 1
  if (value <= MAX_2) return 2
  return value <= MAX_4 ? 4 : 8
}

/** Writes `value`, a safe integer, at `at` in its shortest form; the position after it. */
export function writeVarint(into: Uint8Array, at: number, value: number): number {
  // Most are, and an interpreter is slow with loops.
  if (value <= MAX_1) {
    into[at] = value
    return at + 1
  }
  const length = varintLength(value)
  let rest = value
  for (let offset = length - 1; offset >= 0; offset--) {
    into[at + offset] = rest % 256
    rest = Math.floor(rest / 256)
  }
  into[at] = into[at]! | (Math.log2(length) << 6)
  return at + length
}

/** The integer of `varintSize` bytes at `at`. Beyond 2^53 it is not exact, and larger than every limit. */
export function readVarint(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!
  if (first <= MAX_1) return first
  let value = first & MAX_1
  for (let offset = 1; offset < varintSize(first); offset++) value = value * 256 + bytes[at + offset]!
  return value
}
