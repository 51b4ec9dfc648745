/** An enclave's console for people: its text is the guest's, so what could steer a terminal is escaped. */
import type { Bytes } from '../base/bytes.ts'

/** Control characters but newline and tab, the C1 set, and what overrides the direction of text. */
const STEERING = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu
const PLAIN = new Set(['\n', '\t'])

/** Console output as text that is safe to print. */
export function showConsole(bytes: Bytes): string {
  return escapeSteering(new TextDecoder().decode(bytes))
}

/**
 * One reader of a console that keeps its newest bytes only: each call gives what was printed since the last one, and
 * says where something is lost. However slow it is, nobody waits for it.
 */
export function followConsole(read: () => { bytes: Bytes; total: number }): () => string {
  const decoder = new TextDecoder()
  let seen = 0
  return () => {
    const { bytes, total } = read()
    // The count is one of 32 bits, and goes round.
    const fresh = (total - seen) >>> 0
    const kept = Math.min(fresh, bytes.byteLength)
    seen = total
    const lost = fresh > kept ? `\n[${fresh - kept} bytes of the console are lost here]\n` : ''
    return lost + escapeSteering(decoder.decode(bytes.subarray(bytes.byteLength - kept), { stream: true }))
  }
}

function escapeSteering(text: string): string {
  const escapeCharacter = (character: string) =>
    PLAIN.has(character) ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return text.replace(STEERING, escapeCharacter)
}
