/**
 * The one error type of webclave. Every refusal carries a stable code and says what happened, what was
 * expected, what came instead and what to do; never secret bytes.
 */

import type { ErrorCode } from './error-code.ts'

/** The sentences an error is made of. `what` is required; the others wherever they help the reader. */
export interface ErrorParts {
  /** What happened, without a final full stop. */
  what: string
  /** What would have been accepted. */
  expected?: string
  /** What came instead. Never a secret. */
  got?: string
  /** What the reader can do about it. */
  hint?: string
  /** The error beneath, where there is one. */
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
  /** One of `ErrorCode`; where a service refused a call, the code that the service gave. */
  readonly code: ErrorCode | (string & {})
  readonly what: string
  readonly expected: string | undefined
  readonly got: string | undefined
  readonly hint: string | undefined

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
    this.expected = parts.expected
    this.got = parts.got
    this.hint = parts.hint
  }
}
