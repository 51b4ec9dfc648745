/**
 * Shares this thread between requests and other tasks. A small request is answered without a pause, and a guest may
 * send thousands of them: without this, other tasks would never run in between.
 */
import { yieldToTasks } from '../../platform/yield.ts'

/** Milliseconds for requests of all connections before other tasks get a turn. */
const TURN = 4

/** A queue of turns. */
export class Turns {
  readonly #now: () => number
  #end = Number.NEGATIVE_INFINITY
  /** Resolves once the last queued work has started, and is waiting or done. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Runs `work` when its turn comes, and returns its result. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    await before
    if (this.#now() >= this.#end) {
      await yieldToTasks()
      this.#end = this.#now() + TURN
    }
    const done = work()
    // Work that waits for cryptography or a store does not block the others.
    void Promise.race([done.catch(() => {}), yieldToTasks()]).then(() => resolve())
    return done
  }
}
