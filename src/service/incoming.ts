/** The items of a stream that the peer sends: at most a window of them waits. The peer is hostile. */
import { badFrame } from './frame.ts'
import { itemCost, STREAM_WINDOW } from './protocol.ts'

/** How the receiver answers. */
export interface IncomingEvents {
  /** Items that counted `cost` were taken. */
  onTaken(cost: number): void
  /** Nobody takes the rest. */
  onStopped(): void
}

interface Waiting {
  resolve(result: IteratorResult<unknown, undefined>): void
  reject(error: unknown): void
}

/** An iterable for one loop. Leaving the loop early tells the peer to stop. */
export class Incoming implements AsyncIterableIterator<unknown, undefined> {
  readonly #events: IncomingEvents
  #items: { readonly value: unknown; readonly cost: number }[] = []
  #held = 0
  /** What was taken and not yet told to the peer. */
  #taken = 0
  #waiting: Waiting[] = []
  #end: { readonly error?: unknown } | undefined

  constructor(events: IncomingEvents) {
    this.#events = events
  }

  /** An item of `length` bytes. @throws {EnclaveError} E_SERVICE_FRAME if the window is exceeded. */
  push(value: unknown, length: number): void {
    if (this.#end) return
    const cost = itemCost(length)
    // One item may be larger than the window, if nothing else is under way.
    if (this.#held + this.#taken >= STREAM_WINDOW)
      throw badFrame('a stream exceeds its window', `${this.#held} bytes`)
    const waiting = this.#waiting.shift()
    if (waiting) {
      waiting.resolve({ done: false, value })
      this.#take(cost)
      return
    }
    this.#items.push({ value, cost })
    this.#held += cost
  }

  /** The peer has sent the last item. */
  end(): void {
    this.#finish({})
  }

  /** There will be no more items, because of `error`. Those that have arrived can be taken. */
  fail(error: unknown): void {
    this.#finish({ error })
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    const item = this.#items.shift()
    if (item) {
      this.#held -= item.cost
      this.#take(item.cost)
      return { done: false, value: item.value }
    }
    if (!this.#end) return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
    const { error } = this.#end
    this.#end = {}
    if (error !== undefined) throw error
    return { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    this.#items = []
    this.#held = 0
    if (!this.#end) this.#events.onStopped()
    this.#finish({})
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #take(cost: number): void {
    this.#taken += cost
    if (this.#end || this.#taken < STREAM_WINDOW / 4) return
    this.#events.onTaken(this.#taken)
    this.#taken = 0
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#end) return
    this.#end = end
    const [first, ...others] = this.#waiting
    this.#waiting = []
    if (end.error === undefined) first?.resolve({ done: true, value: undefined })
    else if (first) first.reject(end.error)
    if (first) this.#end = {}
    for (const { resolve } of others) resolve({ done: true, value: undefined })
  }
}
