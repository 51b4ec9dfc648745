/**
 * The JavaScript engine's own code: gives an application what a programmer expects of a runtime (./globals) and runs its
 * event loop. It is evaluated once, when the engine is built; `start` then evaluates the application of the image.
 */
import { inspect } from './globals/console.js'
import { describe } from './globals/describe.js'
import { isErrorTaken, isRejectionTaken, tellRejectionHandled } from './globals/error-events.js'
import { setHost } from './globals/host.js'
import { installGlobals } from './globals/index.js'
import { createPositions } from './globals/source-map.js'
import { setPositions } from './globals/stack.js'
import { installSubtle } from './globals/subtle/install.js'
import { createTimers } from './globals/timers.js'
import { createRequire } from './modules.js'

/** u64 is a plain number on this side of the engine's bindings. */
const NANOSECONDS = 1000000
/** Milliseconds, for a timer that is due later than the clock can tell. */
const LONGEST_SLEEP = 2 ** 31

const copyOf = (functions) => Object.defineProperties({}, Object.getOwnPropertyDescriptors(functions))

/** The application is the body of this function. */
const PARAMETERS = '(function (require, module, exports) {'

/**
 * Creates the engine over what guests/engine/runtime/engine.c gives: the imported `interfaces` by name,
 * `evaluateSource`, which compiles the application, `runJobs`, which runs every pending promise job, `wasOutOfMemory`, which
 * returns whether memory ran out, and the UTF-8 functions.
 */
export function createEngine(native) {
  const { interfaces, evaluateSource, runJobs, wasOutOfMemory } = native
  const monotonicClock = interfaces['wasi:clocks/monotonic-clock']
  const { poll } = interfaces['wasi:io/poll']
  const exitInterface = interfaces['wasi:cli/exit']

  /** Promises of pollables: what the application waits for besides time. */
  const waiting = new Map()
  let nextWait = 0
  let uncaught
  /** Promises that were rejected while nobody waited for them. */
  const rejected = new Map()
  /** Those of them that a listener of 'unhandledrejection' took. */
  const taken = new WeakSet()
  const handledLate = []

  /** A promise that is resolved once `pollable`, which it consumes, is ready. */
  function wait(pollable) {
    return new Promise((resolve) => {
      waiting.set(nextWait++, { pollable, resolve })
    })
  }

  /** The status with which the enclave ends when nothing is left to do. */
  let endsWell = true
  /** Whether the application's default export has been called and has not finished. */
  let isPending = false

  const exit = (ok) => exitInterface.exit(ok ? { tag: 'ok' } : { tag: 'err' })

  /** Ends the enclave because of `error`, which is shown on the console. */
  function fail(error) {
    if (uncaught) return
    uncaught = { text: describe(error, wasOutOfMemory()) }
    try {
      console.error(wasOutOfMemory() ? uncaught.text : `Uncaught ${inspect(error)}`)
    } catch {}
  }

  /** The same, unless a listener of 'error' prevents it. */
  function report(error) {
    if (!isErrorTaken(error)) fail(error)
  }

  /** What is called once before the enclave next sleeps. */
  const beforeSleep = new Set()

  const isRunning = { value: false }
  const now = () => (isRunning.value ? monotonicClock.now() / NANOSECONDS : 0)
  const timers = createTimers(now, report, settle)

  native.prepareMessages((value) => -1n - value)
  const require = createRequire(native, {
    wait,
    fail: report,
    exit,
    endWith: (ok) => {
      endsWell = ok
    },
    beforeSleep: (callback) => {
      beforeSleep.add(callback)
    },
  })

  /** Runs every promise job. One of them may throw: a callback of queueMicrotask. */
  function runAllJobs() {
    for (;;) {
      try {
        return runJobs()
      } catch (error) {
        report(error)
      }
    }
  }

  /** Runs every promise job; a promise that is then rejected without a handler is an uncaught exception. */
  function settle() {
    runAllJobs()
    while (!uncaught && (rejected.size > 0 || handledLate.length > 0)) {
      for (const [promise, reason] of rejected) {
        rejected.delete(promise)
        if (isRejectionTaken(promise, reason)) taken.add(promise)
        else fail(reason)
      }
      for (const { promise, reason } of handledLate.splice(0)) tellRejectionHandled(promise, reason)
      runAllJobs()
    }
  }

  /** The text of the uncaught exception, or whether there is more to do. */
  const outcome = (more) => (uncaught ? uncaught.text : more)

  function callBeforeSleep() {
    while (!uncaught && beforeSleep.size > 0) {
      const callbacks = [...beforeSleep]
      beforeSleep.clear()
      for (const callback of callbacks) callback()
      settle()
    }
  }

  /** Sleeps until something that the application waits for is ready. */
  function sleep() {
    const entries = [...waiting.entries()]
    const pollables = entries.map(([, { pollable }]) => pollable)
    const due = timers.nextDue()
    const alarm =
      due === undefined
        ? []
        : [
            monotonicClock.subscribeDuration(
              Math.ceil(Math.min(Math.max(0, due - now()), LONGEST_SLEEP)) * NANOSECONDS,
            ),
          ]
    const ready = poll([...pollables, ...alarm])
    for (const one of alarm) one[Symbol.dispose]()
    for (const index of ready) {
      if (index >= entries.length) continue
      const [key, { pollable, resolve }] = entries[index]
      waiting.delete(key)
      pollable[Symbol.dispose]()
      resolve()
    }
  }

  /** Calls the default export of the application; of CommonJS `module.exports`, if nothing runs that it has begun itself. */
  function run(exports) {
    const isMain = typeof exports === 'function' && exports.default === undefined && isIdle()
    const main = isMain ? exports : exports.default
    if (typeof main === 'function') {
      isPending = true
      const settled = () => {
        isPending = false
      }
      // `finally` rejects too, and has no handler: a rejection is unhandled.
      Promise.resolve(main()).finally(settled)
      return
    }
    if (exports.__esModule && main !== undefined && isIdle())
      throw new TypeError('the default export of the application is not a function, and nothing else runs')
  }

  const isIdle = () => waiting.size === 0 && !timers.isHolding()

  function end() {
    if (!uncaught && isPending)
      fail(new Error('the default export has not finished, and nothing is left that could continue it'))
    if (!uncaught && !endsWell) exit(false)
    return outcome(false)
  }

  const beginTime = installGlobals({
    native,
    now,
    timers,
    report,
    random: interfaces['wasi:random/random'].getRandomBytes,
    stdout: interfaces['wasi:cli/stdout'].getStdout,
    stderr: interfaces['wasi:cli/stderr'].getStderr,
  })
  const random = interfaces['wasi:random/random'].getRandomBytes
  setHost({
    'qingtian:enclave/vsock': copyOf(interfaces['qingtian:enclave/vsock']),
    'webclave:engine': { wait },
    network: {
      application: copyOf(interfaces['webclave:engine/application']),
      tls: copyOf(interfaces['webclave:engine/tls']),
      random,
      later(callback, milliseconds) {
        const id = timers.startLoose(callback, milliseconds)
        return () => timers.globals.clearTimeout(id)
      },
    },
  })
  // A copy: an application can change the module that it gets.
  installSubtle(copyOf(interfaces['webclave:engine/crypto']), random)

  setPositions(createPositions(interfaces['webclave:engine/application'].source))

  return {
    /** The text of an error thrown by the engine's own code, outside the application's turn. */
    describe: (error) => describe(error, wasOutOfMemory()),

    noteRejection(promise, reason, isHandled) {
      if (!isHandled) rejected.set(promise, reason)
      else if (!rejected.delete(promise) && taken.delete(promise)) handledLate.push({ promise, reason })
    },

    start() {
      isRunning.value = true
      beginTime(Date.now())
      const module = { exports: {} }
      try {
        evaluateSource(PARAMETERS)(require, module, module.exports)
        run(module.exports)
      } catch (error) {
        report(error)
      }
      settle()
      return outcome(true)
    },

    turn() {
      callBeforeSleep()
      if (isIdle()) return end()
      sleep()
      settle()
      timers.run()
      settle()
      return outcome(true)
    },
  }
}
