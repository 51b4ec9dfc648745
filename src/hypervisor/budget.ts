/**
 * What one link may do before other tasks of its thread have their turn: so many steps, and for so long. An enclave can
 * always have one more packet, frame or request ready, and none of it may decide how long that goes on.
 */

/** Packets, or other frames, of one turn at most. */
const STEPS = 256
/** Steps that are taken between two looks at the clock. */
const STEPS_BLIND = 8
/** Milliseconds of one turn that all links of this thread have together, so that many of them do not add up. */
const SHARED_TIME = 2
/** What a link has of it at least. */
const LEAST_TIME = 0.1

/** Steps that count for more than one: a connection that begins or ends, a request, a look ahead of the next turn. */
export const COSTLY = 16

let links = 0

/** One link's budget. */
export class Budget {
  #steps = 0
  #spent = 0
  /** Since when its link has been at work, where it is. */
  #since: number | undefined

  constructor() {
    links += 1
  }

  /** Other tasks have had their turn: all of it is there again. */
  renew(): void {
    this.#steps = 0
    this.#spent = 0
  }

  /** Whether anything is left. */
  get isLeft(): boolean {
    return this.#steps < STEPS && this.#spent < Math.max(LEAST_TIME, SHARED_TIME / links)
  }

  /** The link begins to work. */
  begin(): void {
    this.#since = performance.now()
  }

  /** The link has stopped working. */
  end(): void {
    this.#look()
    this.#since = undefined
  }

  /** Takes `steps`. */
  take(steps = 1): void {
    const before = this.#steps
    this.#steps += steps
    if (Math.floor(this.#steps / STEPS_BLIND) > Math.floor(before / STEPS_BLIND)) this.#look()
  }

  /** The link is no more. */
  close(): void {
    links -= 1
  }

  #look(): void {
    if (this.#since === undefined) return
    const now = performance.now()
    this.#spent += now - this.#since
    this.#since = now
  }
}
