/** The errors of admission. Each names the item, what was received, and what would be accepted. */
import { EnclaveError } from '../base/error.ts'

export type RefusalCode =
  | 'E_ADMISSION_NOT_COMPONENT'
  | 'E_ADMISSION_MALFORMED'
  | 'E_ADMISSION_LIMIT'
  | 'E_ADMISSION_FEATURE'
  | 'E_ADMISSION_IMPORT'
  | 'E_ADMISSION_EXPORT'
  | 'E_ADMISSION_NAME'
  | 'E_ADMISSION_START'
  | 'E_ADMISSION_MEMORY'

/** Makes the error to throw. */
export function refusal(
  code: RefusalCode,
  what: string,
  expected?: string,
  got?: string | number,
  hint?: string,
): EnclaveError {
  return new EnclaveError(code, {
    what,
    ...(expected !== undefined && { expected }),
    ...(got !== undefined && { got: `${got}` }),
    ...(hint !== undefined && { hint }),
  })
}

/** The error for a WebAssembly proposal that is not allowed. */
export function featureRefusal(feature: string, offset: number, hint?: string): EnclaveError {
  return refusal(
    'E_ADMISSION_FEATURE',
    `the component uses ${feature} at byte ${offset}`,
    'only the allowed features of WebAssembly and of the component model',
    feature,
    hint,
  )
}

/** What to do about a component of WASI 0.3. */
export const USE_WASI_02 =
  'build it for WASI 0.2 (for Rust the target wasm32-wasip2; for componentize-js and others a world of WASI 0.2)'
