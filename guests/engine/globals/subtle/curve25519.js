/** Ed25519 and X25519. Material: the public key `x`, and of private keys `d`. */
import { agreementKey, cut } from './curves.js'
import { OBJECT, OCTET_STRING, Reader, readPkcs8, readSpki, write, writePkcs8, writeSpki } from './der.js'
import {
  areEqual,
  bufferOf,
  compiled,
  fail,
  fromBase64Url,
  randomBytes,
  resultOf,
  toBase64Url,
} from './host.js'
import { checkJwk, jwkOf } from './jwk.js'
import { createKey, createPair } from './key.js'
import { checkUsages, USAGE } from './usages.js'

const LENGTH = 32
const BASE_POINT = Uint8Array.from({ length: LENGTH }, (_, at) => (at === 0 ? 9 : 0))

function keyOf(bytes) {
  return bytes.length === LENGTH
    ? bytes.slice()
    : fail('DataError', `the key has ${bytes.length} bytes, not ${LENGTH}`)
}

/** `identifier` is the last byte of the algorithm's object identifier (RFC 8410). */
function octets(name, identifier, use, forPublic, forPrivate, publicOf, operations) {
  const algorithm = write(OBJECT, [0x2b, 0x65, identifier])
  const checkAlgorithm = (found) => {
    if (!areEqual(found, algorithm)) fail('DataError', `the key is not a ${name} key`)
  }
  const privateOf = (d) => ({ d, x: publicOf(d) })

  function readJwk(jwk, extractable, usages) {
    checkJwk(jwk, 'OKP', use, extractable, usages)
    if (jwk.crv !== name) fail('DataError', `the JWK is on ${String(jwk.crv)}, not on ${name}`)
    if (name === 'Ed25519' && jwk.alg !== undefined && jwk.alg !== 'Ed25519' && jwk.alg !== 'EdDSA') {
      fail('DataError', 'the JWK is for another algorithm')
    }
    const x = keyOf(fromBase64Url('x', jwk.x))
    if (jwk.d === undefined) return { x }
    const material = privateOf(keyOf(fromBase64Url('d', jwk.d)))
    if (!areEqual(x, material.x)) fail('DataError', 'the public key is not that of the private key')
    return material
  }

  function read(format, data, extractable, usages) {
    if (format === 'raw') return { x: keyOf(data) }
    if (format === 'jwk') return readJwk(data, extractable, usages)
    if (format === 'spki') {
      const info = readSpki(data)
      checkAlgorithm(info.algorithm)
      return { x: keyOf(info.key) }
    }
    const info = readPkcs8(data)
    checkAlgorithm(info.algorithm)
    const inner = new Reader(info.key)
    const d = keyOf(inner.read(OCTET_STRING))
    inner.end()
    return privateOf(d)
  }

  return {
    ...operations,
    generateKey(_params, extractable, usages) {
      checkUsages(usages, forPublic | forPrivate)
      const privateKey = privateOf(randomBytes(LENGTH))
      const keys = { publicKey: { x: privateKey.x }, privateKey }
      return createPair({ name }, extractable, usages, { forPublic, forPrivate, ...keys })
    },
    importKey(format, data, _params, extractable, usages) {
      const isPrivate = format === 'pkcs8' || (format === 'jwk' && data?.d !== undefined)
      checkUsages(usages, isPrivate ? forPrivate : forPublic)
      const material = read(format, data, extractable, usages)
      return createKey(isPrivate ? 'private' : 'public', extractable, { name }, usages, material)
    },
    exportKey(format, slots) {
      const { d, x } = slots.material
      if (format === 'jwk') {
        const members = { kty: 'OKP', crv: name, x: toBase64Url(x), ...(d && { d: toBase64Url(d) }) }
        return jwkOf(slots, name === 'Ed25519' ? { ...members, alg: name } : members)
      }
      if ((format === 'pkcs8') !== (d !== undefined))
        fail('InvalidAccessError', `the key has no format ${format}`)
      if (format === 'raw') return bufferOf(x.slice())
      if (format === 'spki') return bufferOf(writeSpki(algorithm, x))
      return bufferOf(writePkcs8(algorithm, write(OCTET_STRING, d)))
    },
  }
}

const ed25519Public = (d) => resultOf(compiled.ed25519Public(d))
export const ED25519 = octets('Ed25519', 0x70, 'sig', USAGE.verify, USAGE.sign, ed25519Public, {
  sign(_params, { type, material }, data) {
    if (type !== 'private') fail('InvalidAccessError', 'a private key signs')
    return resultOf(compiled.ed25519Sign(material.d, data))
  },
  verify(_params, { type, material }, signature, data) {
    if (type !== 'public') fail('InvalidAccessError', 'a public key verifies')
    return compiled.ed25519Verify(material.x, signature, data)
  },
})

const x25519Public = (d) => resultOf(compiled.x25519(d, BASE_POINT))
export const X25519 = octets('X25519', 0x6e, 'enc', 0, USAGE.deriveKey | USAGE.deriveBits, x25519Public, {
  deriveBits(params, slots, bits) {
    const other = agreementKey(params, slots)
    return cut(
      resultOf(compiled.x25519(slots.material.d, other.material.x), 'the secret would be zero'),
      bits,
    )
  },
})
