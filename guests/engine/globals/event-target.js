/** EventTarget: the DOM Standard, sections 2.7 to 2.9, for targets that have no parents. */
import { asInterface } from './define.js'
import { Event, stateOf } from './events.js'

let report = () => {}

/** Sets what gets the errors of listeners. */
export function setListenerReport(given) {
  report = given
}

/** The listeners of a target; the map of each type keeps the order of adding. */
let listenersOf

export class EventTarget {
  #listeners = new Map()

  static {
    listenersOf = (target) => {
      const found = target ?? globalThis
      return #listeners in found ? found.#listeners : globalListeners
    }
  }

  addEventListener(type, callback, options = {}) {
    if (arguments.length < 2) throw new TypeError('addEventListener: 2 arguments required')
    const {
      capture,
      once = false,
      passive = false,
      signal,
    } = typeof options === 'boolean' ? { capture: options } : (options ?? {})
    if (signal !== undefined && !(signal instanceof EventTarget && 'aborted' in signal)) {
      throw new TypeError('addEventListener: options.signal is not an AbortSignal')
    }
    if (callback === null || callback === undefined || signal?.aborted) return
    if (typeof callback !== 'function' && typeof callback !== 'object') {
      throw new TypeError('addEventListener: the listener is neither a function nor an object')
    }
    add(this ?? globalThis, String(type), {
      callback,
      capture: Boolean(capture),
      once: Boolean(once),
      passive: Boolean(passive),
    })
    signal?.addEventListener('abort', () =>
      EventTarget.prototype.removeEventListener.call(this, type, callback, { capture }),
    )
  }

  removeEventListener(type, callback, options = {}) {
    if (arguments.length < 2) throw new TypeError('removeEventListener: 2 arguments required')
    const capture = Boolean(typeof options === 'boolean' ? options : options?.capture)
    const target = this ?? globalThis
    const listeners = listenersOf(target).get(String(type)) ?? []
    const at = listeners.findIndex((one) => one.callback === callback && one.capture === capture)
    if (at >= 0) drop(target, String(type), listeners[at])
  }

  dispatchEvent(event) {
    if (!(event instanceof Event)) throw new TypeError('dispatchEvent: the argument is not an Event')
    if (stateOf(event).busy)
      throw new DOMException('the event is already being dispatched', 'InvalidStateError')
    stateOf(event).trusted = false
    return dispatch(this ?? globalThis, event)
  }
}

/** The listeners of globalThis, whose prototype is not EventTarget's. */
const globalListeners = new Map()

/**
 * The name of a method that a target may have: it is called with a type and the number of its listeners when this number
 * changes. A signal that follows others is kept in memory only while somebody listens to it.
 */
export const listening = Symbol('listening')

function add(target, type, listener) {
  const all = listenersOf(target)
  const listeners = all.get(type) ?? []
  if (listeners.some((one) => one.callback === listener.callback && one.capture === listener.capture)) return
  all.set(type, [...listeners, listener])
  target[listening]?.(type, listeners.length + 1)
}

function drop(target, type, listener) {
  const all = listenersOf(target)
  const listeners = (all.get(type) ?? []).filter((one) => one !== listener)
  listener.removed = true
  if (listeners.length > 0) all.set(type, listeners)
  else all.delete(type)
  target[listening]?.(type, listeners.length)
}

/** Calls the listeners for `event`; false if one prevented the default. */
export function dispatch(target, event, trusted = false) {
  const state = stateOf(event)
  Object.assign(state, { target, current: target, phase: 2, busy: true, trusted: trusted || state.trusted })
  const listeners = listenersOf(target).get(event.type) ?? []
  for (const listener of [
    ...listeners.filter((one) => one.capture),
    ...listeners.filter((one) => !one.capture),
  ]) {
    if (state.halted) break
    if (listener.removed) continue
    if (listener.once) drop(target, event.type, listener)
    state.passive = listener.passive
    try {
      const { callback } = listener
      if (typeof callback === 'function') callback.call(target, event)
      else callback.handleEvent(event)
    } catch (error) {
      report(error)
    }
    state.passive = false
  }
  Object.assign(state, { current: null, phase: 0, busy: false, stopped: false, halted: false })
  return !state.canceled
}

/** Whether anybody listens. */
export const hasListeners = (target, type) => listenersOf(target).has(type)

/** Defines the attribute `on…` of `owner` for each type: a handler that is called like a listener. */
export function defineHandlers(owner, types, call = (handler, target, event) => handler.call(target, event)) {
  for (const type of types) {
    const handlers = new WeakMap()
    Object.defineProperty(owner, `on${type}`, {
      get() {
        return handlers.get(this ?? globalThis)?.handler ?? null
      },
      set(value) {
        const target = this ?? globalThis
        const known = handlers.get(target)
        const handler = typeof value === 'function' ? value : null
        if (known && handler) {
          known.handler = handler
          return
        }
        if (known) drop(target, type, known)
        handlers.delete(target)
        if (!handler) return
        const listener = { handler, capture: false, once: false, passive: false }
        listener.callback = (event) => {
          if (call(listener.handler, target, event) === false) event.preventDefault()
        }
        handlers.set(target, listener)
        add(target, type, listener)
      },
      configurable: true,
      enumerable: true,
    })
  }
}

asInterface({ EventTarget })
