/** The explanation of an error code. */
import type { ErrorCode } from '../../base/error-code.ts'

/** One code, for `qt explain` and docs/errors.md. */
export interface ErrorEntry {
  /** When the error occurs. */
  readonly meaning: string
  /** What to do about it. */
  readonly advice: string
  /** QingTian's code for it and Nitro's, where they have one. */
  readonly cloud?: readonly [qt: string, nitro: string]
}

/** The entries for the codes of one part of webclave. */
export type ErrorTable<Codes extends ErrorCode> = Readonly<Record<Codes, ErrorEntry>>
