/**
 * RSA keys. Material: the modulus `n`, the exponent `e`, and of private keys `d` and the `secret` of the compiled
 * cryptography: n, p, q, dp, dq and 1/q mod p.
 */
import {
  NULL,
  OBJECT,
  Reader,
  readPkcs8,
  readSpki,
  SEQUENCE,
  write,
  writeInteger,
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
  trimmed,
} from './host.js'
import { checkJwk, jwkOf } from './jwk.js'

const SEED_LENGTH = 64
const ALGORITHM = concat(write(OBJECT, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]), write(NULL))
const FACTORS = ['p', 'q', 'dp', 'dq', 'qi']
const MODULUS = { min: 128, max: 512 }

function checkAlgorithm(found) {
  if (!areEqual(found, ALGORITHM)) fail('DataError', 'the key is not an RSA key')
}

function publicOf(n, e) {
  if (n.length < MODULUS.min || n.length > MODULUS.max || e.length === 0 || e.length > n.length) {
    fail('DataError', 'the modulus does not have 1024 to 4096 bits')
  }
  if (e.at(-1) % 2 === 0 || (trimmed(e).length === 1 && e.at(-1) === 1))
    fail('DataError', 'e is not an odd number from 3')
  return { n: trimmed(n), e: trimmed(e) }
}

function privateOf(numbers) {
  const { n, e } = publicOf(numbers.n, numbers.e)
  if (n.length % 2 > 0) fail('NotSupportedError', 'the modulus has an odd number of bytes')
  const factors = FACTORS.map((name) => padded(numbers[name], n.length / 2))
  if (factors.includes(undefined)) fail('NotSupportedError', 'the primes of the key have different lengths')
  const secret = concat(n, ...factors)
  checkFactors(n, e, secret)
  if (trimmed(numbers.d).length === 0) fail('DataError', 'd is 0')
  return { n, e, d: padded(numbers.d, n.length) ?? fail('DataError', 'd is too long'), secret }
}

/** One signature with a wrong factor tells another factor, so it is made and checked here. */
function checkFactors(n, e, secret) {
  const message = new Uint8Array(1)
  const signature = compiled.rsaSign('sha256', secret, message)
  if (!signature || !compiled.rsaVerify('sha256', n, e, signature, message)) {
    fail('DataError', 'the numbers of the private key do not belong together')
  }
}

/** A new key; the exponent is an array of bytes. */
export function generateRsa(bits, exponent) {
  const digits = trimmed(exponent)
  const e = digits.reduce((sum, byte) => sum * 256 + byte, 0)
  if (digits.length > 4 || e < 3 || e % 2 === 0) fail('OperationError', 'the public exponent is not possible')
  const message = `a key of ${bits} bits is not possible: from 1024 to 4096, in steps of 16`
  const secret = resultOf(compiled.rsaGenerate(bits, e, randomBytes(SEED_LENGTH)), message)
  const n = secret.slice(0, bits / 8)
  const publicKey = { n, e: digits }
  return { publicKey, privateKey: { ...publicKey, d: resultOf(compiled.rsaExponent(e, secret)), secret } }
}

function readPrivate(data) {
  const { algorithm, key } = readPkcs8(data)
  checkAlgorithm(algorithm)
  const outer = new Reader(key)
  const inner = outer.inner()
  outer.end()
  if (inner.integer().length > 0) fail('DataError', 'the key has more than two primes')
  const numbers = {}
  for (const name of ['n', 'e', 'd', ...FACTORS]) numbers[name] = inner.integer()
  inner.end()
  return privateOf(numbers)
}

function readJwk(jwk, use, alg, extractable, usages) {
  checkJwk(jwk, 'RSA', use, extractable, usages)
  if (jwk.alg !== undefined && jwk.alg !== alg)
    fail('DataError', `the JWK is for ${String(jwk.alg)}, not ${alg}`)
  const [n, e] = [fromBase64Url('n', jwk.n), fromBase64Url('e', jwk.e)]
  if (jwk.d === undefined) return publicOf(n, e)
  if (jwk.oth !== undefined || FACTORS.every((name) => jwk[name] === undefined)) {
    fail('NotSupportedError', 'the JWK does not have two primes')
  }
  const rest = Object.fromEntries(['d', ...FACTORS].map((name) => [name, fromBase64Url(name, jwk[name])]))
  return privateOf({ n, e, ...rest })
}

/** The material of a key in any format. */
export function readRsa(format, data, use, alg, extractable, usages) {
  if (format === 'jwk') return readJwk(data, use, alg, extractable, usages)
  if (format === 'pkcs8') return readPrivate(data)
  if (format !== 'spki') fail('NotSupportedError', `RSA has no format ${format}`)
  const { algorithm, key } = readSpki(data)
  checkAlgorithm(algorithm)
  const outer = new Reader(key)
  const inner = outer.inner()
  outer.end()
  const [n, e] = [inner.integer(), inner.integer()]
  inner.end()
  return publicOf(n.slice(), e.slice())
}

/** A key in any format. */
export function writeRsa(format, slots, alg) {
  const { n, e, d, secret } = slots.material
  const half = n.length / 2
  const factors = () =>
    FACTORS.map((_, at) => secret.subarray(n.length + at * half, n.length + (at + 1) * half))
  if (format === 'jwk') {
    const names = d ? ['n', 'e', 'd', ...FACTORS] : ['n', 'e']
    const values = d ? [n, e, d, ...factors()] : [n, e]
    const members = names.map((name, at) => [name, toBase64Url(trimmed(values[at]))])
    return jwkOf(slots, { kty: 'RSA', alg, ...Object.fromEntries(members) })
  }
  if (format !== 'spki' && format !== 'pkcs8') fail('NotSupportedError', `RSA has no format ${format}`)
  if ((format === 'pkcs8') !== (d !== undefined))
    fail('InvalidAccessError', `the key has no format ${format}`)
  if (!d) return bufferOf(writeSpki(ALGORITHM, write(SEQUENCE, writeInteger(n), writeInteger(e))))
  const numbers = [[], n, e, d, ...factors()].map((number) => writeInteger(Uint8Array.from(number)))
  return bufferOf(writePkcs8(ALGORITHM, write(SEQUENCE, ...numbers)))
}
