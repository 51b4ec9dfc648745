/** `createHash` and `createHmac`. What is hashed is kept until the end, because one call of compiled code is fastest. */
import { Buffer } from 'node:buffer'
import { digestNamed, digestOf, hmacOf } from './crypto-digests.js'

/** The bytes of an argument. @throws {TypeError} with its name. */
export function bytesOf(value, name, encoding) {
  if (typeof value === 'string') return Buffer.from(value, encoding)
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  throw Object.assign(
    new TypeError(`The "${name}" argument must be of type string, ArrayBuffer or a view of one`),
    {
      code: 'ERR_INVALID_ARG_TYPE',
    },
  )
}

export function encoded(bytes, encoding) {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return encoding === undefined || encoding === 'buffer' ? buffer : buffer.toString(encoding)
}

class Digester {
  #parts = []
  #finish
  #done = false
  constructor(finish, parts = []) {
    this.#finish = finish
    this.#parts = parts
  }
  update(data, encoding) {
    this.#assertOpen()
    // A copy, because the caller may change its bytes.
    this.#parts.push(Uint8Array.from(bytesOf(data, 'data', encoding)))
    return this
  }
  digest(encoding) {
    this.#assertOpen()
    this.#done = true
    const whole = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts)
    return encoded(this.#finish(whole), encoding)
  }
  copy() {
    this.#assertOpen()
    return new Digester(this.#finish, [...this.#parts])
  }
  #assertOpen() {
    if (this.#done)
      throw Object.assign(new Error('Digest already called'), { code: 'ERR_CRYPTO_HASH_FINALIZED' })
  }
}

export function createHash(algorithm) {
  const name = digestNamed(algorithm)
  return new Digester((data) => digestOf(name, data))
}

export function createHmac(algorithm, key) {
  const name = digestNamed(algorithm)
  const secret = Uint8Array.from(bytesOf(key, 'key'))
  return new Digester((data) => hmacOf(name, secret, data))
}

export function hash(algorithm, data, encoding = 'hex') {
  return createHash(algorithm).update(data).digest(encoding)
}
