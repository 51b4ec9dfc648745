/**
 * The messages between a preparer and its owner. Both ends are webclave's own code; only the content comes from a
 * guest.
 */

import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import type { ErrorCode } from '../base/error-code.ts'

/** A component to prepare. Its bytes are in shared memory, which is not copied by postMessage. */
export interface PreparationRequest {
  component: SharedArrayBuffer
  crypto: SharedArrayBuffer | undefined
  memoryBytes: number
  /** The URL of the transpiler's module. */
  transpiler: string
}

/** The result of a preparation. */
export type PreparationResponse =
  | { glue: string; modules: [name: string, bytes: Bytes][] }
  | { refusal: { code: ErrorCode; what: string; expected?: string; got?: string; hint?: string } }

/** Converts an error to a plain object, because structured clone does not preserve its class. */
export function refusalOf(error: unknown): PreparationResponse {
  if (!(error instanceof EnclaveError)) {
    const message = error instanceof Error ? error.message : String(error)
    return {
      refusal: {
        code: 'E_COMPONENT_LINK',
        what: 'the component cannot be prepared',
        got: message.slice(0, 400),
      },
    }
  }
  const { code, what, expected, got, hint } = error
  return {
    refusal: {
      code: code as ErrorCode,
      what,
      ...(expected !== undefined && { expected }),
      ...(got !== undefined && { got }),
      ...(hint !== undefined && { hint }),
    },
  }
}
