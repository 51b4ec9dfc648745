/** The errors of calls. */
import { EnclaveError } from '../base/error.ts'
import type { ErrorCode } from '../base/error-code.ts'
import { MAX_CODE, MAX_REASON } from '../service/protocol.ts'

/** The service's own error, with the guest's code if it is well formed. */
export function refusal([code, message]: readonly unknown[]): EnclaveError {
  const name =
    typeof code === 'string' && code.length <= MAX_CODE && /^[A-Za-z0-9_-]+$/.test(code)
      ? code
      : 'E_SERVICE_FAILED'
  // Other values cannot always be converted to a string.
  const text = typeof message === 'string' ? message.slice(0, MAX_REASON) : 'the service gave no reason'
  const prefix = `${name}: `
  return new EnclaveError(name as ErrorCode, {
    what: text.startsWith(prefix) ? text.slice(prefix.length) : text,
    ...(code === 'E_SERVICE_FAILED' && {
      hint: 'it threw an error without a code, which is on the console of its enclave in debug mode',
    }),
  })
}

/** The connection is over. */
export function closed(cause?: unknown): EnclaveError {
  return new EnclaveError('E_SERVICE_CLOSED', {
    what: 'the connection to the service is closed',
    hint: 'if the enclave has ended, its property exited says why',
    ...(cause !== undefined && { cause }),
  })
}

/** The deadline of a call is over. */
export function deadlineOver(name: string, milliseconds: number): EnclaveError {
  return new EnclaveError('E_SERVICE_DEADLINE', {
    what: `the service has not answered the call of ${name.slice(0, 80)} in time`,
    expected: `an answer within ${Math.ceil(milliseconds)} ms`,
    hint: 'the call was cancelled; it may have had an effect',
  })
}
