/** The text of HTTP's heads: a character for each byte. `TextDecoder` has no such encoding: its latin1 is Windows-1252. */
import type { Bytes } from '../base/bytes.ts'

const PART = 4096

export function fromLatin1(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.byteLength; at += PART)
    text += String.fromCharCode(...bytes.subarray(at, at + PART))
  return text
}

/** `text`, whose characters are at most U+00FF. */
export function toLatin1(text: string): Bytes {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}
