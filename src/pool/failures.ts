/** The errors of calls of a pool. */
import { EnclaveError } from '../base/error.ts'

/** It was not begun. */
export function busy(waiting: number): EnclaveError {
  return new EnclaveError('E_POOL_BUSY', {
    what: 'all enclaves of the pool are busy, and its queue is full',
    got: `${waiting} waiting calls`,
    hint: 'the call was not begun: try again later, or make the pool larger',
  })
}

/** It was not begun. */
export function closedPool(): EnclaveError {
  return new EnclaveError('E_POOL_CLOSED', { what: 'the pool is closed', hint: 'the call was not begun' })
}

/** It may have been done. */
export function lost(end: string): EnclaveError {
  return new EnclaveError('E_POOL_LOST', {
    what: 'the enclave ended during the call',
    got: end,
    hint: 'the call may have had an effect: try again only if that does no harm',
  })
}

/** It was not begun. */
export function failedPool(cause: unknown): EnclaveError {
  return new EnclaveError('E_POOL_FAILED', {
    what: 'the enclaves of the pool do not start any more',
    got: cause instanceof Error ? cause.message : String(cause),
    hint: 'the call was not begun: mend what they end of, and create a new pool',
    cause,
  })
}

/** Of an application that `createPool` was told about. */
export function noService(): EnclaveError {
  return new EnclaveError('E_POOL_OPTION', {
    what: 'the application of the pool has no service',
    expected: 'connections only, as `service: false` says',
    got: 'a call',
    hint: 'use connect, or enclaveFetch of webclave/http',
  })
}

/** It was not begun. */
export function waitedTooLong(milliseconds: number): EnclaveError {
  return new EnclaveError('E_SERVICE_DEADLINE', {
    what: 'no enclave of the pool was free in time',
    expected: `a free one within ${milliseconds} ms`,
    hint: 'the call was not begun: try again later, or make the pool larger',
  })
}

/** The code of an error, or its name. */
export function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown'
}
