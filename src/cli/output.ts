/** Where words go: results to standard output, everything for people to standard error. */
import { EnclaveError } from '../base/error.ts'

/** Prints one JSON document. */
export function printJson(value: unknown): void {
  process.stdout.write(`${printable(JSON.stringify(value, null, 2))}\n`)
}

/**
 * `text` with everything that would steer a terminal or reorder a line written as JSON escapes: much of what is
 * printed was chosen by whoever made an image.
 */
export function printable(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}

/** Prints a line for people. */
export function printNote(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Prints what went wrong, for a person. */
export function printError(error: unknown): void {
  if (error instanceof EnclaveError) process.stderr.write(`${error.message}\n`)
  else if (error instanceof Error && 'code' in error) process.stderr.write(`${error.message}\n`)
  else process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
}
