/** This release's kernel, and the rule that an image starts on the very kernel that it was measured with. */
import { toHex } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { sha384 } from '../image/measure/hash.ts'
import { ARTEFACTS, readArtefact } from '../platform/artefacts.ts'

let loading: Promise<{ script: string; sha384: string }> | undefined

async function load(): Promise<{ script: string; sha384: string }> {
  const bytes = await readArtefact(ARTEFACTS.kernel)
  return { script: new TextDecoder().decode(bytes), sha384: toHex(await sha384(bytes)) }
}

/**
 * The kernel's script for an image that names `wanted`.
 * @throws {EnclaveError} E_IMAGE_KERNEL where the image was built for another kernel, E_ARTEFACT.
 */
export async function loadKernel(wanted: { version: string; sha384: string }): Promise<string> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined
    throw error
  })
  const own = await loading
  if (own.sha384 === wanted.sha384) return own.script
  throw new EnclaveError('E_IMAGE_KERNEL', {
    what: 'the image was built for another kernel',
    expected: `this kernel, SHA-384 ${own.sha384}`,
    got: `version ${wanted.version}, SHA-384 ${wanted.sha384}`,
    hint: 'build the image again with this release',
  })
}
