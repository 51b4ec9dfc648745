/** Options of a client and of its calls, and their checks. */
import { EnclaveError } from '../base/error.ts'
import { unknownOption } from '../base/unknown-option.ts'
import { LARGEST_MESSAGE, MAX_MESSAGE } from '../service/protocol.ts'

/** Options of a `ServiceClient`. */
export interface ClientOptions {
  /** Maximum length of a request, a result or an item in bytes, at most 1 GiB. @default 67108864 */
  readonly maxMessage?: number
}

/** Options of a call. */
export interface CallOptions {
  /** Cancels the call: it fails with the signal's reason, and the function's own signal aborts. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds after which the call is cancelled, and fails with E_SERVICE_DEADLINE. @default never */
  readonly deadline?: number | undefined
}

/** The longest message. @throws {EnclaveError} E_SERVICE_OPTION */
export function maxMessageOf(options: ClientOptions): number {
  requireKnown('the options of a client', options, { maxMessage: true })
  const { maxMessage: length = MAX_MESSAGE } = options
  if (Number.isSafeInteger(length) && length > 0 && length <= LARGEST_MESSAGE) return length
  throw invalid('the option maxMessage is invalid', `an integer from 1 to ${LARGEST_MESSAGE}`, length)
}

/** @throws {EnclaveError} E_SERVICE_OPTION */
export function checkCallOptions(options: CallOptions): void {
  requireKnown('the options of a call', options, { signal: true, deadline: true })
  const { signal, deadline } = options
  if (deadline !== undefined && !(typeof deadline === 'number' && deadline >= 0))
    throw invalid('the option deadline is invalid', 'a number of milliseconds from 0 on', deadline)
  // Not `instanceof`: a signal may come from another realm.
  if (signal !== undefined && typeof (signal as Partial<AbortSignal> | null)?.addEventListener !== 'function')
    throw invalid('the option signal is invalid', 'an AbortSignal', signal)
}

/** A mistyped deadline would be none. */
function requireKnown(what: string, options: object, known: Readonly<Record<string, true>>): void {
  const names = Object.keys(known).join(', ')
  if (typeof options !== 'object' || options === null)
    throw invalid(`${what} are not an object`, `an object with ${names}`, options)
  const unknown = unknownOption(options, known)
  if (unknown !== undefined)
    throw new EnclaveError('E_SERVICE_OPTION', {
      what: `${what} have one that is not known`,
      expected: `only ${names}`,
      got: JSON.stringify(unknown),
    })
}

function invalid(what: string, expected: string, got: unknown): EnclaveError {
  return new EnclaveError('E_SERVICE_OPTION', {
    what,
    expected,
    got: typeof got === 'number' ? String(got) : got === null ? 'null' : typeof got,
  })
}
