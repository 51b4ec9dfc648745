/** RSASSA-PKCS1-v1_5, RSA-PSS and RSA-OAEP. */
import { compiled, fail, randomBytes, resultOf } from './host.js'
import { createKey, createPair } from './key.js'
import { bytesParam, DIGESTS, hashParam, integerParam, optionalBytes } from './params.js'
import { generateRsa, readRsa, writeRsa } from './rsa-keys.js'
import { checkUsages, USAGE } from './usages.js'

const SEED_LENGTH = 32
const U32 = 0xffffffff
const MAX_SALT = 512

const digestOf = ({ algorithm }) => DIGESTS[algorithm.hash.name].compiled

function rsa(name, use, alg, forPublic, forPrivate, operations) {
  const algorithmOf = ({ n, e }, hash) => ({
    name,
    modulusLength: 8 * n.length - Math.clz32(n[0]) + 24,
    publicExponent: e.slice(),
    hash: { name: hash },
  })
  return {
    ...operations,
    generateKey(params, extractable, usages) {
      const bits = integerParam(params, 'modulusLength', U32)
      const exponent = bytesParam(params, 'publicExponent')
      const hash = hashParam(params)
      checkUsages(usages, forPublic | forPrivate)
      if ((usages & forPrivate) === 0) fail('SyntaxError', 'a private key needs a usage')
      const keys = generateRsa(bits, exponent)
      const algorithm = algorithmOf(keys.publicKey, hash)
      return createPair(algorithm, extractable, usages, { forPublic, forPrivate, ...keys })
    },
    importKey(format, data, params, extractable, usages) {
      const hash = hashParam(params)
      const isPrivate = format === 'pkcs8' || (format === 'jwk' && data?.d !== undefined)
      checkUsages(usages, isPrivate ? forPrivate : forPublic)
      const material = readRsa(format, data, use, alg(hash), extractable, usages)
      return createKey(
        isPrivate ? 'private' : 'public',
        extractable,
        algorithmOf(material, hash),
        usages,
        material,
      )
    },
    exportKey: (format, slots) => writeRsa(format, slots, alg(slots.algorithm.hash.name)),
  }
}

const SEALING = USAGE.encrypt | USAGE.wrapKey
const OPENING = USAGE.decrypt | USAGE.unwrapKey
const number = (hash) => hash.slice(4)

function checkType(slots, type) {
  if (slots.type !== type) fail('InvalidAccessError', `a ${type} key is needed`)
}

export const RSASSA = rsa(
  'RSASSA-PKCS1-v1_5',
  'sig',
  (hash) => `RS${number(hash)}`,
  USAGE.verify,
  USAGE.sign,
  {
    sign(_params, slots, data) {
      checkType(slots, 'private')
      return resultOf(compiled.rsaSign(digestOf(slots), slots.material.secret, data))
    },
    verify(_params, slots, signature, data) {
      checkType(slots, 'public')
      return compiled.rsaVerify(digestOf(slots), slots.material.n, slots.material.e, signature, data)
    },
  },
)

function saltLength(params) {
  const length = integerParam(params, 'saltLength', U32)
  return length <= MAX_SALT ? length : fail('OperationError', `a salt of ${length} bytes is too long`)
}

export const RSA_PSS = rsa('RSA-PSS', 'sig', (hash) => `PS${number(hash)}`, USAGE.verify, USAGE.sign, {
  sign(params, slots, data) {
    checkType(slots, 'private')
    const salt = randomBytes(saltLength(params))
    return resultOf(
      compiled.rsaPssSign(digestOf(slots), slots.material.secret, salt, data),
      'the salt is too long',
    )
  },
  verify(params, slots, signature, data) {
    checkType(slots, 'public')
    const { n, e } = slots.material
    return compiled.rsaPssVerify(digestOf(slots), saltLength(params), n, e, signature, data)
  },
})

const oaepAlg = (hash) => (hash === 'SHA-1' ? 'RSA-OAEP' : `RSA-OAEP-${number(hash)}`)

export const RSA_OAEP = rsa('RSA-OAEP', 'enc', oaepAlg, SEALING, OPENING, {
  encrypt(params, slots, data) {
    checkType(slots, 'public')
    const { n, e } = slots.material
    const label = optionalBytes(params, 'label')
    const sealed = compiled.rsaOaepSeal(digestOf(slots), n, e, randomBytes(SEED_LENGTH), label, data)
    return resultOf(sealed, 'the text or the label is too long')
  },
  decrypt(params, slots, data) {
    checkType(slots, 'private')
    const label = optionalBytes(params, 'label')
    const text = compiled.rsaOaepOpen(digestOf(slots), slots.material.secret, label, data)
    return resultOf(text, 'the ciphertext cannot be decrypted')
  },
})
