/** Checks of arguments whose types a program in JavaScript may not keep. */
import { EnclaveError } from '../base/error.ts'
import { typeName } from '../base/type-name.ts'
import { unknownOption } from '../base/unknown-option.ts'

/**
 * The signal of a call that has no other option; it may be absent.
 * @throws {EnclaveError} E_PARENT_OPTION if the options are not an object, have another name, or the signal is not an
 *   AbortSignal.
 */
export function signalOf(options: unknown): AbortSignal | undefined {
  if (options === undefined) return undefined
  const given = asObject('the options', options)
  const unknown = unknownOption(given, { signal: true })
  if (unknown !== undefined) throw unknownName('the options', ['signal'], unknown)
  const { signal } = given
  if (signal === undefined) return undefined
  const { aborted, addEventListener } = Object(signal) as Partial<AbortSignal>
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return signal as AbortSignal
  throw invalidOption('the signal is not an AbortSignal', 'the signal of an AbortController', signal)
}

/** `value` as an object with properties. @throws {EnclaveError} E_PARENT_OPTION for another value. */
export function asObject(name: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw invalidOption(`${name} must be an object`, 'an object with properties', value)
}

/** The error for an option of the wrong type. */
export function invalidOption(what: string, expected: string, got: unknown): EnclaveError {
  return new EnclaveError('E_PARENT_OPTION', { what, expected, got: typeName(got) })
}

/** The error for an option whose name is not among `known`. */
export function unknownName(what: string, known: readonly string[], got: string): EnclaveError {
  return new EnclaveError('E_PARENT_OPTION', {
    what: `${what} have one that is not known`,
    expected: `only ${known.join(', ')}`,
    got: JSON.stringify(got),
  })
}
