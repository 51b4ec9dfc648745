/** `node:crypto`: random numbers, digests and derived keys. Ciphers and signatures are in the Web's `crypto.subtle`. */
import { hkdfSync, pbkdf2Sync, scryptSync, withCallback } from './crypto-derive.js'
import { DIGESTS } from './crypto-digests.js'
import { bytesOf, createHash, createHmac, hash } from './crypto-hash.js'
import { randomBytes, randomFill, randomFillSync, randomInt, randomUUID } from './crypto-random.js'

/** They can be imported, and fail when they are called. */
const ABSENT = [
  'checkPrime',
  'checkPrimeSync',
  'createCipheriv',
  'createDecipheriv',
  'createDiffieHellman',
  'createDiffieHellmanGroup',
  'createECDH',
  'createPrivateKey',
  'createPublicKey',
  'createSecretKey',
  'createSign',
  'createVerify',
  'diffieHellman',
  'generateKey',
  'generateKeyPair',
  'generateKeyPairSync',
  'generateKeySync',
  'generatePrime',
  'generatePrimeSync',
  'getDiffieHellman',
  'privateDecrypt',
  'privateEncrypt',
  'publicDecrypt',
  'publicEncrypt',
  'sign',
  'verify',
]

const absent = (name) => () => {
  throw Object.assign(
    new Error(`node:crypto ${name} is not there: an enclave has crypto.subtle and webclave/sdk`),
    {
      code: 'ERR_METHOD_NOT_IMPLEMENTED',
    },
  )
}

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
  ...Object.fromEntries(ABSENT.map((name) => [name, absent(name)])),
  constants: {},
  createHash,
  createHmac,
  getCiphers: () => [],
  getCurves: () => [],
  getHashes: () => Object.keys(DIGESTS),
  getRandomValues: (array) => globalThis.crypto.getRandomValues(array),
  hash,
  hkdf: withCallback(hkdfSync),
  hkdfSync,
  pbkdf2: withCallback(pbkdf2Sync),
  pbkdf2Sync,
  pseudoRandomBytes: randomBytes,
  randomBytes,
  randomFill,
  randomFillSync,
  randomInt,
  randomUUID,
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
