/**
 * The error codes of the security module. The names are the same in both clouds, the numbers are not (`qtsm_lib.h`,
 * enum error_code; aws-nitro-enclaves-nsm-api, `ErrorCode`).
 */

/** QTSM's errors in its own order: the number of an error is its index plus one. */
export const ERROR_NAMES = [
  'InvalidIndex',
  'InvalidResponse',
  'InvalidArgument',
  'ReadOnlyIndex',
  'InvalidOperation',
  'BufferTooSmall',
  'InputTooLarge',
  'InternalError',
  'InvalidQtsmCert',
] as const

/** The name of an error, as in an error response. */
export type ErrorName = (typeof ERROR_NAMES)[number]

const NSM_NUMBERS: Partial<Record<ErrorName, number>> = {
  InvalidArgument: 1,
  InvalidIndex: 2,
  InvalidResponse: 3,
}

/**
 * The number of an error: QTSM's in the `qingtian` profile, NSM's in `nitro`. NSM has no certificate error and reports
 * an internal error instead.
 */
export function errorNumber(name: ErrorName, profile: 'qingtian' | 'nitro'): number {
  if (profile === 'nitro' && name === 'InvalidQtsmCert') return errorNumber('InternalError', profile)
  const qtsm = ERROR_NAMES.indexOf(name) + 1
  return profile === 'nitro' ? (NSM_NUMBERS[name] ?? qtsm) : qtsm
}

/** An error response of the security module. */
export class QtsmError extends Error {
  override readonly name = 'QtsmError'
  readonly code: ErrorName

  constructor(code: ErrorName) {
    super(`the QTSM returned the error ${code} (${errorNumber(code, 'qingtian')})`)
    this.code = code
  }
}
