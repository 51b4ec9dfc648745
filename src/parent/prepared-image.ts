/** An image that is ready to start: everything that takes long and is the same for each of its enclaves is done. */
import { EnclaveError } from '../base/error.ts'
import type { Pcrs } from '../base/pcrs.ts'
import type { ProfileName } from '../base/profile.ts'
import { type ComponentStore, RunnableComponent } from '../hypervisor/components.ts'
import type { Isolation } from '../hypervisor/start-host.ts'
import { type ImageInput, type ImageSource, openSource } from '../image/eif/source.ts'
import { assertValidAt } from '../image/sign/signing-certificate.ts'
import { isNode } from '../platform/environment.ts'
import { type BlankWorker, openBlankWorker, type WaitingWorker } from '../platform/worker.ts'
import { type CheckedImage, checkImage, checkManifest, type Start } from './checked-image.ts'
import { EarlyComponent } from './early-component.ts'
import { scriptCode } from './script-codes.ts'
import { SpareWorker } from './spare-worker.ts'

/** For which enclaves an image is prepared. */
interface Purpose {
  readonly profile: ProfileName
  readonly memoryMiB: number
}

/**
 * An image that `Parent.prepare` has copied, verified, measured and compiled, for `Parent.start`. It holds its machine
 * code, and in Node a Worker that waits for the next start, until it is closed or its parent is.
 *
 * @example
 * await using parent = await createParent({ vcpus: 1, memoryMiB: 64 })
 * const image = await parent.prepare(eif, { memoryMiB: 64 })
 * const enclave = await parent.start(image, { vcpus: 1, memoryMiB: 64 })
 */
export class PreparedImage {
  /** The memory of an enclave for which it was compiled, MiB. */
  readonly memoryMiB: number
  /** PCR0, PCR1, PCR2 and PCR8, which the image determines, 48 bytes each. */
  readonly pcrs: Pcrs
  /** The length of the image in bytes. @internal */
  readonly size: number
  readonly #profile: ProfileName
  readonly #image: CheckedImage
  /** With its modules, which would otherwise go with the last enclave that runs them. */
  readonly #kept: { readonly component: RunnableComponent; readonly modules: unknown }
  readonly #spare: SpareWorker
  #forgetOwner: (() => void) | undefined

  private constructor(
    { profile, memoryMiB }: Purpose,
    size: number,
    image: CheckedImage,
    kept: { readonly component: RunnableComponent; readonly modules: unknown },
  ) {
    this.memoryMiB = memoryMiB
    this.size = size
    this.pcrs = new Map([...image.pcrs].map(([index, value]) => [index, value.slice()]))
    this.#profile = profile
    this.#image = image
    this.#kept = kept
    this.#spare = new SpareWorker({ kernel: image.kernel, glue: kept.component.prepared.glue, memoryMiB })
  }

  /** Ends the Worker that waits for the next start. It can still be started, which takes longer then. */
  close(): Promise<void> {
    this.#forgetOwner?.()
    return this.#spare.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /**
   * Prepares an image. It is closed when `owner` aborts.
   * @throws {EnclaveError} what `Parent.prepare` throws; the reason of `owner`.
   * @internal
   */
  static async of(source: ImageSource, purpose: Purpose, owner: AbortSignal): Promise<PreparedImage> {
    const early = new EarlyComponent(purpose)
    const image = await checkImage(source, { ...purpose, debug: false }, early.begin)
    const component = await early.component
    const modules = await component.modules()
    owner.throwIfAborted()
    const prepared = new PreparedImage(purpose, source.size, image, { component, modules })
    const close = () => void prepared.close()
    owner.addEventListener('abort', close)
    // An owner that lives for long does not keep what is no longer used.
    prepared.#forgetOwner = () => owner.removeEventListener('abort', close)
    return prepared
  }

  /**
   * The image for a start, and its component if it was compiled for that much memory.
   * @throws {EnclaveError} E_PARENT_OPTION for a parent of another profile; E_IMAGE_MEMORY, E_IMAGE_DEBUG;
   *   E_IMAGE_CERTIFICATE if the signing certificate is not valid any more.
   * @internal
   */
  for({ profile, memoryMiB, debug, isolation = 'worker' }: Start): ImageForStart {
    if (profile !== this.#profile) {
      throw new EnclaveError('E_PARENT_OPTION', {
        what: 'the image was prepared by a parent instance of another profile',
        expected: profile,
        got: this.#profile,
        hint: 'prepare it with the parent instance that starts it',
      })
    }
    const image = this.#image
    if (image.certificate) assertValidAt(image.certificate, Date.now())
    checkManifest(image.contents, memoryMiB, debug)
    if (memoryMiB !== this.memoryMiB) return { image }
    const { component } = this.#kept
    if (isolation === 'worker') return { image, component, takeWaiting: () => this.#spare.take() }
    const { prepared } = component
    const code = scriptCode(isolation, image.kernel, prepared.glue)
    return { image, component: new RunnableComponent({ ...prepared, code }) }
  }
}

/** An image after all checks, and its component if it has been prepared. */
export interface ImageForStart {
  readonly image: CheckedImage
  readonly component?: RunnableComponent
  /** Its component otherwise. */
  readonly early?: EarlyComponent
  /** Gives a Worker that has been started for it, if there is one; it belongs to the caller then. */
  readonly takeWaiting?: () => Promise<WaitingWorker | undefined>
}

/**
 * The image for a start. `assertSize` gets its length in bytes before it is read.
 * @throws {EnclaveError} E_IMAGE_..., E_ARCHIVE..., E_PARENT_OPTION; what `assertSize` throws.
 */
export async function imageForStart(
  eif: ImageInput | PreparedImage,
  start: Start,
  assertSize: (imageBytes: number) => void,
  store?: ComponentStore,
): Promise<ImageForStart> {
  const source = eif instanceof PreparedImage ? eif : await openSource(eif)
  assertSize(source.size)
  if (source instanceof PreparedImage) return source.for(start)
  const early = new EarlyComponent({ ...start, store })
  const image = await checkImage(source, start, early.begin)
  return { image, early }
}

/** A Worker for an image that is not prepared, which starts while the image is checked. Node only. */
export function blankWorkerFor(
  eif: ImageInput | PreparedImage,
  isolation: Isolation | undefined,
  memoryMiB: number,
): BlankWorker | undefined {
  const isNeeded = isNode && isolation !== 'process' && !(eif instanceof PreparedImage)
  return isNeeded ? openBlankWorker(memoryMiB) : undefined
}
