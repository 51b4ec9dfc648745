/** Builds images of applications that were bundled before, for the page: an example starts without the compiler. */
import { EnclaveError } from '../../src/base/error.ts'
import { buildImage } from '../../src/image/build/build.ts'
import type { EnclaveHost, Purpose } from './enclave-host.ts'

/** The largest component: the same as in an enclave of the most memory that can be chosen. */
const MAX_COMPONENT = 256 * 1024 * 1024

/** The calls of the page. */
export class ImageHost {
  readonly #enclaves: EnclaveHost

  constructor(enclaves: EnclaveHost) {
    this.#enclaves = enclaves
  }

  /** The image of a component, or of a core module. @throws {EnclaveError} as `buildImage`. */
  async wrap(component: Blob, name: string): Promise<Blob> {
    const { eif } = await buildImage({ app: { component: await bytesOf(component) }, name })
    return new Blob([eif])
  }

  /**
   * The image of a bundled application. It is prepared under the number `key`, if its next enclave is known.
   * @throws {EnclaveError} as `buildImage`.
   */
  async build(source: string, name: string, key: number, purpose?: Purpose): Promise<Blob> {
    const { eif } = await buildImage({ app: { source }, name })
    // Its start reports what is wrong with it.
    if (purpose) this.#enclaves.prepare(key, eif, purpose).catch(() => {})
    return new Blob([eif])
  }
}

async function bytesOf(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  // Before it is read: somebody may drop a file of gigabytes.
  if (file.size <= MAX_COMPONENT) return new Uint8Array(await file.arrayBuffer())
  throw new EnclaveError('E_APP_COMPONENT', {
    what: 'the file is too large for a component',
    expected: `at most ${MAX_COMPONENT} bytes`,
    got: `${file.size} bytes`,
  })
}
