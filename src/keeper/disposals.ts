/**
 * Resources to dispose of together, in reverse order: a subset of JavaScript's `AsyncDisposableStack`, which Node 22
 * does not have.
 */
export class Disposals implements AsyncDisposable {
  #all: AsyncDisposable[] = []

  /** Adds `resource`, and returns it. */
  use<Resource extends AsyncDisposable>(resource: Resource): Resource {
    this.#all.push(resource)
    return resource
  }

  /** Adds a function to call. */
  defer(dispose: () => Promise<void>): void {
    this.use({ [Symbol.asyncDispose]: dispose })
  }

  /** Forgets all resources: the caller now has to dispose of them. */
  release(): void {
    this.#all = []
  }

  /** Disposes of everything, even if one disposal fails; the first error is thrown at the end. */
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
