/** AES and HMAC. */
import { areEqual, bufferOf, bytesOf, compiled, fail, randomBytes, resultOf, toBase64Url } from './host.js'
import { jwkOf, secretOfJwk } from './jwk.js'
import { createKey } from './key.js'
import { bytesParam, DIGESTS, hashParam, integer, integerParam, optionalBytes } from './params.js'
import { checkUsages, USAGE } from './usages.js'

const TAG_LENGTH = 16
const TAG_BITS = [32, 64, 96, 104, 112, 120, 128]
const MAX_HMAC_BITS = 524288
const U32 = 0xffffffff

/** Imports and exports a secret in the formats raw and jwk. */
function secretFrom(format, data, use, alg, extractable, usages) {
  if (format === 'raw') return data
  if (format === 'jwk') return secretOfJwk(data, use, alg, extractable, usages)
  return fail('NotSupportedError', `a secret key has no format ${format}`)
}

function secretTo(format, slots, alg) {
  if (format === 'raw') return bufferOf(slots.material.slice())
  if (format === 'jwk') return jwkOf(slots, { kty: 'oct', k: toBase64Url(slots.material), alg })
  return fail('NotSupportedError', `a secret key has no format ${format}`)
}

function aes(name, suffix, allowed, operations) {
  const alg = (secret) => `A${8 * secret.length}${suffix}`
  const keyLength = (params) => {
    const bits = integerParam(params, 'length', 0xffff)
    return [128, 192, 256].includes(bits) ? bits : fail('OperationError', `AES has no keys of ${bits} bits`)
  }
  const make = (secret, extractable, usages) =>
    createKey('secret', extractable, { name, length: 8 * secret.length }, usages, secret)
  return {
    ...operations,
    keyLength,
    generateKey(params, extractable, usages) {
      checkUsages(usages, allowed)
      return make(randomBytes(keyLength(params) / 8), extractable, usages)
    },
    importKey(format, data, _params, extractable, usages) {
      checkUsages(usages, allowed)
      const secret = secretFrom(format, data, 'enc', alg, extractable, usages)
      if (![16, 24, 32].includes(secret.length))
        fail('DataError', `AES has no keys of ${8 * secret.length} bits`)
      return make(secret, extractable, usages)
    },
    exportKey: (format, slots) => secretTo(format, slots, alg(slots.material)),
  }
}

const WRAPPING = USAGE.wrapKey | USAGE.unwrapKey
const CIPHER = USAGE.encrypt | USAGE.decrypt | WRAPPING
const SIGNING = USAGE.sign | USAGE.verify
const EMPTY = new Uint8Array(0)
const decryption = 'the ciphertext cannot be decrypted'

function gcmParams(params) {
  const iv = bytesParam(params, 'iv')
  const about = optionalBytes(params, 'additionalData')
  const bits = params.tagLength === undefined ? 128 : integer('tagLength', params.tagLength, 255)
  if (!TAG_BITS.includes(bits)) fail('OperationError', `a tag of ${bits} bits is not possible`)
  if (iv.length === 0) fail('OperationError', 'iv is empty')
  return { iv, about, tag: bits / 8 }
}

/** Decrypts with a truncated tag: the text is encrypted again, to compare the start of its tag. */
function openShortTag(key, { iv, about, tag }, sealed) {
  if (sealed.length < tag) fail('OperationError', decryption)
  const ciphertext = sealed.subarray(0, sealed.length - tag)
  // Counter mode is its own inverse.
  const text = resultOf(compiled.aesGcmSeal(key, iv, EMPTY, ciphertext)).subarray(0, ciphertext.length)
  const expected = resultOf(compiled.aesGcmSeal(key, iv, about, text)).subarray(0, sealed.length)
  if (areEqual(expected, sealed)) return text
  text.fill(0)
  return fail('OperationError', decryption)
}

export const AES_GCM = aes('AES-GCM', 'GCM', CIPHER, {
  encrypt(params, { material }, data) {
    const { iv, about, tag } = gcmParams(params)
    const sealed = resultOf(compiled.aesGcmSeal(material, iv, about, data))
    return sealed.subarray(0, sealed.length - TAG_LENGTH + tag)
  },
  decrypt(params, { material }, data) {
    const read = gcmParams(params)
    if (read.tag !== TAG_LENGTH) return openShortTag(material, read, data)
    return resultOf(compiled.aesGcmOpen(material, read.iv, read.about, data), decryption)
  },
})

function vectorOf(params, member) {
  const bytes = bytesParam(params, member)
  return bytes.length === 16 ? bytes : fail('OperationError', `${member} is not 16 bytes`)
}

export const AES_CBC = aes('AES-CBC', 'CBC', CIPHER, {
  encrypt: (params, { material }, data) =>
    resultOf(compiled.aesCbcSeal(material, vectorOf(params, 'iv'), data)),
  decrypt: (params, { material }, data) =>
    resultOf(compiled.aesCbcOpen(material, vectorOf(params, 'iv'), data), decryption),
})

function count(params, { material }, data) {
  const counter = vectorOf(params, 'counter')
  const bits = integerParam(params, 'length', 255)
  if (bits < 1 || bits > 128) fail('OperationError', 'length is not from 1 to 128')
  if (data.length / 16 > 2 ** bits) fail('OperationError', 'the counter would repeat')
  return resultOf(compiled.aesCtr(bits, material, counter, data))
}

export const AES_CTR = aes('AES-CTR', 'CTR', CIPHER, { encrypt: count, decrypt: count })

export const AES_KW = aes('AES-KW', 'KW', WRAPPING, {
  wrap: (_params, { material }, data) =>
    resultOf(compiled.aesWrap(material, data), 'AES-KW wraps 16 bytes or more, a multiple of 8'),
  unwrap: (_params, { material }, data) =>
    resultOf(compiled.aesUnwrap(material, data), 'the key cannot be unwrapped'),
})

const hmacAlg = (hash) => (hash === 'SHA-1' ? 'HS1' : `HS${hash.slice(4)}`)
const ofHash = ({ material, algorithm }, data) => {
  const digest = DIGESTS[algorithm.hash.name].compiled
  // HMAC uses the digest of a key that is longer than a block; the compiled one takes at most 65,536 bytes.
  const key = material.length > 128 ? resultOf(compiled.hash(digest, material)) : material
  return resultOf(compiled.hmac(digest, key, data))
}

function hmacKeyLength(params) {
  const hash = hashParam(params)
  if (params.length === undefined) return 8 * DIGESTS[hash].block
  const bits = integer('length', params.length, U32)
  if (bits === 0) throw new TypeError('length is 0')
  return bits
}

function createHmac(hash, secret, bits, extractable, usages) {
  if (bits % 8 > 0) secret[secret.length - 1] &= 0xff << (8 - (bits % 8))
  return createKey(
    'secret',
    extractable,
    { name: 'HMAC', hash: { name: hash }, length: bits },
    usages,
    secret,
  )
}

export const HMAC = {
  keyLength: hmacKeyLength,
  sign: (_params, slots, data) => ofHash(slots, data),
  verify: (_params, slots, signature, data) => areEqual(ofHash(slots, data), signature),
  generateKey(params, extractable, usages) {
    checkUsages(usages, SIGNING)
    const hash = hashParam(params)
    if (params.length !== undefined && integer('length', params.length, U32) === 0)
      fail('OperationError', 'length is 0')
    const bits = hmacKeyLength(params)
    if (bits > MAX_HMAC_BITS) fail('OperationError', `a key of ${bits} bits is too long`)
    return createHmac(hash, randomBytes(Math.ceil(bits / 8)), bits, extractable, usages)
  },
  importKey(format, data, params, extractable, usages) {
    checkUsages(usages, SIGNING)
    const hash = hashParam(params)
    const secret = bytesOf(
      'the key',
      secretFrom(format, data, 'sig', () => hmacAlg(hash), extractable, usages),
    )
    if (secret.length === 0) fail('DataError', 'the key is empty')
    const bits = params.length === undefined ? 8 * secret.length : integer('length', params.length, U32)
    if (bits > 8 * secret.length || bits <= 8 * (secret.length - 1))
      fail('DataError', 'length is not that of the key')
    return createHmac(hash, secret, bits, extractable, usages)
  },
  exportKey: (format, slots) => secretTo(format, slots, hmacAlg(slots.algorithm.hash.name)),
}
