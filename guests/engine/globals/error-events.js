/** ErrorEvent, PromiseRejectionEvent and reportError: how errors that nobody caught reach globalThis (HTML, section 8.1.4). */
import { asInterface, define, defineFunctions } from './define.js'
import { defineHandlers, dispatch, EventTarget, hasListeners } from './event-target.js'
import { Event } from './events.js'

export class ErrorEvent extends Event {
  #init
  constructor(type, init = {}) {
    super(type, init)
    const { message = '', filename = '', lineno = 0, colno = 0, error } = init ?? {}
    this.#init = {
      message: String(message),
      filename: String(filename),
      lineno: lineno >>> 0,
      colno: colno >>> 0,
      error,
    }
  }
  get message() {
    return this.#init.message
  }
  get filename() {
    return this.#init.filename
  }
  get lineno() {
    return this.#init.lineno
  }
  get colno() {
    return this.#init.colno
  }
  get error() {
    return this.#init.error
  }
}

export class PromiseRejectionEvent extends Event {
  #promise
  #reason
  constructor(type, init) {
    super(type, init)
    if (init?.promise === undefined) throw new TypeError('PromiseRejectionEvent: promise is required')
    this.#promise = init.promise
    this.#reason = init.reason
  }
  get promise() {
    return this.#promise
  }
  get reason() {
    return this.#reason
  }
}
asInterface({ ErrorEvent, PromiseRejectionEvent })

/** Where an error was made, by its stack. */
function place(error) {
  const match = /\(?([^\s()]+):(\d+):(\d+)\)?$/m.exec(error instanceof Error ? String(error.stack) : '')
  return match ? { filename: match[1], lineno: Number(match[2]), colno: Number(match[3]) } : {}
}

const messageOf = (error) => {
  try {
    return `Uncaught ${String(error)}`
  } catch {
    return 'Uncaught exception'
  }
}

/** Whether a listener of 'error' took `error` as its own. */
export function isErrorTaken(error) {
  if (!hasListeners(globalThis, 'error')) return false
  const event = new ErrorEvent('error', {
    cancelable: true,
    message: messageOf(error),
    error,
    ...place(error),
  })
  return !dispatch(globalThis, event, true)
}

/** Whether a listener of 'unhandledrejection' took the rejection as its own. */
export function isRejectionTaken(promise, reason) {
  if (!hasListeners(globalThis, 'unhandledrejection')) return false
  const event = new PromiseRejectionEvent('unhandledrejection', { cancelable: true, promise, reason })
  return !dispatch(globalThis, event, true)
}

/** Tells that a rejection that was reported is now handled. */
export function tellRejectionHandled(promise, reason) {
  dispatch(globalThis, new PromiseRejectionEvent('rejectionhandled', { promise, reason }), true)
}

/** Makes globalThis a target of events; `report` gets what is passed to reportError. */
export function installErrorEvents(report) {
  const { addEventListener, removeEventListener, dispatchEvent } = EventTarget.prototype
  const reportError = (...given) => {
    if (given.length === 0) throw new TypeError('reportError: 1 argument required')
    report(given[0])
  }
  define({ ErrorEvent, PromiseRejectionEvent })
  defineFunctions({ addEventListener, removeEventListener, dispatchEvent, reportError })
  defineHandlers(globalThis, ['error'], (handler, target, event) => {
    const taken = handler.call(target, event.message, event.filename, event.lineno, event.colno, event.error)
    if (taken === true) event.preventDefault()
  })
  defineHandlers(globalThis, ['unhandledrejection', 'rejectionhandled'])
}
