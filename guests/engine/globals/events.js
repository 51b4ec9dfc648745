/** Event and CustomEvent: the DOM Standard, sections 2.2 to 2.5. */
import { asInterface, defineConstants } from './define.js'

const clock = { now: () => 0 }

/** Sets the clock of `timeStamp`. */
export function setEventClock(now) {
  clock.now = now
}

let inside

export class Event {
  #type
  #bubbles
  #cancelable
  #composed
  #time = clock.now()
  #state = {
    target: null,
    current: null,
    phase: 0,
    canceled: false,
    stopped: false,
    halted: false,
    passive: false,
    busy: false,
    trusted: false,
  }

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

asInterface({ Event, CustomEvent })

/** What only a target may change: where the event is, whether a listener stopped it, whether it came from the engine. */
export const stateOf = (event) => inside(event)
