/** `node:util`: Node's own `inspect`, as node-inspect-extracted has it, the comparison of `assert`, and small functions. */

import types from 'node:util/types'
import comparisons from 'assert/build/internal/util/comparisons.js'
import { absentMembers } from './absent-members.js'
import { aborted, callbackify, deprecate, inherits, promisify } from './functions.js'
import { format, formatWithOptions, inspect, stripVTControlCharacters } from './inspect.js'
import { parseArgs } from './parse-args.js'
import { styleText } from './style-text.js'

const ABSENT = [
  'MIMEParams',
  'MIMEType',
  'diff',
  'getCallSites',
  'getSystemErrorMap',
  'getSystemErrorMessage',
  'getSystemErrorName',
  'parseEnv',
  'setTraceSigInt',
]

const debuglog = () => Object.assign(() => {}, { enabled: false })

const is = (type) => (value) => typeof value === type

export default {
  ...absentMembers('node:util', ABSENT),
  TextDecoder: globalThis.TextDecoder,
  TextEncoder: globalThis.TextEncoder,
  aborted,
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format,
  formatWithOptions,
  inherits,
  inspect,
  isDeepStrictEqual: comparisons.isDeepStrictEqual,
  parseArgs,
  promisify,
  stripVTControlCharacters,
  styleText,
  transferableAbortController: () => new AbortController(),
  transferableAbortSignal: (signal) => signal,
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
