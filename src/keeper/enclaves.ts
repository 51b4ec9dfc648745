/** The running enclaves, as every command sees them: read only from files, which is fast. */
import { EnclaveError } from '../base/error.ts'
import { type EnclaveStatus, openLedger, runningEnclaves } from './enclave-record.ts'
import { endedEnclaves } from './ended-enclaves.ts'

/** The running and starting enclaves. @throws {EnclaveError} E_STATE_... */
export function listEnclaves(): EnclaveStatus[] {
  return runningEnclaves(openLedger().read().enclaves)
}

/**
 * The enclave for which `isWanted` holds.
 * @throws {EnclaveError} E_ENCLAVE_UNKNOWN, whose message contains `what`; E_STATE_...
 */
export function findEnclave(isWanted: (enclave: EnclaveStatus) => boolean, what: string): EnclaveStatus {
  const enclaves = listEnclaves()
  const found = enclaves.find(isWanted)
  if (found) return found
  const ended = endedEnclaves().find(({ record, details }) => isWanted({ ...record, details }))
  throw new EnclaveError('E_ENCLAVE_UNKNOWN', {
    what: `the required enclave ${what} ${ended ? `has ended: ${ended.end}` : 'is not running'}`,
    expected:
      enclaves.map(({ id }) => `enclave ${id}`).join(', ') || 'a running enclave, of which there are none',
    hint: 'run qt enclave query to list the enclaves',
  })
}
