/**
 * Printing: results go to standard output, in the format of `--output`; messages for people go to standard error.
 * A keeper prints to the descriptors that it inherited from its command.
 */
import { writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { EnclaveError } from '../../base/error.ts'

/** Formats a result's value as text, with terminal control characters escaped. */
export type Formatter = (value: unknown) => string

/** Which messages are printed besides results. */
export type Loudness = 'errors' | 'notes' | 'all'

interface Printing {
  out: (text: string) => void
  err: (text: string) => void
  format: Formatter
  loudness: Loudness
  /** Whether standard error is a terminal. */
  isTerminal: boolean
}

const printing: Printing = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  format: (value) => printable(`${JSON.stringify(value, null, 2)}\n`),
  loudness: 'notes',
  isTerminal: process.stderr.isTTY === true,
}

/** Whether a progress line is on the terminal. */
let isInProgress = false

/** Changes the settings of all later printing. */
export function setPrinting(changes: Partial<Printing>): void {
  Object.assign(printing, changes)
}

/** Prints to open descriptors, whose readers may be gone. */
export function printTo(out: number, err: number): void {
  const to = (descriptor: number) => (text: string) => {
    try {
      writeSync(descriptor, text)
    } catch {
      // Nobody reads it any more.
    }
  }
  setPrinting({ out: to(out), err: to(err), isTerminal: isatty(err) })
}

/** Prints a command's result. */
export function printJson(value: unknown): void {
  endProgress()
  printing.out(printing.format(value))
}

/** Prints a result that is text. */
export function printText(text: string): void {
  endProgress()
  printing.out(printable(text))
}

/** Shows progress, on a terminal only; the next output replaces it. */
export function printProgress(what: string): void {
  if (!printing.isTerminal || printing.loudness === 'errors') return
  isInProgress = true
  printing.err(`${CLEAR_LINE}${what} ...`)
}

const CLEAR_LINE = '\r\u001b[K'

function endProgress(): void {
  if (isInProgress) printing.err(CLEAR_LINE)
  isInProgress = false
}

function printLine(line: string): void {
  endProgress()
  printing.err(`${printable(line)}\n`)
}

const PLAIN = /^[\x20-\x7e\n\t]*$/

/**
 * `text` with control characters, and characters that reorder a line, as JSON escapes: much of what is printed was
 * chosen by the maker of an image, who may be hostile.
 */
export function printable(text: string): string {
  // The Unicode property escapes below take milliseconds to compile.
  if (PLAIN.test(text)) return text
  return text.replace(/[^\P{C}\n\t]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}

/** Prints a message for people. */
export function printNote(line: string): void {
  if (printing.loudness !== 'errors') printLine(line)
}

/** Prints a message under --verbose. */
export function printMore(line: string): void {
  if (printing.loudness === 'all') printLine(line)
}

/** Prints an error for people; with a stack trace under --debug, or if the error is unexpected. */
export function printError(error: unknown, debug = false): void {
  const known = error instanceof EnclaveError || (error instanceof Error && 'code' in error)
  if (known && !debug) printLine((error as Error).message)
  else printLine(error instanceof Error ? traceOf(error) : String(error))
}

/** The stack trace of an error and of its causes. */
function traceOf(error: Error): string {
  const { stack = error.message, cause } = error
  return cause instanceof Error ? `${stack}\ncaused by ${traceOf(cause)}` : stack
}
