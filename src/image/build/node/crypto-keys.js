/** Secret keys as `node:crypto` has them, for HMAC: `jsonwebtoken` makes one of each secret. */
import { Buffer } from 'node:buffer'
import { bytesOf } from './crypto-bytes.js'

const CREATE = Symbol('create')

/** A secret key. Public and private keys are in the Web's `crypto.subtle`. */
export class KeyObject {
  #secret

  constructor(create, secret) {
    if (create !== CREATE)
      throw Object.assign(new TypeError('a KeyObject is made by createSecretKey'), {
        code: 'ERR_INVALID_ARG_VALUE',
      })
    this.#secret = secret
  }

  get type() {
    return 'secret'
  }

  get symmetricKeySize() {
    return this.#secret.length
  }

  /** A copy of its bytes, or a JWK. */
  export({ format = 'buffer' } = {}) {
    if (format === 'buffer') return Buffer.from(this.#secret)
    if (format === 'jwk') return { kty: 'oct', k: this.#secret.toString('base64url') }
    throw Object.assign(new TypeError("The property 'options.format' is invalid"), {
      code: 'ERR_INVALID_ARG_VALUE',
    })
  }

  equals(other) {
    if (!(other instanceof KeyObject)) return false
    const [one, two] = [this.#secret, other.#secret]
    let difference = one.length ^ two.length
    for (let at = 0; at < one.length; at++) difference |= one[at] ^ two[at]
    return difference === 0
  }
}

export function createSecretKey(key, encoding) {
  return new KeyObject(CREATE, Buffer.from(bytesOf(key, 'key', encoding)))
}
