/** Shows a few bytes of a file: as text if they are text, otherwise in hexadecimal. Input is hostile. */
import { toHex } from '../base/bytes.ts'
import type { ImageSource } from './eif/source.ts'

const BEFORE = 24
const AFTER = 24
const HEX_BYTES = 12
const CONTROL = /[^\P{C}\n\t]/u

/**
 * The bytes around offset `at` of `source`.
 *
 * @example
 * const bytes = new TextEncoder().encode('console.log(1)')
 * const source = { size: 14, read: async (from, length) => bytes.subarray(from, from + length) }
 * await excerpt(source, 12) // '"console.log(1)"'
 */
export async function excerpt(source: ImageSource, at: number): Promise<string> {
  if (at >= source.size) return 'the end'
  const from = Math.max(0, at - BEFORE)
  const to = Math.min(source.size, at + AFTER)
  const bytes = await source.read(from, to - from)
  const text = decode(bytes)
  if (text !== undefined) {
    return `${from > 0 ? '…' : ''}${JSON.stringify(text)}${to < source.size ? '…' : ''}`
  }
  return `${toHex(bytes.subarray(at - from, at - from + HEX_BYTES))}…`
}

/** Decodes `bytes` without partial characters at both ends; undefined if they are not printable text. */
function decode(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(bytes).replace(/^\uFFFD{1,3}|\uFFFD$/gu, '')
  return text.includes('\uFFFD') || CONTROL.test(text) ? undefined : text
}
