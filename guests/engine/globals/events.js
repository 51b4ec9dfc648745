/** Event, EventTarget and CustomEvent: the DOM Standard, section 2, for targets that have no parents. */
import { asInterface, defineConstants } from './define.js'

const hooks = { report: () => {}, now: () => 0 }

/** Sets where a listener's error goes, and the clock of `timeStamp`. */
export function setEventHooks(report, now) {
  Object.assign(hooks, { report, now })
}

/** What only this module may set: the target, whether a listener stopped it, whether it came from the engine. */
let inside

export class Event {
  #type
  #bubbles
  #cancelable
  #composed
  #time = hooks.now()
  #state = { target: null, current: null, phase: 0, canceled: false, stopped: false, halted: false, passive: false, busy: false, trusted: false }

  static {
    inside = (event) => event.#state
  }

  constructor(type, init = {}) {
    if (arguments.length === 0) throw new TypeError('Event: 1 argument required')
    if (init !== null && typeof init !== 'object' && typeof init !== 'function') {
      throw new TypeError('Event: the second argument is not an object')
    }
    this.#type = String(type)
    this.#bubbles = Boolean(init?.bubbles)
    this.#cancelable = Boolean(init?.cancelable)
    this.#composed = Boolean(init?.composed)
  }
  get type() {
    return this.#type
  }
  get target() {
    return this.#state.target
  }
  get srcElement() {
    return this.#state.target
  }
  get currentTarget() {
    return this.#state.current
  }
  get eventPhase() {
    return this.#state.phase
  }
  get bubbles() {
    return this.#bubbles
  }
  get cancelable() {
    return this.#cancelable
  }
  get composed() {
    return this.#composed
  }
  get defaultPrevented() {
    return this.#state.canceled
  }
  get returnValue() {
    return !this.#state.canceled
  }
  set returnValue(value) {
    if (!value) this.preventDefault()
  }
  get cancelBubble() {
    return this.#state.stopped
  }
  set cancelBubble(value) {
    if (value) this.#state.stopped = true
  }
  get timeStamp() {
    return this.#time
  }
  get isTrusted() {
    return this.#state.trusted
  }
  composedPath() {
    return this.#state.current === null ? [] : [this.#state.current]
  }
  stopPropagation() {
    this.#state.stopped = true
  }
  stopImmediatePropagation() {
    this.#state.stopped = true
    this.#state.halted = true
  }
  preventDefault() {
    if (this.#cancelable && !this.#state.passive) this.#state.canceled = true
  }
}
defineConstants(Event, { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 })

export class CustomEvent extends Event {
  #detail
  constructor(type, init = {}) {
    super(type, init)
    this.#detail = init?.detail ?? null
  }
  get detail() {
    return this.#detail
  }
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
    const { capture, once = false, passive = false, signal } =
      typeof options === 'boolean' ? { capture: options } : (options ?? {})
    if (signal !== undefined && !(signal instanceof EventTarget && 'aborted' in signal)) {
      throw new TypeError('addEventListener: options.signal is not an AbortSignal')
    }
    if (callback === null || callback === undefined || signal?.aborted) return
    if (typeof callback !== 'function' && typeof callback !== 'object') {
      throw new TypeError('addEventListener: the listener is neither a function nor an object')
    }
    add(this ?? globalThis, String(type), { callback, capture: Boolean(capture), once: Boolean(once), passive: Boolean(passive) })
    signal?.addEventListener('abort', () => EventTarget.prototype.removeEventListener.call(this, type, callback, { capture }))
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
    if (inside(event).busy) throw new DOMException('the event is already being dispatched', 'InvalidStateError')
    inside(event).trusted = false
    return dispatch(this ?? globalThis, event)
  }
}

/** The listeners of globalThis, which is no EventTarget by its prototype. */
const globalListeners = new Map()

/** Told of the number of listeners of a type, for signals that are kept only while somebody listens. */
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
  const state = inside(event)
  Object.assign(state, { target, current: target, phase: 2, busy: true, trusted: trusted || state.trusted })
  const listeners = listenersOf(target).get(event.type) ?? []
  for (const listener of [...listeners.filter((one) => one.capture), ...listeners.filter((one) => !one.capture)]) {
    if (state.halted) break
    if (listener.removed) continue
    if (listener.once) drop(target, event.type, listener)
    state.passive = listener.passive
    try {
      const { callback } = listener
      if (typeof callback === 'function') callback.call(target, event)
      else callback.handleEvent(event)
    } catch (error) {
      hooks.report(error)
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

asInterface({ Event, CustomEvent, EventTarget })
