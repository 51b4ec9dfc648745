/** The errors of admission. Each names the item, what came, and what would have been accepted. */
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

/** A refusal to throw. */
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

/** A WebAssembly proposal that is not on the list. */
export function featureRefusal(feature: string, offset: number): EnclaveError {
  return refusal(
    'E_ADMISSION_FEATURE',
    `the component uses ${feature} at byte ${offset}`,
    'only features on the list (see the documentation of admission)',
    feature,
  )
}
