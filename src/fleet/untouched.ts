/** A stream of a caller that stays whole for another attempt, as long as nobody has read of it. */

export class Untouched<Item> implements AsyncIterable<Item> {
  readonly #source: AsyncIterable<Item>
  #iterator: AsyncIterator<Item> | undefined

  constructor(source: AsyncIterable<Item>) {
    this.#source = source
  }

  /** Whether some of it was read. */
  get isTouched(): boolean {
    return this.#iterator !== undefined
  }

  [Symbol.asyncIterator](): AsyncIterator<Item> {
    return {
      next: () => this.#begun().next(),
      // An attempt that has read nothing leaves it to the next.
      return: async () => {
        if (this.isTouched) await this.end()
        return { done: true, value: undefined }
      },
    }
  }

  /** The same as a stream. */
  stream(): ReadableStream<Item> {
    return new ReadableStream<Item>(
      {
        pull: async (controller) => {
          const { done, value } = await this.#begun().next()
          if (done) controller.close()
          else controller.enqueue(value)
        },
        cancel: async () => {
          if (this.isTouched) await this.end()
        },
      },
      { highWaterMark: 0 },
    )
  }

  /** Ends it as `break` does. */
  async end(): Promise<void> {
    await this.#begun().return?.()
  }

  #begun(): AsyncIterator<Item> {
    this.#iterator ??= this.#source[Symbol.asyncIterator]()
    return this.#iterator
  }
}
