/**
 * Where words go: results to standard output, in the form that was asked for; everything for people to standard error.
 * A keeper prints to the descriptors of the command that it started for.
 */
import { writeSync } from 'node:fs'
import { EnclaveError } from '../base/error.ts'

/** Prints a result's value as text. */
export type Formatter = (value: unknown) => string

/** How much is printed besides results. */
export type Loudness = 'errors' | 'notes' | 'all'

interface Printing {
  out: (text: string) => void
  err: (text: string) => void
  format: Formatter
  loudness: Loudness
}

const printing: Printing = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  format: (value) => `${JSON.stringify(value, null, 2)}\n`,
  loudness: 'notes',
}

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
  setPrinting({ out: to(out), err: to(err) })
}

/** Prints a command's result. */
export function printJson(value: unknown): void {
  printing.out(printable(printing.format(value)))
}

/** Prints text that is a result. */
export function printText(text: string): void {
  printing.out(text)
}

/**
 * `text` with everything that would steer a terminal or reorder a line written as JSON escapes: much of what is
 * printed was chosen by whoever made an image.
 */
export function printable(text: string): string {
  return text.replace(/[^\P{C}\n\t]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}

/** Prints a line for people. */
export function printNote(line: string): void {
  if (printing.loudness !== 'errors') printing.err(`${line}\n`)
}

/** Prints a line for people who want to know more. */
export function printMore(line: string): void {
  if (printing.loudness === 'all') printing.err(`${line}\n`)
}

/** Prints what went wrong, for a person. */
export function printError(error: unknown, debug = false): void {
  const known = error instanceof EnclaveError || (error instanceof Error && 'code' in error)
  if (known && !debug) printing.err(`${printable((error as Error).message)}\n`)
  else printing.err(`${error instanceof Error ? traceOf(error) : String(error)}\n`)
}

/** Where an error comes from, and the errors beneath it. */
function traceOf(error: Error): string {
  const { stack = error.message, cause } = error
  return cause instanceof Error ? `${stack}\nbecause of ${traceOf(cause)}` : stack
}
