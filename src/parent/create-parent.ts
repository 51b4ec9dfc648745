/** The entry point: creates a parent instance. */
import type { ParentOptions } from './options.ts'
import { Parent } from './parent.ts'

/**
 * Creates a parent instance. Resolves when its root has been loaded or made.
 *
 * @throws {EnclaveError} E_PARENT_OPTION for an invalid count, profile or root, E_CERTIFICATE_NAME for an id that
 *   cannot be used in a certificate, E_CERTIFICATE_ROOT for a root that was not made by `createRoot`, E_ROOT_FILE,
 *   E_ROOT_MODE, E_ROOT_OWNER, E_ROOT_TEXT or E_ROOT_DATABASE for a persistent root that cannot be used.
 * @example
 * await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
 * parent.query() // []
 */
export async function createParent(options: ParentOptions): Promise<Parent> {
  const parent = Parent.open(options)
  await parent.ready()
  return parent
}
