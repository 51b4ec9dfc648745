/**
 * Limits how much one link does before it yields to other tasks of its thread: a number of steps and a time. An enclave
 * can always have another packet, frame or request ready, and must not be able to block the thread.
 */

/** Maximum number of packets or other frames per turn. */
const STEPS = 256
/** Number of steps between two checks of the clock. */
const STEPS_BLIND = 8
/** Milliseconds per turn that all links of this thread share, so that many links do not add up. */
const SHARED_TIME = 2
/** The minimum share of one link, in milliseconds. */
const LEAST_TIME = 0.1

/**
 * Number of steps for which an expensive one counts: a connection that starts or ends, a request, an extra turn for a
 * read.
 */
export const COSTLY = 16

let links = 0

/** The budget of one link. */
export class Budget {
  #steps = 0
  #spent = 0
  /** The time since which the link has been working, if it is. */
  #since: number | undefined

  constructor() {
    links += 1
  }

  /** Call after other tasks have run: restores the full budget. */
  renew(): void {
    this.#steps = 0
    this.#spent = 0
  }

  /** Whether there is budget left. */
  get isLeft(): boolean {
    return this.#steps < STEPS && this.#spent < Math.max(LEAST_TIME, SHARED_TIME / links)
  }

  /** The link starts working. */
  begin(): void {
    this.#since = performance.now()
  }

  /** The link stops working. */
  end(): void {
    this.#look()
    this.#since = undefined
  }

  /** Uses `steps` of the budget. */
  take(steps = 1): void {
    const before = this.#steps
    this.#steps += steps
    if (Math.floor(this.#steps / STEPS_BLIND) > Math.floor(before / STEPS_BLIND)) this.#look()
  }

  /** The link has been closed. */
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
