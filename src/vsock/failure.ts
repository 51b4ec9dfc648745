/** Why a connection that is over cannot be used. */
import { EnclaveError } from '../base/error.ts'
import type { ErrorCode } from '../base/error-code.ts'
import type { CloseReason } from './address.ts'
import type { Connection } from './connection.ts'

/** The error for whoever uses a connection that is over: E_VSOCK_CLOSED, _REFUSED, _RESET or _TIMED_OUT. */
export function failure(connection: Connection): EnclaveError {
  const { remote, closeReason } = connection
  const where = `CID ${remote.cid}, port ${remote.port}`
  const reasons: Record<CloseReason, [ErrorCode, string]> = {
    closed: ['E_VSOCK_CLOSED', `the connection with ${where} is closed`],
    refused: ['E_VSOCK_REFUSED', `${where} refused the connection`],
    reset: ['E_VSOCK_RESET', `the connection with ${where} was reset`],
    'timed-out': ['E_VSOCK_TIMED_OUT', `${where} did not answer in time`],
  }
  const [code, what] = reasons[closeReason ?? 'closed']
  const hint = closeReason === 'refused' ? 'is the application listening on that port?' : undefined
  return new EnclaveError(code, hint ? { what, hint } : { what })
}
