/** Sends the items of an iterable as a stream, within the window that the receiver grants. */
import { itemCost, STREAM_WINDOW } from './protocol.ts'

/** Whether a value is sent item by item. */
export function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** A stream that is being sent. */
export class Outgoing {
  #window = STREAM_WINDOW
  /** Whether it has ended or was stopped. */
  #isStopped = false
  #granted: (() => void) | undefined
  readonly #iterator: AsyncIterator<unknown>

  constructor(items: AsyncIterable<unknown>) {
    this.#iterator = items[Symbol.asyncIterator]()
  }

  /**
   * Sends every item with `send`, which returns the length of its message. Resolves at the end, or when it was stopped:
   * then with false.
   */
  async run(send: (item: unknown) => number): Promise<boolean> {
    try {
      return await this.#run(send)
    } catch (error) {
      // Nobody waits for it any more.
      if (this.#isStopped) return false
      this.stop()
      throw error
    }
  }

  async #run(send: (item: unknown) => number): Promise<boolean> {
    while (!this.#isStopped) {
      if (this.#window <= 0) {
        await new Promise<void>((resolve) => {
          this.#granted = resolve
        })
        continue
      }
      const { done, value } = await this.#iterator.next()
      if (this.#isStopped) break
      if (done) {
        this.#isStopped = true
        return true
      }
      this.#window -= itemCost(send(value))
    }
    return false
  }

  /** The receiver has taken so many bytes. A hostile one gains nothing by claiming more. */
  grant(bytes: unknown): void {
    if (typeof bytes !== 'number' || !(bytes > 0)) return
    this.#window = Math.min(STREAM_WINDOW, this.#window + bytes)
    this.#wake()
  }

  /** Sends no more, and ends the iterable as `break` does. */
  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#wake()
    // Its error would have nobody to tell.
    const end = async () => this.#iterator.return?.()
    end().catch(() => {})
  }

  #wake(): void {
    this.#granted?.()
    this.#granted = undefined
  }
}
