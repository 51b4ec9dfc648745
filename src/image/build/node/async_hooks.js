/**
 * `node:async_hooks`: AsyncLocalStorage and AsyncResource. A context is kept where a callback is given (to `then`, a
 * timer, a microtask) and is restored when it is called. An `await` does not call `then`: in an application that imports
 * this module, the bundler writes each as a call of it.
 */
import absent from './absent.js'

/** The stores of the present context, by storage. It is replaced, never changed. */
let context = new Map()

function runIn(other, callback, receiver, given) {
  const before = context
  context = other
  try {
    return Reflect.apply(callback, receiver, given)
  } finally {
    context = before
  }
}

function bind(callback) {
  if (typeof callback !== 'function') return callback
  const kept = context
  return function (...given) {
    return runIn(kept, callback, this, given)
  }
}

const { then } = Promise.prototype
Object.defineProperty(Promise.prototype, 'then', {
  value: {
    // biome-ignore lint/suspicious/noThenProperty: it keeps its name
    then(fulfilled, rejected) {
      return then.call(this, bind(fulfilled), bind(rejected))
    },
  }.then,
  writable: true,
  configurable: true,
})
for (const name of ['queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout']) {
  const original = globalThis[name]
  if (original === undefined) continue
  const bound = (callback, ...given) => original(bind(callback), ...given)
  // What others have added to it, such as its form for `promisify`, stays.
  globalThis[name] = Object.defineProperties(bound, Object.getOwnPropertyDescriptors(original))
}

export class AsyncLocalStorage {
  #fallback
  constructor({ defaultValue, name } = {}) {
    this.#fallback = defaultValue
    this.name = name ?? ''
  }
  getStore() {
    return context.has(this) ? context.get(this) : this.#fallback
  }
  run(store, callback, ...given) {
    return runIn(new Map(context).set(this, store), callback, undefined, given)
  }
  exit(callback, ...given) {
    const without = new Map(context)
    without.set(this, undefined)
    return runIn(without, callback, undefined, given)
  }
  enterWith(store) {
    context = new Map(context).set(this, store)
  }
  disable() {
    context = new Map(context)
    context.delete(this)
  }
  static bind = bind
  static snapshot() {
    return bind((callback, ...given) => callback(...given))
  }
}

export class AsyncResource {
  #kept = context
  constructor(type) {
    if (typeof type !== 'string') throw new TypeError('The "type" argument must be of type string')
    this.type = type
  }
  runInAsyncScope(callback, receiver, ...given) {
    return runIn(this.#kept, callback, receiver, given)
  }
  bind(callback) {
    return (...given) => this.runInAsyncScope(callback, undefined, ...given)
  }
  static bind(callback, type = callback.name || 'bound-anonymous-fn') {
    return new AsyncResource(type).bind(callback)
  }
  emitDestroy() {
    return this
  }
  asyncId() {
    return 1
  }
  triggerAsyncId() {
    return 0
  }
}

export default Object.assign(absent('node:async_hooks'), {
  AsyncLocalStorage,
  AsyncResource,
  executionAsyncId: () => 1,
  triggerAsyncId: () => 0,
})
