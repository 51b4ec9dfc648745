/** IP addresses as the bytes that a certificate has (RFC 5280, section 4.2.1.6). */
import type { Bytes } from '../base/bytes.ts'

const LENGTH = 16

/** The 4 or 16 bytes of an address; undefined if `text` is none. */
export function addressBytes(text: string): Bytes | undefined {
  if (!text.includes(':')) return readQuad(text)
  const halves = text.split('::')
  const [first, last] = halves.map(bytesOfGroups)
  if (halves.length > 2 || !first || (halves.length === 2 && !last)) return undefined
  const missing = LENGTH - first.length - (last?.length ?? 0)
  if (last ? missing < 2 : missing !== 0) return undefined
  return Uint8Array.from([...first, ...new Uint8Array(missing), ...(last ?? [])])
}

function readQuad(text: string): Bytes | undefined {
  const parts = text.split('.')
  const isOne = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)
  return isOne ? Uint8Array.from(parts, Number) : undefined
}

/** The bytes of groups of hexadecimal digits, of which the last may be an IPv4 address. */
function bytesOfGroups(text: string): number[] | undefined {
  const bytes: number[] = []
  const groups = text === '' ? [] : text.split(':')
  for (const [index, group] of groups.entries()) {
    const quad = index === groups.length - 1 ? readQuad(group) : undefined
    if (!quad && !/^[0-9a-f]{1,4}$/i.test(group)) return undefined
    const number = Number.parseInt(group, 16)
    bytes.push(...(quad ?? [number >> 8, number & 255]))
  }
  return bytes
}
