/**
 * Shows an enclave's console. The text comes from the guest, so characters that could control a terminal are escaped.
 */
import type { Bytes } from '../base/bytes.ts'

/**
 * Control characters (C0 and C1) and characters that override the direction of text. Newline and tab are exempted
 * below.
 */
const STEERING = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu
const PLAIN = new Set(['\n', '\t'])

/** Converts console output to text that is safe to print. */
export function showConsole(bytes: Bytes): string {
  return escapeSteering(new TextDecoder().decode(bytes))
}

/**
 * Follows a console that keeps only its most recent bytes: each call returns what was printed since the last one, and
 * marks where bytes were lost. A slow reader blocks nobody.
 */
export function followConsole(read: () => { bytes: Bytes; total: number }): () => string {
  const decoder = new TextDecoder()
  let seen = 0
  return () => {
    const { bytes, total } = read()
    // The counter has 32 bits and wraps around.
    const fresh = (total - seen) >>> 0
    const kept = Math.min(fresh, bytes.byteLength)
    seen = total
    const lost = fresh > kept ? `\n[${fresh - kept} bytes of the console were lost here]\n` : ''
    return lost + escapeSteering(decoder.decode(bytes.subarray(bytes.byteLength - kept), { stream: true }))
  }
}

function escapeSteering(text: string): string {
  const escapeCharacter = (character: string) =>
    PLAIN.has(character) ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return text.replace(STEERING, escapeCharacter)
}
