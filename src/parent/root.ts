/**
 * The root of a parent's documents: a new one in memory, one from the caller, or the one that is stored between runs.
 */

import { type AttestationRoot, createRoot } from '../attestation/issue/authority.ts'
import { rootFromText, rootToText } from '../attestation/issue/root-text.ts'
import { EnclaveError } from '../base/error.ts'
import type { SecretPlace, SecretStore } from '../platform/secret.ts'
import { openSecretStore } from '../platform/secret-store.ts'

/** The type of the option `root`. */
export type RootOption = 'persistent' | AttestationRoot

const PLACE: SecretPlace = {
  file: 'attestation-root.pem',
  database: ['webclave', 'attestation', 'root'],
  called: 'attestation root',
  code: 'E_ROOT',
  renew: 'make a new root: qt attestation root --rotate',
  without: 'create the parent without the option root: it then has a root in memory',
}

/** The stored root: of this user in Node, of this origin in a tab. */
export function persistentRoot(): SecretStore<AttestationRoot> {
  const make = (extractable: boolean) => createRoot({ extractable })
  return openSecretStore({ make, toText: rootToText, fromText: rootFromText }, PLACE)
}

/**
 * The root for `option`; undefined if there is none.
 * @throws {EnclaveError} E_PARENT_OPTION for an invalid option, E_ROOT_… if the stored root cannot be used.
 */
export async function openRoot(option: RootOption | undefined): Promise<AttestationRoot | undefined> {
  if (option === 'persistent') return persistentRoot().load()
  if (option === undefined || (typeof option === 'object' && option !== null)) return option
  throw new EnclaveError('E_PARENT_OPTION', {
    what: 'invalid root',
    expected: "'persistent', or a root from createRoot or importRoot",
    got: String(option),
  })
}
