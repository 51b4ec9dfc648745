/** `performance`: High Resolution Time, for the clock of this enclave. */
import { asInterface } from './define.js'
import { EventTarget } from './events.js'

const KEY = Symbol('construct')

export class Performance extends EventTarget {
  #now
  #origin = 0
  #start = 0

  constructor(key, now) {
    if (key !== KEY) throw new TypeError('Illegal constructor')
    super()
    this.#now = now
  }
  static create(now) {
    const made = new Performance(KEY, now)
    const begin = (wallClock) => {
      made.#start = now()
      made.#origin = wallClock
    }
    return { performance: made, begin }
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

/** `performance` over the clock `now`, and the function that makes this moment, by the wall clock, its origin. */
export const createPerformance = Performance.create
delete Performance.create
asInterface({ Performance })
