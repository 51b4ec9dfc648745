/** Loads this release's kernel, and enforces that an image starts only on the kernel with which it was measured. */
import { toHex } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { sha384 } from '../image/measure/hash.ts'
import { ARTEFACTS, readArtefact } from '../platform/artefacts.ts'

interface Kernel {
  readonly version: string
  readonly sha384: string
}

let loading: Promise<{ script: string; sha384: string }> | undefined

async function load(): Promise<{ script: string; sha384: string }> {
  const bytes = await readArtefact(ARTEFACTS.kernel)
  return { script: new TextDecoder().decode(bytes), sha384: toHex(await sha384(bytes)) }
}

/**
 * Loads the kernel's script for an image that requires the kernel `wanted`.
 * @throws {EnclaveError} E_IMAGE_KERNEL if the image was built for another kernel; E_ARTEFACT.
 */
export async function loadKernel(wanted: Kernel): Promise<string> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined
    throw error
  })
  const own = await loading
  if (own.sha384 === wanted.sha384) return own.script
  throw otherKernel(wanted, { version: await ownVersion(), sha384: own.sha384 })
}

async function ownVersion(): Promise<string> {
  const list = JSON.parse(new TextDecoder().decode(await readArtefact(ARTEFACTS.list)))
  return String(list.kernel.version)
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
