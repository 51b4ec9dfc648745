/** ECDSA and ECDH on P-256 and P-384. Material: the curve, the point, and of private keys the number `d`. */

import {
  OBJECT,
  OCTET_STRING,
  Reader,
  readPkcs8,
  readSpki,
  SEQUENCE,
  write,
  writePkcs8,
  writeSpki,
} from './der.js'
import {
  areEqual,
  bufferOf,
  compiled,
  concat,
  fail,
  fromBase64Url,
  padded,
  randomBytes,
  resultOf,
  toBase64Url,
} from './host.js'
import { checkJwk, jwkOf } from './jwk.js'
import { createKey, createPair, keySlots } from './key.js'
import { DIGESTS, hashParam, required } from './params.js'
import { checkUsages, USAGE } from './usages.js'

const SEED_LENGTH = 64
const EC_PUBLIC_KEY = write(OBJECT, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01])
const INTEGER_ONE = [0x02, 0x01, 0x01]
const CURVES = {
  'P-256': {
    compiled: 'p256',
    length: 32,
    alg: 'ES256',
    object: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
  },
  'P-384': { compiled: 'p384', length: 48, alg: 'ES384', object: [0x2b, 0x81, 0x04, 0x00, 0x22] },
}
const algorithmOf = (curve) => concat(EC_PUBLIC_KEY, write(OBJECT, CURVES[curve].object))

function curveParam(params) {
  const curve = String(required(params, 'namedCurve'))
  return Object.hasOwn(CURVES, curve)
    ? curve
    : fail('NotSupportedError', `there is no curve ${JSON.stringify(curve)}`)
}

/** A point that is on its curve. */
function checkPoint(curve, point) {
  const { compiled: group, length } = CURVES[curve]
  const one = new Uint8Array(length)
  one[length - 1] = 1
  if (point.length !== 2 * length + 1 || point[0] !== 4 || !compiled.ecdh(group, one, point)) {
    fail('DataError', `the key is not a point on ${curve}`)
  }
  return { curve, point }
}

/** A private key; the point, if there is one, must be its own. */
function checkPrivate(curve, d, point) {
  const { compiled: group, length } = CURVES[curve]
  const own = d.length === length ? compiled.ecPublic(group, d) : undefined
  if (!own) fail('DataError', `the key is not a number of ${curve}`)
  if (point && !areEqual(own, point)) fail('DataError', 'the public key is not that of the private key')
  return { curve, d, point: own }
}

function readPrivate(curve, bytes) {
  const { algorithm, key } = readPkcs8(bytes)
  if (!areEqual(algorithm, algorithmOf(curve))) fail('DataError', `the key is not a ${curve} key`)
  const outer = new Reader(key)
  const inner = outer.inner()
  outer.end()
  const version = inner.integer()
  if (version.length !== 1 || version[0] !== 1) fail('DataError', 'the key is malformed')
  const d = padded(inner.read(OCTET_STRING), CURVES[curve].length)
  if (inner.tag === 0xa0) {
    const parameters = inner.inner(0xa0)
    const named = parameters.read(OBJECT)
    parameters.end()
    if (!areEqual(named, Uint8Array.from(CURVES[curve].object)))
      fail('DataError', 'the key names another curve')
  }
  let point
  if (inner.tag === 0xa1) {
    const publicKey = inner.inner(0xa1)
    point = publicKey.bits()
    publicKey.end()
  }
  inner.end()
  return checkPrivate(curve, d ?? new Uint8Array(0), point)
}

function readJwk(curve, jwk, use, extractable, usages) {
  checkJwk(jwk, 'EC', use, extractable, usages)
  if (jwk.crv !== curve) fail('DataError', `the JWK is on ${String(jwk.crv)}, not on ${curve}`)
  const { length, alg } = CURVES[curve]
  if (use === 'sig' && jwk.alg !== undefined && jwk.alg !== alg) {
    fail('DataError', `the JWK is for ${String(jwk.alg)}, not ${alg}`)
  }
  const part = (name) => {
    const bytes = fromBase64Url(name, jwk[name])
    return bytes.length === length
      ? bytes
      : fail('DataError', `the member ${name} of the JWK has the wrong length`)
  }
  const point = concat([4], part('x'), part('y'))
  return jwk.d === undefined ? checkPoint(curve, point) : checkPrivate(curve, part('d'), point)
}

function read(format, data, curve, use, extractable, usages) {
  if (format === 'raw') return checkPoint(curve, data)
  if (format === 'pkcs8') return readPrivate(curve, data)
  if (format === 'jwk') return readJwk(curve, data, use, extractable, usages)
  const { algorithm, key } = readSpki(data)
  if (!areEqual(algorithm, algorithmOf(curve))) fail('DataError', `the key is not a ${curve} key`)
  return checkPoint(curve, key.slice())
}

function exportKey(format, slots) {
  const { curve, d, point } = slots.material
  const { length } = CURVES[curve]
  if (format === 'jwk') {
    const [x, y] = [point.subarray(1, length + 1), point.subarray(length + 1)].map(toBase64Url)
    return jwkOf(slots, { kty: 'EC', crv: curve, x, y, ...(d && { d: toBase64Url(d) }) })
  }
  if ((format === 'pkcs8') !== (d !== undefined))
    fail('InvalidAccessError', `the key has no format ${format}`)
  if (format === 'raw') return bufferOf(point.slice())
  if (format === 'spki') return bufferOf(writeSpki(algorithmOf(curve), point))
  const inner = write(SEQUENCE, INTEGER_ONE, write(OCTET_STRING, d), write(0xa1, write(0x03, [0], point)))
  return bufferOf(writePkcs8(algorithmOf(curve), inner))
}

function elliptic(name, use, forPublic, forPrivate, operations) {
  return {
    ...operations,
    exportKey,
    generateKey(params, extractable, usages) {
      const curve = curveParam(params)
      checkUsages(usages, forPublic | forPrivate)
      const { compiled: group } = CURVES[curve]
      const d = resultOf(compiled.ecGenerate(group, randomBytes(SEED_LENGTH)))
      const point = resultOf(compiled.ecPublic(group, d))
      const keys = { publicKey: { curve, point }, privateKey: { curve, d, point } }
      return createPair({ name, namedCurve: curve }, extractable, usages, { forPublic, forPrivate, ...keys })
    },
    importKey(format, data, params, extractable, usages) {
      const curve = curveParam(params)
      const isPrivate = format === 'pkcs8' || (format === 'jwk' && data?.d !== undefined)
      checkUsages(usages, isPrivate ? forPrivate : forPublic)
      const material = read(format, data, curve, use, extractable, usages)
      const algorithm = { name, namedCurve: curve }
      return createKey(isPrivate ? 'private' : 'public', extractable, algorithm, usages, material)
    },
  }
}

export const ECDSA = elliptic('ECDSA', 'sig', USAGE.verify, USAGE.sign, {
  sign(params, { type, material: { curve, d } }, data) {
    if (type !== 'private') fail('InvalidAccessError', 'a private key signs')
    const digest = DIGESTS[hashParam(params)].compiled
    return resultOf(compiled.ecdsaSign(CURVES[curve].compiled, digest, d, data))
  },
  verify(params, { type, material: { curve, point } }, signature, data) {
    if (type !== 'public') fail('InvalidAccessError', 'a public key verifies')
    const digest = DIGESTS[hashParam(params)].compiled
    return compiled.ecdsaVerify(CURVES[curve].compiled, digest, point, signature, data)
  },
})

export const ECDH = elliptic('ECDH', 'enc', 0, USAGE.deriveKey | USAGE.deriveBits, {
  deriveBits(params, slots, bits) {
    const other = agreementKey(params, slots)
    const { curve, d } = slots.material
    if (other.material.curve !== curve) fail('InvalidAccessError', 'the keys are on different curves')
    return cut(resultOf(compiled.ecdh(CURVES[curve].compiled, d, other.material.point)), bits)
  },
})

/** The other's public key in `params`, for an agreement with a private key of the same algorithm. */
export function agreementKey(params, { type, algorithm }) {
  if (type !== 'private') fail('InvalidAccessError', 'the key is not a private one')
  const other = keySlots(required(params, 'public'))
  if (other.type !== 'public') fail('InvalidAccessError', 'the other key is not a public one')
  if (other.algorithm.name !== algorithm.name)
    fail('InvalidAccessError', 'the other key is for another algorithm')
  return other
}

/** The first `bits` of a secret, all of them for null. */
export function cut(secret, bits) {
  if (bits === null) return secret
  if (bits > 8 * secret.length) fail('OperationError', `the secret has only ${8 * secret.length} bits`)
  const part = secret.slice(0, Math.ceil(bits / 8))
  if (bits % 8 > 0) part[part.length - 1] &= 0xff << (8 - (bits % 8))
  return part
}
