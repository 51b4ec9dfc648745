/** CBOR items as plain values for comparison: bytes as `h…`, texts in quotes, maps as Maps. */

import { toHex } from '../../../src/base/bytes.ts'
import type { CborItem } from '../../../src/encoding/cbor/item.ts'

export function plain(item: CborItem): unknown {
  switch (item.kind) {
    case 'array':
      return item.items.map(plain)
    case 'map':
      return new Map(item.entries.map(({ key, value }) => [plain(key), plain(value)]))
    case 'bytes':
      return `h${toHex(item.value)}`
    case 'text':
      return JSON.stringify(item.value)
    case 'tag':
      return { tag: item.tag, item: plain(item.item) }
    default:
      return item.value
  }
}

/** Converts the result of another decoder to the same plain values. */
export function plainOf(value: unknown): unknown {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof Uint8Array) return `h${toHex(value)}`
  if (Array.isArray(value)) return value.map(plainOf)
  if (value instanceof Map) return new Map([...value].map(([key, inner]) => [plainOf(key), plainOf(inner)]))
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, inner]) => [plainOf(key), plainOf(inner)]))
  }
  // The decoders differ in which values they return as a bigint.
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value)
  // One decoder returns -0 for 0.
  return value === 0 ? 0 : value
}
