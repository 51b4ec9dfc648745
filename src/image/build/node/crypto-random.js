/** Random bytes and numbers, from the QTSM. */
import { Buffer } from 'node:buffer'
import { bytesOf } from './crypto-bytes.js'

/** What one call of `getRandomValues` fills. */
const MAX = 65_536
const MAX_SIZE = 0x7fffffff

function fill(bytes) {
  for (let at = 0; at < bytes.length; at += MAX)
    globalThis.crypto.getRandomValues(bytes.subarray(at, at + MAX))
}

const invalid = (type, code, message) => Object.assign(new type(message), { code })

function within(value, max, name) {
  if (typeof value !== 'number')
    throw invalid(TypeError, 'ERR_INVALID_ARG_TYPE', `The "${name}" argument must be of type number`)
  if (Number.isInteger(value) && value >= 0 && value <= max) return value
  throw invalid(RangeError, 'ERR_OUT_OF_RANGE', `The value of "${name}" is out of range. Received ${value}`)
}

const later = (callback, ...given) => setTimeout(() => callback(...given), 0)

export function randomBytes(size, callback) {
  const bytes = Buffer.alloc(within(size, MAX_SIZE, 'size'))
  fill(bytes)
  if (callback === undefined) return bytes
  later(callback, null, bytes)
}

export function randomFillSync(target, offset = 0, size) {
  if (typeof target === 'string')
    throw invalid(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "buf" argument is not a buffer')
  const bytes = bytesOf(target, 'buf')
  const width = target.BYTES_PER_ELEMENT ?? 1
  const start = within(offset * width, bytes.length, 'offset')
  const length =
    size === undefined ? bytes.length - start : within(size * width, bytes.length - start, 'size')
  fill(bytes.subarray(start, start + length))
  return target
}

export function randomFill(target, ...rest) {
  const callback = rest.pop()
  later(callback, null, randomFillSync(target, ...rest))
}

export function randomInt(first, second, third) {
  const twice = typeof second === 'number'
  const [min, max, callback] = twice ? [first, second, third] : [0, first, second]
  const range = max - min
  if (!(Number.isSafeInteger(min) && Number.isSafeInteger(max) && range > 0 && range < 2 ** 48)) {
    throw invalid(RangeError, 'ERR_OUT_OF_RANGE', 'The value of "max" is out of range')
  }
  // Values from where the ranges no longer fit are drawn again, so that each number is equally likely.
  const limit = 2 ** 48 - (2 ** 48 % range)
  let drawn
  do drawn = randomBytes(6).readUIntBE(0, 6)
  while (drawn >= limit)
  const value = min + (drawn % range)
  if (callback === undefined) return value
  later(callback, null, value)
}

export const randomUUID = () => globalThis.crypto.randomUUID()
