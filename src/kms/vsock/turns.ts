/**
 * Shares this thread between requests and everything else. What answers a small request is done in one go, and a guest may
 * have sent thousands of them: without this the next one would begin before any other task had its turn.
 */
import { yieldToTasks } from '../../platform/yield.ts'

/** Milliseconds of requests, of all connections together, before other tasks have their turn. */
const TURN = 4

/** The turns of all who share them. */
export class Turns {
  readonly #now: () => number
  #end = Number.NEGATIVE_INFINITY
  /** Resolves once whoever came last has begun, and waits for something or is done. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Does `work` when its turn comes; what that gives, or rejects with. */
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
    // One that waits for cryptography or a store holds up nobody.
    void Promise.race([done.catch(() => {}), yieldToTasks()]).then(() => resolve())
    return done
  }
}
