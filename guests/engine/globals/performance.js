/** `performance`: High Resolution Time, for the clock of this enclave. */
import { asInterface } from './define.js'
import { EventTarget } from './event-target.js'

const KEY = Symbol('construct')

let create

export class Performance extends EventTarget {
  #now
  #origin = 0
  #start = 0

  constructor(key, now) {
    if (key !== KEY) throw new TypeError('Illegal constructor')
    super()
    this.#now = now
  }
  static {
    create = (now) => {
      const performance = new Performance(KEY, now)
      const begin = (wallClock) => {
        performance.#start = now()
        performance.#origin = wallClock
      }
      return { performance, begin }
    }
  }
  now() {
    return this.#now() - this.#start
  }
  get timeOrigin() {
    return this.#origin
  }
  toJSON() {
    return { timeOrigin: this.#origin }
  }
}

asInterface({ Performance })

/**
 * Creates `performance` over the clock `now`, in milliseconds. `begin(wallClock)` makes the present its origin: `now()`
 * counts from there, and `timeOrigin` is `wallClock`.
 */
export const createPerformance = (now) => create(now)
