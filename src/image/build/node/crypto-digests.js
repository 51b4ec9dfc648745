/** Digests for `node:crypto`: SHA-2 and SHA-1 from the compiled cryptography, others from @noble/hashes. */

import { hash as compiledHash, hmac as compiledHmac } from 'webclave:crypto'
import { blake2b, blake2s } from '@noble/hashes/blake2.js'
import { hmac } from '@noble/hashes/hmac.js'
import { md5, ripemd160, sha1 } from '@noble/hashes/legacy.js'
import { sha224, sha256, sha384, sha512, sha512_224, sha512_256 } from '@noble/hashes/sha2.js'
import { sha3_224, sha3_256, sha3_384, sha3_512 } from '@noble/hashes/sha3.js'

/** By Node's names, in lower case. */
export const DIGESTS = {
  sha1,
  sha224,
  sha256,
  sha384,
  sha512,
  'sha512-224': sha512_224,
  'sha512-256': sha512_256,
  'sha3-224': sha3_224,
  'sha3-256': sha3_256,
  'sha3-384': sha3_384,
  'sha3-512': sha3_512,
  md5,
  ripemd160,
  blake2b512: blake2b,
  blake2s256: blake2s,
}
const ALIASES = { rmd160: 'ripemd160' }
export const COMPILED = new Set(['sha256', 'sha384', 'sha512', 'sha1'])
/** The longest key of an HMAC in the compiled cryptography. */
const MAX_KEY = 65_536

/** The name in DIGESTS of what Node calls `name`: `SHA256`, `RSA-SHA256` or `sha-256`. */
export function digestNamed(name) {
  if (typeof name !== 'string') throw new TypeError('The "algorithm" argument must be of type string')
  const lower = name.toLowerCase().replace(/^rsa-/, '')
  const key = ALIASES[lower] ?? lower.replace(/^sha-(?=\d)/, 'sha').replace('/', '-')
  if (Object.hasOwn(DIGESTS, key)) return key
  throw Object.assign(new Error('Digest method not supported'), { code: 'ERR_CRYPTO_INVALID_DIGEST' })
}

/** The digest of `data`. */
export function digestOf(name, data) {
  return COMPILED.has(name) ? compiledHash(name, data) : DIGESTS[name](data)
}

/** The HMAC of `data`. */
export function hmacOf(name, key, data) {
  const compiled = COMPILED.has(name) && key.length <= MAX_KEY
  return compiled ? compiledHmac(name, key, data) : hmac(DIGESTS[name], key, data)
}
