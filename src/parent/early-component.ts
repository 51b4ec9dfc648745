/**
 * The component of an image, which is prepared and compiled while the image is verified: both take long, and each leaves
 * processors idle. What an image that is not intact contains is as hostile as what an intact one may contain.
 */
import type { ComponentStore, RunnableComponent } from '../hypervisor/components.ts'
import type { Isolation } from '../hypervisor/start-host.ts'
import type { BootContents } from '../image/eif/contents.ts'
import { componentOf } from './launch.ts'

/** For which enclaves it is prepared. */
export interface EarlyPurpose {
  readonly memoryMiB: number
  readonly isolation?: Isolation | undefined
  readonly store?: ComponentStore | undefined
}

export class EarlyComponent {
  readonly #purpose: EarlyPurpose
  #component: Promise<RunnableComponent> | undefined
  /** Its compiled modules, which nobody else keeps before an enclave runs them. */
  modules: unknown

  constructor(purpose: EarlyPurpose) {
    this.#purpose = purpose
  }

  /** Begins with the component in `contents`. */
  readonly begin = (contents: BootContents): void => {
    const { memoryMiB, isolation, store } = this.#purpose
    this.#component = componentOf(contents, memoryMiB, store)
    // The error is that of `component`, if the image is intact.
    this.#component.then((component) => this.#compile(component, isolation)).catch(() => {})
  }

  /** The component of an image that has passed its checks. @throws {EnclaveError} what `componentOf` throws. */
  get component(): Promise<RunnableComponent> {
    return this.#component!
  }

  async #compile(component: RunnableComponent, isolation: Isolation | undefined): Promise<void> {
    if (isolation !== 'process') this.modules = await component.modules()
  }
}
