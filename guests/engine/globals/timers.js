/** setTimeout, setInterval, setImmediate and what clears them. The event loop sleeps until `nextDue` and calls `run`. */

/** Immediates are due before every timer. */
const AT_ONCE = -1

/**
 * Timers over the clock `now`, in milliseconds. Errors of callbacks are passed to `fail`; `settle` runs the promise jobs
 * after each callback.
 */
export function createTimers(now, fail, settle) {
  const timers = new Map()
  let nextId = 1

  const add = (name, callback, args, { due, period, holds = true }) => {
    if (typeof callback !== 'function') throw new TypeError(`${name}: the first argument is not a function`)
    const id = nextId++
    timers.set(id, { id, callback, args, due, period, holds })
    return id
  }
  /** Milliseconds: a delay that is not a number is the shortest. */
  const delayOf = (delay, shortest) => Math.max(shortest, Number(delay) || 0)
  const remove = (id) => {
    timers.delete(Number(id))
  }

  return {
    globals: {
      setTimeout: function setTimeout(callback, delay = 0, ...args) {
        return add('setTimeout', callback, args, { due: now() + delayOf(delay, 0) })
      },
      setInterval: function setInterval(callback, delay = 0, ...args) {
        const period = delayOf(delay, 1)
        return add('setInterval', callback, args, { due: now() + period, period })
      },
      setImmediate: function setImmediate(callback, ...args) {
        return add('setImmediate', callback, args, { due: AT_ONCE })
      },
      clearTimeout: function clearTimeout(id = undefined) {
        remove(id)
      },
      clearInterval: function clearInterval(id = undefined) {
        remove(id)
      },
      clearImmediate: function clearImmediate(id = undefined) {
        remove(id)
      },
    },

    /** Like setTimeout, but the enclave does not keep running for it. */
    startLoose: (callback, delay) => add('startLoose', callback, [], { due: now() + delay, holds: false }),

    /** Whether there is a timer for which the enclave keeps running. */
    isHolding: () => timers.values().some((timer) => timer.holds),

    /** When the next timer is due, or undefined. */
    nextDue() {
      let due
      for (const timer of timers.values()) if (due === undefined || timer.due < due) due = timer.due
      return due
    },

    /** Calls what is due: by time, and by the order of the calls of setTimeout for the same time. */
    run() {
      const time = now()
      const due = [...timers.values()].filter((timer) => timer.due <= time)
      due.sort((left, right) => left.due - right.due || left.id - right.id)
      for (const timer of due) {
        if (!timers.has(timer.id)) continue
        if (timer.period === undefined) timers.delete(timer.id)
        else timer.due = time + timer.period
        try {
          timer.callback(...timer.args)
        } catch (error) {
          fail(error)
        }
        settle()
      }
    },
  }
}
