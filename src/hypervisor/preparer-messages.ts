/** What a preparer and its owner say to each other. Both are of this release; only what they carry is a guest's. */

import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import type { ErrorCode } from '../base/error-code.ts'

/** A component to make ready. Its bytes lie in shared memory, which is not copied on the way. */
export interface PreparationRequest {
  component: SharedArrayBuffer
  crypto: SharedArrayBuffer | undefined
  memoryBytes: number
  /** Where the transpiler's module is. */
  transpiler: string
}

/** What came of it. */
export type PreparationResponse =
  | { glue: string; modules: [name: string, bytes: Bytes][] }
  | { refusal: { code: ErrorCode; what: string; expected?: string; got?: string; hint?: string } }

/** An error on its way between threads, which only lets through what it has no class for. */
export function refusalOf(error: unknown): PreparationResponse {
  if (!(error instanceof EnclaveError)) {
    const message = error instanceof Error ? error.message : String(error)
    return {
      refusal: {
        code: 'E_COMPONENT_LINK',
        what: 'the component cannot be made ready',
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
