/** Random bytes and numbers, from the QTSM. */
import { Buffer } from 'node:buffer'

/** What one call of `getRandomValues` fills. */
const MAX = 65_536

function fill(bytes) {
  for (let at = 0; at < bytes.length; at += MAX)
    globalThis.crypto.getRandomValues(bytes.subarray(at, at + MAX))
}

const later = (callback, ...given) => setTimeout(() => callback(...given), 0)

export function randomBytes(size, callback) {
  if (!(Number.isInteger(size) && size >= 0 && size <= 0x7fffffff)) {
    throw Object.assign(new RangeError(`The value of "size" is out of range. Received ${String(size)}`), {
      code: 'ERR_OUT_OF_RANGE',
    })
  }
  const bytes = Buffer.alloc(size)
  fill(bytes)
  if (callback === undefined) return bytes
  later(callback, null, bytes)
}

export function randomFillSync(target, offset = 0, size) {
  const bytes = ArrayBuffer.isView(target)
    ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
    : new Uint8Array(target)
  const width = target.BYTES_PER_ELEMENT ?? 1
  const start = offset * width
  fill(bytes.subarray(start, size === undefined ? undefined : start + size * width))
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
    throw Object.assign(new RangeError('The value of "max" is out of range'), { code: 'ERR_OUT_OF_RANGE' })
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

export function randomUUID() {
  const bytes = randomBytes(16)
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
