/** `node:crypto`: random numbers, digests and derived keys. Ciphers and signatures are in the Web's `crypto.subtle`. */
import { absentMembers } from './absent-members.js'
import { bytesOf } from './crypto-bytes.js'
import { hkdfSync, pbkdf2Sync, scryptSync, withCallback } from './crypto-derive.js'
import { DIGESTS } from './crypto-digests.js'
import { createHash, createHmac, hash } from './crypto-hash.js'
import { createSecretKey, KeyObject } from './crypto-keys.js'
import { randomBytes, randomFill, randomFillSync, randomInt, randomUUID } from './crypto-random.js'

/** They can be imported and compared with `instanceof`, and fail when they are called. */
const ABSENT = [
  'Certificate',
  'Cipheriv',
  'Decipheriv',
  'DiffieHellman',
  'DiffieHellmanGroup',
  'ECDH',
  'Hash',
  'Hmac',
  'Sign',
  'Verify',
  'X509Certificate',
  'argon2',
  'argon2Sync',
  'checkPrime',
  'checkPrimeSync',
  'createCipheriv',
  'createDecipheriv',
  'createDiffieHellman',
  'createDiffieHellmanGroup',
  'createECDH',
  'createPrivateKey',
  'createPublicKey',
  'createSign',
  'createVerify',
  'diffieHellman',
  'generateKey',
  'generateKeyPair',
  'generateKeyPairSync',
  'generateKeySync',
  'generatePrime',
  'generatePrimeSync',
  'getCipherInfo',
  'getDiffieHellman',
  'privateDecrypt',
  'privateEncrypt',
  'publicDecrypt',
  'publicEncrypt',
  'sign',
  'verify',
]

function timingSafeEqual(left, right) {
  const [one, other] = [bytesOf(left, 'buf1'), bytesOf(right, 'buf2')]
  if (one.length !== other.length) {
    throw Object.assign(new RangeError('Input buffers must have the same byte length'), {
      code: 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH',
    })
  }
  let difference = 0
  for (let at = 0; at < one.length; at++) difference |= one[at] ^ other[at]
  return difference === 0
}

export default {
  ...absentMembers('node:crypto', ABSENT, ': use crypto.subtle or webclave/sdk'),
  KeyObject,
  constants: {},
  createHash,
  createHmac,
  createSecretKey,
  getCiphers: () => [],
  getCurves: () => [],
  getFips: () => 0,
  getHashes: () => Object.keys(DIGESTS),
  getRandomValues: (array) => globalThis.crypto.getRandomValues(array),
  hash,
  hkdf: withCallback(hkdfSync),
  hkdfSync,
  pbkdf2: withCallback(pbkdf2Sync),
  pbkdf2Sync,
  prng: randomBytes,
  pseudoRandomBytes: randomBytes,
  randomBytes,
  randomFill,
  randomFillSync,
  randomInt,
  randomUUID,
  rng: randomBytes,
  scrypt: withCallback(scryptSync),
  scryptSync,
  timingSafeEqual,
  get subtle() {
    return globalThis.crypto.subtle
  },
  get webcrypto() {
    return globalThis.crypto
  },
}
