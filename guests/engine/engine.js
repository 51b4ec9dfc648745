/**
 * The JavaScript engine's own code: gives an application what a programmer expects of a runtime (console,
 * timers, text encoding, random numbers that are random) and runs its event loop. It is evaluated once, when the
 * engine is built; `start` then evaluates the application of the image.
 */
import { installConsole } from './globals/console.js'
import { installRandom } from './globals/random.js'
import { installSubtle } from './globals/subtle/install.js'
import { installTextCoding } from './globals/text.js'
import { createTimers } from './globals/timers.js'

/** u64 is a plain number on this side of the engine's bindings. */
const NANOSECONDS = 1000000

/** The application is the body of this function. */
const PARAMETERS = '(function (require, module, exports) {'

/**
 * Creates the engine over what guests/engine/runtime/engine.c gives: the imported `interfaces` by name,
 * `evaluateSource`, which compiles the application, and `runJobs`, which runs every pending promise job.
 */
export function createEngine({ interfaces, evaluateSource, runJobs }) {
  const monotonicClock = interfaces['wasi:clocks/monotonic-clock']
  const { poll } = interfaces['wasi:io/poll']
  const exitInterface = interfaces['wasi:cli/exit']

  /** Promises of pollables: what the application waits for besides time. */
  const waiting = new Map()
  let nextWait = 0
  let uncaught
  /** Promises that were rejected while nobody waited for them. */
  const rejected = new Map()

  /** A promise that is resolved once `pollable`, which it consumes, is ready. */
  function wait(pollable) {
    return new Promise((resolve) => {
      waiting.set(nextWait++, { pollable, resolve })
    })
  }

  const fail = (error) => {
    uncaught ??= { error }
  }
  const now = () => monotonicClock.now() / NANOSECONDS
  const timers = createTimers(now, fail, settle)

  const modules = new Map(Object.entries(interfaces).filter(([name]) => !name.startsWith('webclave:')))
  modules.set('webclave:crypto', interfaces['webclave:engine/crypto'])
  modules.set('webclave:engine', {
    wait,
    fail,
    file: interfaces['webclave:engine/application'].file,
    exit: (ok) => exitInterface.exit(ok ? { tag: 'ok' } : { tag: 'err' }),
  })

  function require(name) {
    const found = modules.get(name.replace(/@[0-9.]+$/, ''))
    if (found === undefined) throw new Error(`there is no module ${JSON.stringify(name)} in an enclave`)
    return found
  }

  /** Runs every promise job; a promise that is then rejected without a handler is an uncaught exception. */
  function settle() {
    runJobs()
    for (const [promise, reason] of rejected) {
      rejected.delete(promise)
      fail(reason)
    }
  }

  /** The text of the uncaught exception, or whether there is more to do. */
  const outcome = (more) => (uncaught ? describeError(uncaught.error) : more)

  /** Sleeps until something that the application waits for is ready. */
  function sleep() {
    const entries = [...waiting.entries()]
    const pollables = entries.map(([, { pollable }]) => pollable)
    const due = timers.nextDue()
    const alarm =
      due === undefined
        ? []
        : [monotonicClock.subscribeDuration(Math.ceil(Math.max(0, due - now())) * NANOSECONDS)]
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

  installConsole(interfaces['wasi:cli/stdout'].getStdout, interfaces['wasi:cli/stderr'].getStderr)
  installTextCoding()
  installRandom(interfaces['wasi:random/random'].getRandomBytes)
  installSubtle(interfaces['webclave:engine/crypto'], interfaces['wasi:random/random'].getRandomBytes)
  Object.assign(globalThis, timers.globals)

  return {
    describe: describeError,

    noteRejection(promise, reason, isHandled) {
      if (isHandled) rejected.delete(promise)
      else rejected.set(promise, reason)
    },

    start() {
      const module = { exports: {} }
      try {
        evaluateSource(PARAMETERS)(require, module, module.exports)
        const main = module.exports.default
        if (typeof main === 'function') Promise.resolve(main()).catch(fail)
      } catch (error) {
        fail(error)
      }
      settle()
      return outcome(true)
    },

    turn() {
      if (waiting.size === 0 && timers.nextDue() === undefined) return outcome(false)
      sleep()
      settle()
      timers.run()
      settle()
      return outcome(true)
    },
  }
}

function describeError(error) {
  if (!(error instanceof Error)) return `uncaught ${String(error)}`
  return `uncaught ${error.name}: ${error.message}\n${error.stack ?? ''}`.trim()
}
