/** Base64 (RFC 4648 section 4), which the engine has not. */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const WELL_FORMED = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]))

/** The text of `bytes`, padded. */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3)
    const group = (first << 16) | (second << 8) | third
    for (let shift = 18; shift >= 0; shift -= 6) text += ALPHABET[(group >> shift) & 63]
  }
  const padding = (3 - (bytes.length % 3)) % 3
  return text.slice(0, text.length - padding) + '='.repeat(padding)
}

/** The bytes of `text`. @throws {EnclaveError} E_BASE64 */
export function fromBase64(text: string): Bytes {
  if (!WELL_FORMED.test(text)) {
    throw new EnclaveError('E_BASE64', {
      what: 'not base64',
      expected: 'A-Z a-z 0-9 + /, padded with =',
      got: `${text.length} characters`,
    })
  }
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((text.length / 4) * 3)
  for (let at = 0, to = 0; at < text.length; at += 4) {
    let group = 0
    for (const letter of text.slice(at, at + 4)) group = (group << 6) | (VALUES.get(letter) ?? 0)
    for (let shift = 16; shift >= 0; shift -= 8) bytes[to++] = (group >> shift) & 255
  }
  return bytes.slice(0, bytes.length - padding)
}
