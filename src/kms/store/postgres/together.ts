/** Questions of the same moment, asked together: a list of a thousand keys would otherwise be a thousand round trips. */

/** One question, until it is asked. */
interface Batch<Value> {
  readonly keys: Set<string>
  readonly answer: Promise<ReadonlyMap<string, Value>>
}

/** Collects the keys that are requested before their callers wait. */
export class Together<Value> {
  readonly #ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>
  readonly #max: number
  #batch: Batch<Value> | undefined

  /** @param max keys of one question, so that its answer is bounded. */
  constructor(max: number, ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>) {
    this.#max = max
    this.#ask = ask
  }

  /** The value of `key`, or undefined. */
  async get(key: string): Promise<Value | undefined> {
    if (this.#batch === undefined || this.#batch.keys.size === this.#max) this.#batch = this.#begin()
    const { keys, answer } = this.#batch
    keys.add(key)
    return (await answer).get(key)
  }

  #begin(): Batch<Value> {
    const keys = new Set<string>()
    const answer = Promise.resolve().then(() => {
      // What is asked from now on must see what was written meanwhile.
      if (this.#batch?.keys === keys) this.#batch = undefined
      return this.#ask([...keys])
    })
    return { keys, answer }
  }
}
