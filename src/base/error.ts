/**
 * The one error type of webclave. Every error carries a stable code and says what happened, what was expected, what was
 * received and what to do. It never contains secret bytes.
 */

import type { ErrorCode } from './error-code.ts'

/** The clauses of an error's message. `what` is required; give the others where they help the reader. */
export interface ErrorParts {
  /** What happened. No full stop at the end. */
  what: string
  /** What would have been accepted. */
  expected?: string
  /** What was received. Never a secret. */
  got?: string
  /** What the reader can do about it. */
  hint?: string
  /** The underlying error, if there is one. */
  cause?: unknown
}

/**
 * An error with a stable `code` such as `E_IMAGE_MAGIC`.
 *
 * @example
 * const error = new EnclaveError('E_CID_TAKEN', { what: 'CID 4 is in use', expected: 'a free CID', got: '4' })
 * error.message // 'E_CID_TAKEN: CID 4 is in use; expected a free CID; got 4'
 */
export class EnclaveError extends Error {
  override readonly name = 'EnclaveError'
  /** One of `ErrorCode`, or the code that a service gave when it refused a call. */
  readonly code: ErrorCode | (string & {})
  readonly what: string
  declare readonly expected: string | undefined
  declare readonly got: string | undefined
  declare readonly hint: string | undefined

  constructor(code: ErrorCode, parts: ErrorParts) {
    const clauses = [
      parts.what,
      parts.expected && `expected ${parts.expected}`,
      parts.got && `got ${parts.got}`,
      parts.hint,
    ]
    super(
      `${code}: ${clauses.filter(Boolean).join('; ')}`,
      'cause' in parts ? { cause: parts.cause } : undefined,
    )
    this.code = code
    this.what = parts.what
    for (const name of ['expected', 'got', 'hint'] as const) {
      const value = parts[name]
      // A printed error then shows what it says, and not what it does not say.
      Object.defineProperty(this, name, { value, enumerable: value !== undefined })
    }
  }
}
