/** What is common to all keys in JSON (RFC 7517). */
import { fail, fromBase64Url } from './host.js'
import { namesOf, USAGE } from './usages.js'

/** Checks a JWK: its type, use, operations and whether it may be extracted, against what is wanted of the key. */
export function checkJwk(jwk, kty, use, extractable, usages) {
  if (typeof jwk !== 'object' || jwk === null) throw new TypeError('the key data is not a JWK')
  if (jwk.kty !== kty) fail('DataError', `the JWK has the type ${String(jwk.kty)}, not ${kty}`)
  if (usages !== 0 && jwk.use !== undefined && jwk.use !== use) fail('DataError', `the JWK is not for ${use}`)
  if (jwk.key_ops !== undefined) {
    if (!Array.isArray(jwk.key_ops)) throw new TypeError('the member key_ops of the JWK is not an array')
    if (new Set(jwk.key_ops).size !== jwk.key_ops.length) {
      fail('DataError', 'the member key_ops of the JWK names an operation twice')
    }
    let operations = 0
    for (const name of jwk.key_ops) operations |= USAGE[`${name}`] ?? 0
    const [missing] = namesOf(usages & ~operations)
    if (missing !== undefined) fail('DataError', `the JWK is not for the usage ${missing}`)
  }
  if (jwk.ext === false && extractable) fail('DataError', 'the JWK may not be extracted')
}

/** The secret of a symmetric key, whose `alg` must be `alg` if it is given. */
export function secretOfJwk(jwk, use, alg, extractable, usages) {
  checkJwk(jwk, 'oct', use, extractable, usages)
  const secret = fromBase64Url('k', jwk.k)
  const wanted = alg(secret)
  if (jwk.alg !== undefined && jwk.alg !== wanted)
    fail('DataError', `the JWK is for ${String(jwk.alg)}, not ${wanted}`)
  return secret
}

/** A JWK with what every exported one has. */
export const jwkOf = (slots, members) => ({
  ...members,
  key_ops: namesOf(slots.usages),
  ext: slots.extractable,
})
