/** The option with which QingTian's commands select an enclave. */

import type { EnclaveStatus } from '../../keeper/enclave-record.ts'
import { findEnclave, listEnclaves } from '../../keeper/enclaves.ts'
import type { OptionSpec, OptionValues } from '../core/command.ts'

/** `--enclave-id`: whole numbers from 0. */
export const ENCLAVE_ID: OptionSpec = {
  type: 'string',
  value: 'ID',
  integer: { min: 0, max: 0x7fffffff },
  help: 'ID of the enclave, as qt enclave query shows it',
}

/** The enclave that the option selects. @throws {EnclaveError} E_ENCLAVE_UNKNOWN, E_STATE_... */
export function namedEnclave(options: OptionValues): EnclaveStatus {
  return findEnclave(isNamed(options), options.need('enclave-id'))
}

/** Whether an enclave is the one that the option selects. */
export function isNamed(options: OptionValues): (enclave: EnclaveStatus) => boolean {
  const wanted = options.integer('enclave-id')
  return ({ id, profile }) => profile === 'qingtian' && id === wanted
}

/** The enclaves that `qt` has started. @throws {EnclaveError} E_STATE_... */
export function ownEnclaves(): EnclaveStatus[] {
  return listEnclaves().filter(({ profile }) => profile === 'qingtian')
}
