/** Where words go: results to standard output, everything for people to standard error. */
import { EnclaveError } from '../base/error.ts'

/** Prints one JSON document. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** Prints what went wrong, for a person. */
export function printError(error: unknown): void {
  if (error instanceof EnclaveError) process.stderr.write(`${error.message}\n`)
  else if (error instanceof Error && 'code' in error) process.stderr.write(`${error.message}\n`)
  else process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
}
