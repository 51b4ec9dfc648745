/** The enclaves that run, as every command sees them: from files only, so that looking costs next to nothing. */
import { EnclaveError } from '../base/error.ts'
import { type EnclaveStatus, openLedger, runningEnclaves } from './enclave-record.ts'

/** The enclaves that run or start. @throws {EnclaveError} E_STATE_... */
export function listEnclaves(): EnclaveStatus[] {
  return runningEnclaves(openLedger().read().enclaves)
}

/**
 * The enclave that `isWanted`.
 * @throws {EnclaveError} E_ENCLAVE_UNKNOWN, which names it as `what`; E_STATE_...
 */
export function findEnclave(isWanted: (enclave: EnclaveStatus) => boolean, what: string): EnclaveStatus {
  const enclaves = listEnclaves()
  const found = enclaves.find(isWanted)
  if (found) return found
  throw new EnclaveError('E_ENCLAVE_UNKNOWN', {
    what: `the required enclave ${what} is not running`,
    expected: enclaves.map(({ id }) => `enclave ${id}`).join(', ') || 'none: no enclave runs',
    hint: 'see qt enclave query',
  })
}
