/** The option by which QingTian's commands name an enclave. */

import type { EnclaveStatus } from '../../keeper/enclave-record.ts'
import { findEnclave, listEnclaves } from '../../keeper/enclaves.ts'
import type { OptionSpec, OptionValues } from '../core/command.ts'

/** `--enclave-id`: small whole numbers from 0 on. */
export const ENCLAVE_ID: OptionSpec = {
  type: 'string',
  value: 'ID',
  integer: { min: 0, max: 0x7fffffff },
  help: 'the enclave, as query shows it',
}

/** The enclave that the option names. @throws {EnclaveError} E_ENCLAVE_UNKNOWN, E_STATE_... */
export function namedEnclave(options: OptionValues): EnclaveStatus {
  const wanted = options.integer('enclave-id')
  return findEnclave(({ id, profile }) => profile === 'qingtian' && id === wanted, String(wanted))
}

/** The enclaves that `qt` has started. @throws {EnclaveError} E_STATE_... */
export function ownEnclaves(): EnclaveStatus[] {
  return listEnclaves().filter(({ profile }) => profile === 'qingtian')
}
