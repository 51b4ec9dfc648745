/** Keys from passwords and secrets: PBKDF2, HKDF and scrypt, at once or with a callback. */

import { hkdf as compiledHkdf, pbkdf2 as compiledPbkdf2 } from 'webclave:crypto'
import { hkdf as nobleHkdf } from '@noble/hashes/hkdf.js'
import { pbkdf2 as noblePbkdf2 } from '@noble/hashes/pbkdf2.js'
import { scrypt as nobleScrypt } from '@noble/hashes/scrypt.js'
import { bytesOf } from './crypto-bytes.js'
import { COMPILED, DIGESTS, digestNamed } from './crypto-digests.js'
import { encoded } from './crypto-hash.js'

export function pbkdf2Sync(password, salt, iterations, length, digest) {
  const name = digestNamed(digest)
  if (!(Number.isInteger(iterations) && iterations >= 1 && iterations <= 0x7fffffff)) {
    throw Object.assign(new RangeError('The value of "iterations" is out of range'), {
      code: 'ERR_OUT_OF_RANGE',
    })
  }
  const [secret, mixed] = [bytesOf(password, 'password'), bytesOf(salt, 'salt')]
  // It gives nothing for arguments of unusual lengths.
  const fast = COMPILED.has(name) ? compiledPbkdf2(name, iterations, length, secret, mixed) : undefined
  return encoded(fast ?? noblePbkdf2(DIGESTS[name], secret, mixed, { c: iterations, dkLen: length }))
}

/** An ArrayBuffer, as in Node. */
export function hkdfSync(digest, secret, salt, info, length) {
  const name = digestNamed(digest)
  const [key, mixed, about] = [bytesOf(secret, 'key'), bytesOf(salt, 'salt'), bytesOf(info, 'info')]
  const fast = COMPILED.has(name) ? compiledHkdf(name, length, key, mixed, about) : undefined
  const { buffer, byteOffset, byteLength } = fast ?? nobleHkdf(DIGESTS[name], key, mixed, about, length)
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
  // The memory as OpenSSL counts it.
  const memory = 128 * r * p + 128 * r * (N + 2)
  if (!(Number.isInteger(N) && N > 1 && (N & (N - 1)) === 0 && r >= 1 && p >= 1) || memory > maxmem) {
    const reason = memory > maxmem ? ': memory limit exceeded' : ''
    throw Object.assign(new RangeError(`Invalid scrypt params${reason}`), {
      code: 'ERR_CRYPTO_INVALID_SCRYPT_PARAMS',
    })
  }
  const sizes = { N, r, p, dkLen: length, maxmem: Number.MAX_SAFE_INTEGER }
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
