/** The calls that wait because all enclaves are busy, first come, first served: only the first of them tries. */
import { callAfter } from '../platform/timer.ts'
import { busy } from './failures.ts'

/** Milliseconds after which the first tries again, doubled each time in vain: other clients do not say what they free. */
const PAUSE = 50
const LONGEST_PAUSE = 1000

/** The place of a call in the queue. */
export interface Turn {
  /** Resolves when the call is the first, and an enclave may be free; or when the queue has ended. */
  next(): Promise<void>
  /** The call waits no more: an enclave has taken it, or it is given up. */
  leave(isTaken?: boolean): void
}

interface Waiting {
  hasTried: boolean
  /** Has it try. */
  go: (() => void) | undefined
}

/** The queue of a client. */
export class WaitingCalls {
  readonly #most: number
  readonly #waiting = new Set<Waiting>()
  /** Whether the first may try as soon as it can. */
  #isDue = true
  #pause = PAUSE
  #stopTimer: () => void = () => {}

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#waiting.size
  }

  /** @throws {EnclaveError} E_FLEET_BUSY */
  enter(): Turn {
    if (this.#waiting.size >= this.#most) throw busy(this.#waiting.size)
    const waiting: Waiting = { hasTried: false, go: undefined }
    this.#waiting.add(waiting)
    return {
      next: () => this.#next(waiting),
      leave: (isTaken) => this.#leave(waiting, isTaken),
    }
  }

  /** An enclave may be free. */
  wake(): void {
    this.#stopTimer()
    this.#isDue = true
    this.#tell()
  }

  /** Has all of them go on, which then find the client closed. */
  end(): void {
    this.#stopTimer()
    for (const { go } of this.#waiting) go?.()
  }

  #next(waiting: Waiting): Promise<void> {
    if (waiting.hasTried && !this.#isDue) {
      this.#stopTimer()
      this.#stopTimer = callAfter(this.#pause, () => this.wake())
      this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE)
    }
    return new Promise((resolve) => {
      waiting.go = resolve
      this.#tell()
    })
  }

  #leave(waiting: Waiting, isTaken = false): void {
    if (isTaken) this.#pause = PAUSE
    const isFirst = this.#isFirst(waiting)
    if (this.#waiting.delete(waiting) && isFirst) this.wake()
  }

  #isFirst(waiting: Waiting): boolean {
    return this.#waiting.values().next().value === waiting
  }

  #tell(): void {
    const [first] = this.#waiting
    if (!this.#isDue || !first?.go) return
    this.#isDue = false
    first.hasTried = true
    const { go } = first
    first.go = undefined
    go()
  }
}
