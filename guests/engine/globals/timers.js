/** setTimeout and related functions. The event loop waits on the clock and calls `run`. */

/**
 * Timers for the clock `now` (milliseconds). Errors thrown by callbacks are passed to `fail`; `settle` runs the promise
 * jobs after each callback.
 */
export function createTimers(now, fail, settle) {
  const timers = new Map()
  let nextId = 1

  const add = (callback, delay, args, repeat) => {
    if (typeof callback !== 'function') throw new TypeError('a timer needs a function')
    const period = Math.max(repeat ? 1 : 0, Number(delay) || 0)
    const id = nextId++
    timers.set(id, { id, callback, args, due: now() + period, period: repeat ? period : undefined })
    return id
  }
  const remove = (id) => {
    timers.delete(id)
  }

  return {
    globals: {
      setTimeout: (callback, delay, ...args) => add(callback, delay, args, false),
      setInterval: (callback, delay, ...args) => add(callback, delay, args, true),
      setImmediate: (callback, ...args) => add(callback, 0, args, false),
      clearTimeout: remove,
      clearInterval: remove,
      clearImmediate: remove,
    },

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
