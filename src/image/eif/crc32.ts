/**
 * CRC-32 (ISO-HDLC, the one of zlib), streaming: eight tables, eight bytes a step. In an EIF it covers the whole file
 * except its own four bytes. It detects accidental damage, not attacks: trust rests on the PCRs.
 */

const POLYNOMIAL = 0xedb88320
const STRIDE = 8

let tables: readonly Uint32Array[] | undefined

function buildTables(): Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
    return value
  })
  const built = [first]
  while (built.length < STRIDE) {
    const previous = built[built.length - 1]!
    built.push(previous.map((value) => (value >>> 8) ^ first[value & 0xff]!))
  }
  return built
}

/**
 * Computes the CRC-32 of `bytes`, continuing from `seed`, the CRC-32 of the preceding bytes.
 *
 * @example
 * crc32(new TextEncoder().encode('123456789')) // 0xcbf43926
 */
export function crc32(bytes: Uint8Array, seed = 0): number {
  tables ??= buildTables()
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ]
  let crc = ~seed
  let at = 0
  for (const end = bytes.length - STRIDE; at <= end; at += STRIDE) {
    const low = crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
    crc =
      t7[low & 0xff]! ^
      t6[(low >>> 8) & 0xff]! ^
      t5[(low >>> 16) & 0xff]! ^
      t4[low >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}
