/** Keys from passwords and secrets: PBKDF2, HKDF and scrypt, at once or with a callback. */

import * as compiled from 'webclave:crypto'
import { hkdf as nobleHkdf } from '@noble/hashes/hkdf.js'
import { pbkdf2 as noblePbkdf2 } from '@noble/hashes/pbkdf2.js'
import { scrypt as nobleScrypt } from '@noble/hashes/scrypt.js'
import { COMPILED, DIGESTS, digestNamed } from './crypto-digests.js'
import { bytesOf, encoded } from './crypto-hash.js'

export function pbkdf2Sync(password, salt, iterations, length, digest) {
  const name = digestNamed(digest)
  if (!(Number.isInteger(iterations) && iterations >= 1 && iterations <= 0x7fffffff)) {
    throw Object.assign(new RangeError('The value of "iterations" is out of range'), {
      code: 'ERR_OUT_OF_RANGE',
    })
  }
  const [secret, mixed] = [bytesOf(password, 'password'), bytesOf(salt, 'salt')]
  // An engine's compiled cryptography has it for SHA-2 and arguments of usual lengths, and is much faster.
  const fast = COMPILED.has(name) ? compiled.pbkdf2?.(name, iterations, length, secret, mixed) : undefined
  return encoded(fast ?? noblePbkdf2(DIGESTS[name], secret, mixed, { c: iterations, dkLen: length }))
}

/** An ArrayBuffer, as in Node. */
export function hkdfSync(digest, secret, salt, info, length) {
  const name = digestNamed(digest)
  const [key, mixed, about] = [bytesOf(secret, 'key'), bytesOf(salt, 'salt'), bytesOf(info, 'info')]
  const { buffer, byteOffset, byteLength } = nobleHkdf(DIGESTS[name], key, mixed, about, length)
  return buffer.slice(byteOffset, byteOffset + byteLength)
}

export function scryptSync(password, salt, length, options = {}) {
  const {
    cost,
    N = cost ?? 16_384,
    blockSize,
    r = blockSize ?? 8,
    parallelization,
    p = parallelization ?? 1,
  } = options
  const { maxmem = 32 * 1024 * 1024 } = options
  const sizes = { N, r, p, dkLen: length, maxmem: maxmem + 2048 }
  return encoded(nobleScrypt(bytesOf(password, 'password'), bytesOf(salt, 'salt'), sizes))
}

/** The form with a callback as its last argument. */
export const withCallback =
  (compute) =>
  (...given) => {
    const callback = given.pop()
    if (typeof callback !== 'function')
      throw new TypeError('The "callback" argument must be of type function')
    let result
    try {
      result = [null, compute(...given)]
    } catch (error) {
      result = [error]
    }
    setTimeout(() => callback(...result), 0)
  }
