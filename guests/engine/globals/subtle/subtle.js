/** SubtleCrypto (W3C Web Cryptography Level 2): what is common to all algorithms. */

import { asInterface } from '../define.js'
import { ED25519, X25519 } from './curve25519.js'
import { ECDH, ECDSA } from './curves.js'
import { HKDF, PBKDF2 } from './derive.js'
import { bufferOf, bytesOf, compiled, fail, resultOf } from './host.js'
import { CryptoKey, hasUsage, keySlots } from './key.js'
import { DIGESTS, integer, nameOf } from './params.js'
import { RSA_OAEP, RSA_PSS, RSASSA } from './rsa.js'
import { AES_CBC, AES_CTR, AES_GCM, AES_KW, HMAC } from './symmetric.js'
import { usagesOf } from './usages.js'

export { CryptoKey }

const CONSTRUCT = Symbol('construct')
const FORMATS = ['raw', 'spki', 'pkcs8', 'jwk']
const ALGORITHMS = {
  ...{ 'AES-CBC': AES_CBC, 'AES-CTR': AES_CTR, 'AES-GCM': AES_GCM, 'AES-KW': AES_KW, HMAC },
  ...{ ECDSA, ECDH, Ed25519: ED25519, X25519, HKDF, PBKDF2 },
  ...{ 'RSASSA-PKCS1-v1_5': RSASSA, 'RSA-PSS': RSA_PSS, 'RSA-OAEP': RSA_OAEP },
}
/** What a package adds to Object.prototype is not an operation. */
for (const one of Object.values(ALGORITHMS)) Object.setPrototypeOf(one, null)

/** The algorithm in `value` that has one of `operations`: its name, itself, and its parameters. */
function algorithmFor(value, ...operations) {
  const names = Object.keys(ALGORITHMS).filter((name) => operations.some((one) => ALGORITHMS[name][one]))
  const name = nameOf(value, names)
  return { name, algorithm: ALGORITHMS[name], params: typeof value === 'object' ? value : {} }
}

/** The slots of `key`, which must be one of the algorithm `name` with the usage. */
function usable(key, name, usage) {
  const slots = keySlots(key)
  if (slots.algorithm.name !== name)
    fail('InvalidAccessError', `the key is for ${slots.algorithm.name}, not ${name}`)
  if (!hasUsage(slots, usage)) fail('InvalidAccessError', `the key does not have the usage ${usage}`)
  return slots
}

function formatOf(value) {
  const format = String(value)
  if (!FORMATS.includes(format)) throw new TypeError(`${JSON.stringify(format)} is not a key format`)
  return format
}

function exported(format, slots) {
  const { exportKey } = ALGORITHMS[slots.algorithm.name]
  if (!exportKey) fail('NotSupportedError', `a key of ${slots.algorithm.name} cannot be exported`)
  if (!slots.extractable) fail('InvalidAccessError', 'the key is not extractable')
  return exportKey(format, slots)
}

const lengthOf = (value) =>
  value === undefined || value === null ? null : integer('length', value, 0xffffffff)

export class SubtleCrypto {
  constructor(construct) {
    if (construct !== CONSTRUCT) throw new TypeError('Illegal constructor')
  }

  async digest(algorithm, data) {
    const name = nameOf(algorithm, Object.keys(DIGESTS))
    return bufferOf(resultOf(compiled.hash(DIGESTS[name].compiled, bytesOf('data', data))))
  }

  async encrypt(algorithm, key, data) {
    const found = algorithmFor(algorithm, 'encrypt')
    const text = bytesOf('data', data)
    return bufferOf(found.algorithm.encrypt(found.params, usable(key, found.name, 'encrypt'), text))
  }

  async decrypt(algorithm, key, data) {
    const found = algorithmFor(algorithm, 'decrypt')
    const sealed = bytesOf('data', data)
    return bufferOf(found.algorithm.decrypt(found.params, usable(key, found.name, 'decrypt'), sealed))
  }

  async sign(algorithm, key, data) {
    const found = algorithmFor(algorithm, 'sign')
    const message = bytesOf('data', data)
    return bufferOf(found.algorithm.sign(found.params, usable(key, found.name, 'sign'), message))
  }

  async verify(algorithm, key, signature, data) {
    const found = algorithmFor(algorithm, 'verify')
    const [given, message] = [bytesOf('signature', signature), bytesOf('data', data)]
    return found.algorithm.verify(found.params, usable(key, found.name, 'verify'), given, message)
  }

  async generateKey(algorithm, extractable, keyUsages) {
    const usages = usagesOf(keyUsages)
    const found = algorithmFor(algorithm, 'generateKey')
    return found.algorithm.generateKey(found.params, Boolean(extractable), usages)
  }

  async importKey(format, keyData, algorithm, extractable, keyUsages) {
    const [kind, usages] = [formatOf(format), usagesOf(keyUsages)]
    const found = algorithmFor(algorithm, 'importKey')
    const data = kind === 'jwk' ? keyData : bytesOf('keyData', keyData)
    if (kind === 'jwk' && (ArrayBuffer.isView(data) || data instanceof ArrayBuffer)) {
      throw new TypeError('keyData is not a JWK')
    }
    return found.algorithm.importKey(kind, data, found.params, Boolean(extractable), usages)
  }

  async exportKey(format, key) {
    return exported(formatOf(format), keySlots(key))
  }

  async deriveBits(algorithm, baseKey, length = null) {
    const found = algorithmFor(algorithm, 'deriveBits')
    const slots = usable(baseKey, found.name, 'deriveBits')
    return bufferOf(found.algorithm.deriveBits(found.params, slots, lengthOf(length)))
  }

  async deriveKey(algorithm, baseKey, derivedKeyType, extractable, keyUsages) {
    const usages = usagesOf(keyUsages)
    const found = algorithmFor(algorithm, 'deriveBits')
    const derived = algorithmFor(derivedKeyType, 'keyLength')
    const slots = usable(baseKey, found.name, 'deriveKey')
    const secret = found.algorithm.deriveBits(
      found.params,
      slots,
      derived.algorithm.keyLength(derived.params),
    )
    return derived.algorithm.importKey('raw', secret, derived.params, Boolean(extractable), usages)
  }

  async wrapKey(format, key, wrappingKey, wrapAlgorithm) {
    const kind = formatOf(format)
    const found = algorithmFor(wrapAlgorithm, 'wrap', 'encrypt')
    const slots = usable(wrappingKey, found.name, 'wrapKey')
    const data = exported(kind, keySlots(key))
    const bytes = kind === 'jwk' ? new TextEncoder().encode(JSON.stringify(data)) : new Uint8Array(data)
    const wrap = found.algorithm.wrap ?? found.algorithm.encrypt
    return bufferOf(wrap(found.params, slots, bytes))
  }

  async unwrapKey(
    format,
    wrappedKey,
    unwrappingKey,
    unwrapAlgorithm,
    unwrappedKeyAlgorithm,
    extractable,
    keyUsages,
  ) {
    const [kind, usages] = [formatOf(format), usagesOf(keyUsages)]
    const found = algorithmFor(unwrapAlgorithm, 'unwrap', 'decrypt')
    const wanted = algorithmFor(unwrappedKeyAlgorithm, 'importKey')
    const sealed = bytesOf('wrappedKey', wrappedKey)
    const slots = usable(unwrappingKey, found.name, 'unwrapKey')
    const bytes = (found.algorithm.unwrap ?? found.algorithm.decrypt)(found.params, slots, sealed)
    const data = kind === 'jwk' ? readJson(bytes) : bytes
    return wanted.algorithm.importKey(kind, data, wanted.params, Boolean(extractable), usages)
  }
}
asInterface({ SubtleCrypto })

function readJson(bytes) {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return fail('DataError', 'the wrapped key is not JSON')
  }
}

export const subtle = new SubtleCrypto(CONSTRUCT)
