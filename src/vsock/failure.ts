/** The errors for the use of a closed connection. */
import { EnclaveError } from '../base/error.ts'
import type { ErrorCode } from '../base/error-code.ts'
import type { CloseReason } from './address.ts'
import type { Connection } from './connection.ts'

/** The error for using a closed connection: E_VSOCK_CLOSED, _REFUSED, _RESET or _TIMED_OUT. */
export function failure(connection: Connection): EnclaveError {
  const { remote, closeReason } = connection
  const where = `CID ${remote.cid}, port ${remote.port}`
  const reasons: Record<CloseReason, [ErrorCode, string]> = {
    closed: ['E_VSOCK_CLOSED', `the connection to ${where} is closed`],
    refused: ['E_VSOCK_REFUSED', `${where} refused the connection`],
    reset: ['E_VSOCK_RESET', `the connection to ${where} was reset`],
    'timed-out': ['E_VSOCK_TIMED_OUT', `${where} did not answer in time`],
  }
  const [code, what] = reasons[closeReason ?? 'closed']
  const hint = closeReason === 'refused' ? 'check that the application listens on that port' : undefined
  return new EnclaveError(code, hint ? { what, hint } : { what })
}
