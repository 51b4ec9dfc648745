/** An enclave's console for people: its text is the guest's, so what could steer a terminal is escaped. */
import type { Bytes } from '../base/bytes.ts'

/** Control characters but newline and tab, the C1 set, and what overrides the direction of text. */
const STEERING = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu
const PLAIN = new Set(['\n', '\t'])

/** Console output as text that is safe to print. */
export function showConsole(bytes: Bytes): string {
  const escapeCharacter = (character: string) =>
    PLAIN.has(character) ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return new TextDecoder().decode(bytes).replace(STEERING, escapeCharacter)
}
