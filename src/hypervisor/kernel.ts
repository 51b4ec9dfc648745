/** Loads this release's kernel, and enforces that an image starts only on the kernel with which it was measured. */
import { toHex } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { loadOnce } from '../base/load-once.ts'
import { sha384 } from '../image/measure/hash.ts'
import { ARTEFACT_FILES, ARTEFACTS, readArtefact } from '../platform/artefacts.ts'

interface Kernel {
  readonly version: string
  readonly sha384: string
}

/** This release's kernel and its digest, loaded once. @throws {EnclaveError} E_ARTEFACT. */
export const ownKernel: () => Promise<{ script: string; sha384: string }> = loadOnce(async () => {
  const bytes = await readArtefact(ARTEFACTS.kernel)
  return { script: new TextDecoder().decode(bytes), sha384: toHex(await sha384(bytes)) }
})

/**
 * Loads the kernel's script for an image that requires the kernel `wanted`.
 * @throws {EnclaveError} E_IMAGE_KERNEL if the image was built for another kernel; E_ARTEFACT.
 */
export async function loadKernel(wanted: Kernel): Promise<string> {
  const own = await ownKernel()
  if (own.sha384 === wanted.sha384) return own.script
  const released = await releasedKernel()
  throw own.sha384 === released.sha384 ? otherKernel(wanted, released) : changedKernel(own.sha384, released)
}

async function releasedKernel(): Promise<Kernel> {
  const list = JSON.parse(new TextDecoder().decode(await readArtefact(ARTEFACTS.list)))
  return { version: String(list.kernel.version), sha384: String(list.kernel.sha384) }
}

/** The file was changed after its release. */
function changedKernel(found: string, released: Kernel): EnclaveError {
  return new EnclaveError('E_ARTEFACT', {
    what: `webclave’s ${ARTEFACT_FILES.kernel} has other bytes than webclave ${released.version} has: a bundler or a server has changed it`,
    expected: `SHA-384 ${released.sha384}`,
    got: found,
    hint: 'have it copied and served as it is; copyArtefacts and artefactsAt of webclave/artefacts do without the bundler',
  })
}

function otherKernel(wanted: Kernel, own: Kernel): EnclaveError {
  const isSameVersion = wanted.version === own.version
  return new EnclaveError('E_IMAGE_KERNEL', {
    what: 'the image was built for another kernel',
    expected: `webclave ${own.version}, kernel SHA-384 ${own.sha384}`,
    got: `webclave ${wanted.version}, kernel SHA-384 ${wanted.sha384}`,
    hint: isSameVersion
      ? 'one of the two was built from changed sources: build the image again with this installation, which changes its PCR0'
      : `start it with webclave ${wanted.version}, or build it again with webclave ${own.version}, which changes its PCR0`,
  })
}
