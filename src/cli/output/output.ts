/**
 * Where words go: results to standard output, in the form that was asked for; everything for people to standard error.
 * A keeper prints to the descriptors of the command that it started for.
 */
import { writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { EnclaveError } from '../../base/error.ts'

/** Makes text of a result's value, with everything in it escaped that would steer a terminal. */
export type Formatter = (value: unknown) => string

/** How much is printed besides results. */
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

/** Whether a line of progress stands on the terminal. */
let isInProgress = false

/** Changes how everything is printed from now on. */
export function setPrinting(changes: Partial<Printing>): void {
  Object.assign(printing, changes)
}

/** Prints to open descriptors, whose other ends may be gone. */
export function printTo(out: number, err: number): void {
  const to = (descriptor: number) => (text: string) => {
    try {
      writeSync(descriptor, text)
    } catch {
      // Nobody is there to read it.
    }
  }
  setPrinting({ out: to(out), err: to(err), isTerminal: isatty(err) })
}

/** Prints a command's result. */
export function printJson(value: unknown): void {
  endProgress()
  printing.out(printing.format(value))
}

/** Prints text that is a result. */
export function printText(text: string): void {
  endProgress()
  printing.out(printable(text))
}

/** Shows what is being done, on a terminal only; whatever is printed next takes its place. */
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
 * `text` with everything that would steer a terminal or reorder a line written as JSON escapes: much of what is
 * printed was chosen by whoever made an image.
 */
export function printable(text: string): string {
  // What Unicode says of each character takes milliseconds to make ready.
  if (PLAIN.test(text)) return text
  return text.replace(/[^\P{C}\n\t]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}

/** Prints a line for people. */
export function printNote(line: string): void {
  if (printing.loudness !== 'errors') printLine(line)
}

/** Prints a line for people who want to know more. */
export function printMore(line: string): void {
  if (printing.loudness === 'all') printLine(line)
}

/** Prints what went wrong, for a person. */
export function printError(error: unknown, debug = false): void {
  const known = error instanceof EnclaveError || (error instanceof Error && 'code' in error)
  if (known && !debug) printLine((error as Error).message)
  else printLine(error instanceof Error ? traceOf(error) : String(error))
}

/** Where an error comes from, and the errors beneath it. */
function traceOf(error: Error): string {
  const { stack = error.message, cause } = error
  return cause instanceof Error ? `${stack}\nbecause of ${traceOf(cause)}` : stack
}
