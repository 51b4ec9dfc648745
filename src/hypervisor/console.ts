/** Reading an enclave's console: its text is the guest's, so what could steer a terminal is escaped. */
import { CONSOLE_LENGTH, type SharedMemory, Word } from '../kernel/shared-memory.ts'

/** Control characters but newline and tab, the C1 set, and the bidirectional overrides. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/** The newest console output of at most 64 KiB, as text that is safe to print. */
export function readConsole({ words, console: ring }: SharedMemory): string {
  const written = Atomics.load(words, Word.CONSOLE) >>> 0
  const kept = Math.min(written, CONSOLE_LENGTH)
  const start = (written - kept) & (CONSOLE_LENGTH - 1)
  const bytes = new Uint8Array(kept)
  const untilEnd = Math.min(kept, CONSOLE_LENGTH - start)
  bytes.set(ring.slice(start, start + untilEnd))
  bytes.set(ring.slice(0, kept - untilEnd), untilEnd)
  return new TextDecoder().decode(bytes).replace(STEERING, escapeCharacter)
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
