/**
 * The calls that wait because all enclaves are busy, first come, first served. As many of them try as this client has freed
 * places; and from time to time one more, because other clients do not say what they free.
 */
import { callAfter } from '../platform/timer.ts'
import { busy } from './failures.ts'

/** Milliseconds until one more tries, doubled each time, as long as it is in vain. */
const PAUSE = 50
const LONGEST_PAUSE = 1000

/** The place of a call in the queue. */
export interface Turn {
  /** Resolves when it is the turn of the call, and an enclave may be free; or when the queue has ended. */
  next(): Promise<void>
  /** The call waits no more: an enclave has taken it, or it is given up. */
  leave(isTaken?: boolean): void
}

interface Waiting {
  /** Has it try; undefined while it does. */
  go: (() => void) | undefined
  /** What it tries by: a place that was freed, or to see whether there is one. */
  trying: 'place' | 'look' | undefined
  /** A place that was freed while it looks: it tries for that, if it has found none. */
  hasPlace: boolean
}

/** The queue of a client. */
export class WaitingCalls {
  readonly #most: number
  readonly #waiting = new Set<Waiting>()
  /** Places that were freed, and for which no call tries yet. */
  #places = 0
  #mayLook = false
  /** Calls that try. */
  #trying = 0
  #pause = PAUSE
  #stopTimer: (() => void) | undefined
  #hasEnded = false

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#waiting.size
  }

  /** @throws {EnclaveError} E_FLEET_BUSY */
  enter(): Turn {
    if (this.#waiting.size >= this.#most) throw busy(this.#waiting.size)
    const waiting: Waiting = { go: undefined, trying: undefined, hasPlace: false }
    // Since it was refused, a place may have become free of which nobody was told.
    if (this.#waiting.size === 0) this.#mayLook = true
    this.#waiting.add(waiting)
    if (!this.#hasEnded) this.#stopTimer ??= this.#lookLater()
    return {
      next: () => this.#next(waiting),
      leave: (isTaken = false) => this.#leave(waiting, isTaken),
    }
  }

  /** This client has freed a place. */
  wake(): void {
    this.#places += 1
    this.#tell()
  }

  /** Has all of them go on, and those that come later, which then find the client closed. */
  end(): void {
    this.#hasEnded = true
    this.#stopTimer?.()
    for (const { go } of this.#waiting) go?.()
  }

  #next(waiting: Waiting): Promise<void> {
    this.#stopTrying(waiting)
    if (this.#hasEnded) return Promise.resolve()
    return new Promise((resolve) => {
      waiting.go = resolve
      this.#tell()
    })
  }

  #leave(waiting: Waiting, isTaken: boolean): void {
    if (!this.#waiting.delete(waiting)) return
    const by = this.#stopTrying(waiting)
    if (isTaken) this.#pause = PAUSE
    // What it leaves free, and what there may be besides the place that it found, is for the next.
    if (by === 'place' && !isTaken) this.#places += 1
    if (by === 'look') this.#mayLook = true
    this.#tell()
    if (this.#waiting.size > 0) return
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  #stopTrying(waiting: Waiting): Waiting['trying'] {
    const { trying, hasPlace } = waiting
    if (trying) this.#trying -= 1
    if (hasPlace) this.#places += 1
    waiting.trying = undefined
    waiting.hasPlace = false
    return trying
  }

  #tell(): void {
    for (const waiting of this.#waiting) {
      if (this.#places === 0 && !this.#mayLook) return
      const { go } = waiting
      if (!go) {
        // Otherwise a later one would come before it.
        if (this.#places === 0 || waiting.trying !== 'look' || waiting.hasPlace) continue
        waiting.hasPlace = true
        this.#places -= 1
        continue
      }
      // While another tries, this one would come before it if that is refused.
      if (this.#places === 0 && this.#trying > 0) return
      waiting.trying = this.#places > 0 ? 'place' : 'look'
      if (this.#places > 0) this.#places -= 1
      else this.#mayLook = false
      this.#trying += 1
      waiting.go = undefined
      go()
    }
    // A call that tries may be refused, and then try for one of them.
    this.#places = Math.min(this.#places, this.#trying)
  }

  #lookLater(): () => void {
    return callAfter(this.#pause, () => {
      this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE)
      this.#mayLook = true
      this.#stopTimer = this.#lookLater()
      this.#tell()
    })
  }
}
