/** AbortController and AbortSignal: the DOM Standard, section 3. */
import { asInterface } from './define.js'
import { defineHandlers, dispatch, EventTarget, listening } from './event-target.js'
import { Event } from './events.js'

const KEY = Symbol('construct')
const timer = { start: () => {} }

/** Sets what runs a callback later without keeping the enclave running. */
export function setAbortTimer(start) {
  timer.start = start
}

let abort
let create

const abortError = () => new DOMException('This operation was aborted', 'AbortError')

export class AbortSignal extends EventTarget {
  #aborted = false
  #reason
  /** The signals that this one follows, and those that follow it: weakly, unless somebody listens to them. */
  #sources = new Set()
  #followers = new Set()
  #heard = new Set()

  constructor(key) {
    if (key !== KEY) throw new TypeError('Illegal constructor')
    super()
  }

  static {
    create = () => new AbortSignal(KEY)
    abort = (signal, reason = abortError()) => {
      if (signal.#aborted) return
      const all = [signal, ...signal.#live().filter((one) => !one.#aborted)]
      for (const one of all) {
        one.#aborted = true
        one.#reason = reason
      }
      for (const one of all) {
        dispatch(one, new Event('abort'), true)
        one.#followers.clear()
        one.#heard.clear()
        for (const source of one.#sources) source.#heard.delete(one)
        one.#sources.clear()
      }
    }
  }

  static abort(reason = abortError()) {
    const signal = create()
    signal.#aborted = true
    signal.#reason = reason
    return signal
  }

  static timeout(milliseconds) {
    const delay = Number(milliseconds)
    if (!(delay >= 0 && delay <= Number.MAX_SAFE_INTEGER)) {
      throw new TypeError('AbortSignal.timeout: the argument is not a number of milliseconds')
    }
    const signal = create()
    timer.start(
      () => abort(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
      delay,
    )
    return signal
  }

  static any(signals) {
    const all = [...signals]
    if (!all.every((one) => one instanceof AbortSignal)) {
      throw new TypeError('AbortSignal.any: the argument holds something that is not an AbortSignal')
    }
    const result = create()
    const aborted = all.find((one) => one.#aborted)
    if (aborted) {
      result.#aborted = true
      result.#reason = aborted.#reason
      return result
    }
    for (const one of all) {
      for (const source of one.#sources.size > 0 ? one.#sources : [one]) result.#sources.add(source)
    }
    for (const source of result.#sources) source.#follow(result)
    return result
  }

  #follow(signal) {
    for (const reference of this.#followers) if (!reference.deref()) this.#followers.delete(reference)
    this.#followers.add(new WeakRef(signal))
  }
  #live() {
    return [...this.#followers].map((reference) => reference.deref()).filter((one) => one !== undefined)
  }
  [listening](type, count) {
    if (type !== 'abort') return
    for (const source of this.#sources) {
      if (count > 0) source.#heard.add(this)
      else source.#heard.delete(this)
    }
  }

  get aborted() {
    return this.#aborted
  }
  get reason() {
    return this.#reason
  }
  throwIfAborted() {
    if (this.#aborted) throw this.#reason
  }
}
defineHandlers(AbortSignal.prototype, ['abort'])

export class AbortController {
  #signal = create()
  get signal() {
    return this.#signal
  }
  abort(reason) {
    abort(this.#signal, reason)
  }
}

asInterface({ AbortSignal, AbortController })
