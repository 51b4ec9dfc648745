/**
 * The kernel's resources that the application of a test enclave has. They end with the enclave: the kernel's table of
 * them is one for all enclaves of a thread, and code of the application that still runs must not reach the next one's.
 */

/** A resource, and what its methods do. */
export type Resource = Record<PropertyKey, (...args: readonly unknown[]) => unknown>

/** A pollable of the kernel. */
export interface Pollable {
  ready(): boolean
  [Symbol.dispose]?(): void
}

const NEVER: Pollable = { ready: () => false }
/** The methods of a connection, a listener and their streams that the SDK calls. */
const ENDING = ['streams', 'accept', 'read', 'checkWrite', 'write'] as const

/** The resources of one enclave. */
export class Resources {
  readonly #owned = new Set<Resource>()

  /** Keeps `resource` until the application drops it. */
  own(resource: Resource): Resource {
    const drop = resource[Symbol.dispose]!.bind(resource)
    replace(resource, Symbol.dispose, () => {
      if (this.#owned.delete(resource)) drop()
    })
    this.#owned.add(resource)
    return resource
  }

  /** Drops all of them. From now on they fail as after a reset of the connection, and are never ready. */
  close(): void {
    for (const resource of this.#owned) {
      resource[Symbol.dispose]!()
      for (const name of ENDING) replace(resource, name, fail)
      replace(resource, 'subscribe', () => NEVER)
    }
  }
}

/** Replaces the method `name` of `resource`. */
export function replace(resource: Resource, name: PropertyKey, value: Resource[PropertyKey]): void {
  Object.defineProperty(resource, name, { value, configurable: true })
}

function fail(): never {
  throw Object.assign(new Error('the test enclave has ended'), { payload: 'reset' })
}
