/** The errors of calls of a fleet. Their codes say whether a call may be tried again. */
import { EnclaveError } from '../base/error.ts'

/** Whether nobody has taken a call because all enclaves have as many as they take. */
export const isBusy = (error: unknown): boolean =>
  error instanceof EnclaveError && error.code === 'E_FLEET_UNREACHED' && error.got === BUSY

/** What an enclave says that has as many calls as it takes. */
export const BUSY = 'refused: busy'

/** It was not begun, as far as the bus and the member say. */
export function unreached(got: string): EnclaveError {
  return new EnclaveError('E_FLEET_UNREACHED', {
    what: 'no enclave of the fleet has taken the call',
    expected: 'a member that has a free enclave',
    got,
    hint: 'it was not begun: try again later',
  })
}

/** It was not begun. */
export function busy(waiting: number): EnclaveError {
  return new EnclaveError('E_FLEET_BUSY', {
    what: 'all enclaves of the fleet are busy, and the queue of its client is full',
    got: `${waiting} waiting calls`,
    hint: 'the call was not begun: try again later, or have more members join',
  })
}

/** It was not begun. */
export function waitedTooLong(milliseconds: number): EnclaveError {
  return new EnclaveError('E_SERVICE_DEADLINE', {
    what: 'no enclave of the fleet was free in time',
    expected: `a free one within ${milliseconds} ms`,
    hint: 'the call was not begun: try again later, or have more members join',
  })
}

/** It may have been done. */
export function lost(got: string): EnclaveError {
  return new EnclaveError('E_FLEET_LOST', {
    what: 'a member of the fleet was lost during the call',
    got,
    hint: 'the call may have had an effect: try again only if that does no harm',
  })
}

/** It was not begun. */
export function closedClient(): EnclaveError {
  return new EnclaveError('E_FLEET_CLOSED', {
    what: 'the client of the fleet is closed',
    hint: 'the call was not begun',
  })
}

/** The server refuses a subscription, or a message to a subject. */
export function refusedByBus(cause: Error, isBegun = false): EnclaveError {
  const { operation, subject = '' } = cause as { operation?: unknown; subject?: unknown }
  const may = operation === 'publish' ? 'publish to' : 'subscribe to'
  return new EnclaveError('E_FLEET_PERMISSION', {
    what: `the user of the bus may not ${may} ${String(subject).slice(0, 200) || 'a subject that is needed'}`,
    expected: 'permissions for the subject of the fleet, NAME.*, $SRV.> and _INBOX.>',
    got: cause.message.slice(0, 200),
    hint: isBegun
      ? 'give this user of NATS the permissions; the call may have had an effect'
      : 'nothing was begun: give this user of NATS the permissions',
    cause,
  })
}
