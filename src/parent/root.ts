/** The root of a parent's documents: its own in memory, one of the caller's, or the one that is kept between runs. */

import { type AttestationRoot, createRoot } from '../attestation/issue/authority.ts'
import { rootFromText, rootToText } from '../attestation/issue/root-text.ts'
import { EnclaveError } from '../base/error.ts'
import type { SecretPlace, SecretStore } from '../platform/secret.ts'
import { openSecretStore } from '../platform/secret-store.ts'

/** What `Parent.create` takes. */
export type RootOption = 'persistent' | AttestationRoot

const PLACE: SecretPlace = {
  file: 'attestation-root.pem',
  database: ['webclave', 'attestation', 'root'],
  called: 'attestation root',
  code: 'E_ROOT',
  renew: 'have a new root made: qt attestation root --rotate',
  without: 'create the parent without root: a root in memory is then its own',
}

/** The root that is kept: for this user in Node, for this origin in a tab. */
export function persistentRoot(): SecretStore<AttestationRoot> {
  const make = (extractable: boolean) => createRoot({ extractable })
  return openSecretStore({ make, toText: rootToText, fromText: rootFromText }, PLACE)
}

/**
 * The root that `option` means; none for none.
 * @throws {EnclaveError} E_PARENT_OPTION for another word, E_ROOT_… for what is kept and cannot be used.
 */
export async function openRoot(option: RootOption | undefined): Promise<AttestationRoot | undefined> {
  if (option === 'persistent') return persistentRoot().load()
  if (option === undefined || (typeof option === 'object' && option !== null)) return option
  throw new EnclaveError('E_PARENT_OPTION', {
    what: 'no such root',
    expected: "'persistent', or a root of createRoot or importRoot",
    got: String(option),
  })
}
