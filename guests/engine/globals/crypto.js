/**
 * Random numbers from the QTSM: Math.random and `crypto`. The engine's own Math.random would return the same numbers in
 * every instance, because its state is part of the built engine.
 */
import { asInterface, define } from './define.js'

const KEY = Symbol('construct')
const MAX_LENGTH = 65536
const POOL = 256
const INTEGERS = /^(Big)?(Ui|I)nt/

let take

/** Gives bytes from a pool, so that small numbers do not each need a call. */
function pooled(bytes) {
  let pool = new Uint8Array(0)
  let at = 0
  return (length) => {
    if (at + length > pool.length) {
      pool = bytes(POOL)
      at = 0
    }
    at += length
    return pool.subarray(at - length, at)
  }
}

export class Crypto {
  constructor(key) {
    if (key !== KEY) throw new TypeError('Illegal constructor')
  }
  getRandomValues(array) {
    const kind = ArrayBuffer.isView(array) ? (array[Symbol.toStringTag] ?? '') : ''
    if (!INTEGERS.test(kind)) {
      throw new DOMException('getRandomValues: the argument is not an array of integers', 'TypeMismatchError')
    }
    const target = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
    if (target.length > MAX_LENGTH) {
      throw new DOMException(
        `getRandomValues: ${target.length} bytes are more than ${MAX_LENGTH}`,
        'QuotaExceededError',
      )
    }
    for (let at = 0; at < target.length; at += POOL) target.set(take(Math.min(POOL, target.length - at)), at)
    return array
  }
  randomUUID() {
    const bytes = take(16).slice()
    bytes[6] = (bytes[6] & 0x0f) | 0x40
    bytes[8] = (bytes[8] & 0x3f) | 0x80
    const text = bytes.toHex()
    return [
      [0, 8],
      [8, 12],
      [12, 16],
      [16, 20],
      [20, 32],
    ]
      .map(([from, to]) => text.slice(from, to))
      .join('-')
  }
}
asInterface({ Crypto })

/** Installs Math.random and `crypto`, which use `bytes(length)`. */
export function installRandom(bytes) {
  take = pooled(bytes)
  const random = () => {
    const view = take(8)
    const high = ((view[0] << 16) | (view[1] << 8) | view[2]) >>> 0
    const low = ((view[3] << 24) | (view[4] << 16) | (view[5] << 8) | view[6]) >>> 0
    return ((high & 0x1fffff) * 0x100000000 + low) / 0x20000000000000
  }
  Object.defineProperty(random, 'name', { value: 'random' })
  Object.defineProperty(Math, 'random', { value: random, writable: true, configurable: true })
  define({ Crypto, crypto: new Crypto(KEY) })
}
