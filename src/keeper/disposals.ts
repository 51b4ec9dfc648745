/**
 * What is to be disposed of together, the last first: JavaScript's own `AsyncDisposableStack`, which Node 22 does not
 * have, as far as it is needed here.
 */
export class Disposals implements AsyncDisposable {
  #all: AsyncDisposable[] = []

  /** Adds `resource`, and gives it back. */
  use<Resource extends AsyncDisposable>(resource: Resource): Resource {
    this.#all.push(resource)
    return resource
  }

  /** Adds something to be done. */
  defer(dispose: () => Promise<void>): void {
    this.use({ [Symbol.asyncDispose]: dispose })
  }

  /** Lets everything go: from now on it is somebody else's to dispose of. */
  release(): void {
    this.#all = []
  }

  /** Disposes of everything, also where one cannot be; the first error is thrown at the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = []
    for (let resource = this.#all.pop(); resource; resource = this.#all.pop()) {
      try {
        await resource[Symbol.asyncDispose]()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}
