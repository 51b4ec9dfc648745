/**
 * The JavaScript engine's own code: gives an application the usual APIs of a runtime (console, timers, text encoding,
 * secure random numbers) and runs its event loop. It is evaluated once, when the engine is built; `start` then
 * evaluates the application of the image.
 */
import * as application from 'webclave:engine/application@0.1.0'
import * as compiled from 'webclave:engine/crypto@0.1.0'
import * as qtsm from 'qingtian:enclave/qtsm@0.1.0'
import * as vsock from 'qingtian:enclave/vsock@0.1.0'
import * as environment from 'webclave:cli/environment@0.2.0'
import * as exitInterface from 'webclave:cli/exit@0.2.0'
import * as stderr from 'webclave:cli/stderr@0.2.0'
import * as stdout from 'webclave:cli/stdout@0.2.0'
import * as monotonicClock from 'webclave:clocks/monotonic-clock@0.2.0'
import * as wallClock from 'webclave:clocks/wall-clock@0.2.0'
import * as pollInterface from 'webclave:io/poll@0.2.0'
import * as streams from 'webclave:io/streams@0.2.0'
import * as random from 'webclave:random/random@0.2.0'
import { installConsole } from './globals/console.js'
import { installRandom } from './globals/random.js'
import { installTextCoding } from './globals/text.js'
import { createTimers } from './globals/timers.js'

/** The engine's bindings represent u64 as a number. */
const NANOSECONDS = 1000000

/** The pollables that the application waits for, besides timers, with their promises. */
const waiting = new Map()
let nextWait = 0
let uncaught

/** A promise that resolves once `pollable`, which it consumes, is ready. */
function wait(pollable) {
  return new Promise((resolve) => {
    waiting.set(nextWait++, { pollable, resolve })
  })
}

const fail = (error) => {
  uncaught ??= { error }
}
const now = () => Number(monotonicClock.now()) / NANOSECONDS
const timers = createTimers(now, fail)

const modules = new Map(
  Object.entries({
    'qingtian:enclave/qtsm': qtsm,
    'qingtian:enclave/vsock': vsock,
    'wasi:cli/environment': environment,
    'wasi:clocks/monotonic-clock': monotonicClock,
    'wasi:clocks/wall-clock': wallClock,
    'wasi:io/poll': pollInterface,
    'wasi:io/streams': streams,
    'wasi:random/random': random,
    'webclave:crypto': compiled,
    'webclave:engine': {
      wait,
      fail,
      file: (path) => application.file(path),
      exit: (ok) => exitInterface.exit(ok ? { tag: 'ok' } : { tag: 'err' }),
    },
  }),
)

function require(name) {
  const found = modules.get(name.replace(/@[0-9.]+$/, ''))
  if (found === undefined) throw new Error(`there is no module ${JSON.stringify(name)} in an enclave`)
  return found
}

function describeError(error) {
  if (!(error instanceof Error)) return `uncaught ${String(error)}`
  return `uncaught ${error.name}: ${error.message}\n${error.stack ?? ''}`.trim()
}

/** Throws the first uncaught exception, as the string that a WIT result carries. */
function throwUncaught() {
  if (uncaught) throw describeError(uncaught.error)
}

/** Sleeps until something that the application waits for is ready. */
function sleep() {
  const entries = [...waiting.entries()]
  const pollables = entries.map(([, { pollable }]) => pollable)
  const due = timers.nextDue()
  const alarm =
    due === undefined
      ? []
      : [monotonicClock.subscribeDuration(Math.ceil(Math.max(0, due - now())) * NANOSECONDS)]
  const ready = pollInterface.poll([...pollables, ...alarm])
  for (const one of alarm) one[Symbol.dispose]?.()
  for (const index of ready) {
    if (index >= entries.length) continue
    const [key, { pollable, resolve }] = entries[index]
    waiting.delete(key)
    pollable[Symbol.dispose]?.()
    resolve()
  }
}

export const loop = {
  async start() {
    installConsole(stdout.getStdout(), stderr.getStderr())
    installTextCoding()
    installRandom((length) => random.getRandomBytes(length))
    Object.assign(globalThis, timers.globals)
    const module = { exports: {} }
    try {
      new Function('require', 'module', 'exports', application.source())(require, module, module.exports)
      const main = module.exports.default
      if (typeof main === 'function') Promise.resolve(main()).catch(fail)
    } catch (error) {
      fail(error)
    }
    await undefined
    throwUncaught()
  },

  async turn() {
    throwUncaught()
    if (waiting.size === 0 && timers.nextDue() === undefined) return false
    sleep()
    timers.run()
    return true
  },
}
