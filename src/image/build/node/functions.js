/** Functions of `node:util` about functions: promises instead of callbacks and the other way round, classes, and warnings. */
import timers from 'node:timers/promises'

const custom = Symbol.for('nodejs.util.promisify.custom')
// With these, `promisify(setTimeout)` waits, whose callback is the first argument.
for (const name of ['setTimeout', 'setImmediate'])
  Object.defineProperty(globalThis[name], custom, { value: timers[name], configurable: true })

function assertFunction(value, name) {
  if (typeof value === 'function') return
  const error = new TypeError(`The "${name}" argument must be of type function`)
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' })
}

export function promisify(original) {
  assertFunction(original, 'original')
  if (original[custom]) {
    assertFunction(original[custom], 'util.promisify.custom')
    return Object.defineProperty(original[custom], custom, { value: original[custom], configurable: true })
  }
  function promised(...given) {
    return new Promise((resolve, reject) => {
      original.call(this, ...given, (error, value) => (error ? reject(error) : resolve(value)))
    })
  }
  Object.setPrototypeOf(promised, Object.getPrototypeOf(original))
  Object.defineProperty(promised, custom, { value: promised, configurable: true })
  return Object.defineProperties(promised, Object.getOwnPropertyDescriptors(original))
}
promisify.custom = custom

export function callbackify(original) {
  assertFunction(original, 'original')
  function callbackified(...given) {
    const callback = given.pop()
    assertFunction(callback, 'last argument')
    // Outside of the promise, so that an error of the callback is not a rejection.
    const later = (...values) => queueMicrotask(() => callback.apply(this, values))
    const falsy = (reason) =>
      Object.assign(new Error('Promise was rejected with a falsy value'), {
        code: 'ERR_FALSY_VALUE_REJECTION',
        reason,
      })
    original.apply(this, given).then(
      (value) => later(null, value),
      (reason) => later(reason || falsy(reason)),
    )
  }
  Object.defineProperty(callbackified, 'name', { value: `${original.name}Callbackified`, configurable: true })
  return Object.defineProperty(callbackified, 'length', { value: original.length + 1, configurable: true })
}

export function inherits(type, parent) {
  assertFunction(type, 'ctor')
  assertFunction(parent, 'superCtor')
  Object.defineProperty(type, 'super_', { value: parent, writable: true, configurable: true })
  Object.setPrototypeOf(type.prototype, parent.prototype)
}

const told = new Set()

export function deprecate(original, message, code) {
  let isTold = false
  function deprecated(...given) {
    if (!isTold && !told.has(code)) console.warn(`DeprecationWarning: ${code ? `[${code}] ` : ''}${message}`)
    isTold = true
    // A warning with a code is given once for all functions that have it.
    if (code !== undefined) told.add(code)
    return new.target ? Reflect.construct(original, given, new.target) : original.apply(this, given)
  }
  Object.setPrototypeOf(deprecated, original)
  if (original.prototype) deprecated.prototype = original.prototype
  return deprecated
}

/** Resolves when `signal` is aborted. */
export function aborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
