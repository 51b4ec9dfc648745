/** `createHash` and `createHmac`. What is hashed is kept until the end, because one call of compiled code is fastest. */
import { Buffer } from 'node:buffer'
import { bytesOf } from './crypto-bytes.js'
import { digestNamed, digestOf, hmacOf } from './crypto-digests.js'
import { KeyObject } from './crypto-keys.js'

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
  const secret = key instanceof KeyObject ? key.export() : Uint8Array.from(bytesOf(key, 'key'))
  return new Digester((data) => hmacOf(name, secret, data))
}

export function hash(algorithm, data, encoding = 'hex') {
  return createHash(algorithm).update(data).digest(encoding)
}
