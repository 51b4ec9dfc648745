/** The root of a parent's documents: its own in memory, one of the caller's, or the one that is kept between runs. */
import { rootFromText, rootToText } from '../attestation/authority/root-text.ts'
import { type AttestationRoot, createRoot } from '../attestation/authority.ts'
import { EnclaveError } from '../base/error.ts'
import { openRootStore, type RootStore } from '../platform/root-store.ts'

/** What `Parent.create` takes. */
export type RootOption = 'persistent' | AttestationRoot

/** The root that is kept: for this user in Node, for this origin in a tab. */
export function persistentRoot(): RootStore<AttestationRoot> {
  const make = (extractable: boolean) => createRoot({ extractable })
  return openRootStore({ make, toText: rootToText, fromText: rootFromText })
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
