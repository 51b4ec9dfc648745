/** `node:util`: Node's own `inspect`, as node-inspect-extracted has it, the comparison of `assert`, and small functions. */

import types from 'node:util/types'
import comparisons from 'assert/build/internal/util/comparisons.js'
import { format, formatWithOptions, inspect, stripVTControlCharacters } from './inspect.js'

const custom = Symbol.for('nodejs.util.promisify.custom')

function promisify(original) {
  if (typeof original !== 'function') throw new TypeError('The "original" argument must be of type function')
  if (original[custom]) return original[custom]
  function promised(...given) {
    return new Promise((resolve, reject) => {
      original.call(this, ...given, (error, value) => (error ? reject(error) : resolve(value)))
    })
  }
  Object.setPrototypeOf(promised, Object.getPrototypeOf(original))
  return Object.defineProperties(promised, Object.getOwnPropertyDescriptors(original))
}
promisify.custom = custom

function callbackify(original) {
  if (typeof original !== 'function') throw new TypeError('The "original" argument must be of type function')
  return function (...given) {
    const callback = given.pop()
    if (typeof callback !== 'function') throw new TypeError('The last argument must be of type function')
    // Outside of the promise, so that an error of the callback is not a rejection.
    const later = (...values) => queueMicrotask(() => callback.apply(this, values))
    original.apply(this, given).then(
      (value) => later(null, value),
      (reason) =>
        later(reason || Object.assign(new Error('Promise was rejected with a falsy value'), { reason })),
    )
  }
}

function inherits(type, parent) {
  Object.defineProperty(type, 'super_', { value: parent, writable: true, configurable: true })
  Object.setPrototypeOf(type.prototype, parent.prototype)
}

function deprecate(original, message, code) {
  let told = false
  return function (...given) {
    if (!told) console.warn(`DeprecationWarning: ${code ? `[${code}] ` : ''}${message}`)
    told = true
    return new.target ? Reflect.construct(original, given, new.target) : original.apply(this, given)
  }
}

const debuglog = () => Object.assign(() => {}, { enabled: false })

/** The codes are left out: the console of an enclave is no terminal. */
const styleText = (_, text) => text

const is = (type) => (value) => typeof value === type

export default {
  TextDecoder: globalThis.TextDecoder,
  TextEncoder: globalThis.TextEncoder,
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format,
  formatWithOptions,
  inherits,
  inspect,
  isDeepStrictEqual: comparisons.isDeepStrictEqual,
  promisify,
  stripVTControlCharacters,
  styleText,
  toUSVString: (text) => `${text}`.toWellFormed(),
  types,
  // The older tests, which some packages still use.
  isArray: Array.isArray,
  isBoolean: is('boolean'),
  isBuffer: (value) => value?.constructor?.isBuffer?.(value) ?? false,
  isDate: types.isDate,
  isError: types.isNativeError,
  isFunction: is('function'),
  isNull: (value) => value === null,
  isNullOrUndefined: (value) => value === null || value === undefined,
  isNumber: is('number'),
  isObject: (value) => value !== null && typeof value === 'object',
  isPrimitive: (value) => Object(value) !== value,
  isRegExp: types.isRegExp,
  isString: is('string'),
  isSymbol: is('symbol'),
  isUndefined: is('undefined'),
}
