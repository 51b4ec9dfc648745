/** setTimeout and related functions. The event loop waits on the clock and calls `run`. */

/**
 * Timers for the clock `now` (milliseconds). Errors thrown by callbacks are passed to `fail`; `settle` runs the promise
 * jobs after each callback.
 */
export function createTimers(now, fail, settle) {
  const timers = new Map()
  let nextId = 1

  const add = (callback, delay, args, { repeat = false, holds = true } = {}) => {
    if (typeof callback !== 'function') throw new TypeError('a timer needs a function')
    const period = Math.max(repeat ? 1 : 0, Number(delay) || 0)
    const id = nextId++
    timers.set(id, { id, callback, args, due: now() + period, period: repeat ? period : undefined, holds })
    return id
  }
  const remove = (id) => {
    timers.delete(Number(id))
  }

  return {
    globals: {
      setTimeout: function setTimeout(callback, delay = 0, ...args) {
        return add(callback, delay, args)
      },
      setInterval: function setInterval(callback, delay = 0, ...args) {
        return add(callback, delay, args, { repeat: true })
      },
      setImmediate: function setImmediate(callback, ...args) {
        return add(callback, 0, args)
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

    /** Calls back once, without keeping the enclave running for it. */
    startLoose: (callback, delay) => add(callback, delay, [], { holds: false }),

    /** Whether a timer keeps the enclave running. */
    isHolding: () => timers.values().some((timer) => timer.holds),

    /** When the next timer is due, or undefined. */
    nextDue() {
      let due
      for (const timer of timers.values()) if (due === undefined || timer.due < due) due = timer.due
      return due
    },

    /** Calls what is due, in order of time and then of making. */
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
