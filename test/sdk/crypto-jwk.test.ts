/** JWKs that contradict themselves, or what is wanted of the key, are not imported by crypto.subtle. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Laboratory } from '../support/laboratory.ts'
import {
  EC,
  ED,
  ec,
  ec2,
  ed,
  ed2,
  HMAC,
  type Import,
  importIn,
  importInNode,
  type Jwk,
  p384,
  RSA,
  rsa,
  rsa2,
  X,
  x,
  x2,
} from './key-pairs.ts'

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

const VERIFIES = { usages: ['verify'] }
type Row = [title: string, change: Jwk, outcome: string, more?: Partial<Import>]
/** The outcome in the enclave is as expected, and in Node too, unless `differs` has another for Node. */
function check(base: Import, rows: readonly Row[], differs: Readonly<Record<string, string>> = {}) {
  test.each(rows)('%s', async (title, change, outcome, more) => {
    const one = { ...base, ...more, data: { ...(base.data as Jwk), ...change } }
    expect(await importIn(lab, one)).toBe(outcome)
    expect(await importInNode(one)).toBe(differs[title] ?? outcome)
  })
}

/** Node does not notice. */
const TAKEN = 'private'

/** What every JWK must keep to. */
const COMMON: readonly Row[] = [
  ['no use', {}, 'private'],
  ['the use of a signature', { use: 'sig' }, 'private'],
  ['another use', { use: 'enc' }, 'DataError'],
  ['another type', { kty: 'oct' }, 'DataError'],
  ['no type', { kty: null }, 'DataError'],
  ['operations with the usage', { key_ops: ['verify', 'sign'] }, 'private'],
  ['operations without the usage', { key_ops: ['verify'] }, 'DataError'],
  ['an operation twice', { key_ops: ['sign', 'sign'] }, 'DataError'],
  ['an unknown operation', { key_ops: ['sign', 'fly'] }, 'private'],
  ['operations that are not a list', { key_ops: 'sign' }, 'TypeError'],
  ['ext false for an extractable key', { ext: false }, 'DataError'],
  ['ext false for another key', { ext: false }, 'private', { extractable: false }],
  ['a usage of the public key', {}, 'SyntaxError', VERIFIES],
]

describe('a JWK of ECDSA with', () => {
  const { d, y } = ec.priv as { d: string; y: string }
  check(
    { format: 'jwk', data: ec.priv, algorithm: EC, usages: ['sign'] },
    [
      ...COMMON,
      ['the public key of another', { x: ec2.pub['x'], y: ec2.pub['y'] }, 'DataError'],
      ['a point that is not on the curve', { x: ec2.pub['x'] }, 'DataError'],
      ['no y', { y: undefined }, 'DataError'],
      ['its own alg', { alg: 'ES256' }, 'private'],
      ['the alg of another curve', { alg: 'ES384' }, 'DataError'],
      ['another alg', { alg: 'HS256' }, 'DataError'],
      ['another curve', { crv: 'P-384' }, 'DataError'],
      ['the key of another curve', p384.priv, 'DataError'],
      ['a longer d', { d: `AAAA${d}` }, 'DataError'],
      ['a shorter d', { d: d.slice(4) }, 'DataError'],
      ['a d of zeros', { d: 'A'.repeat(43) }, 'DataError'],
      ['a d beyond the order', { d: `${'_'.repeat(42)}8` }, 'DataError'],
      ['an empty d', { d: '' }, 'DataError'],
      ['a d that is not text', { d: 5 }, 'DataError'],
      ['no d', { d: undefined }, 'public', VERIFIES],
      ['no d, and another point', { d: undefined, x: y }, 'DataError', VERIFIES],
    ],
    { 'a longer d': TAKEN },
  )
})

describe('a JWK of Ed25519 with', () => {
  check({ format: 'jwk', data: ed.priv, algorithm: ED, usages: ['sign'] }, [
    ...COMMON,
    ['the public key of another', { x: ed2.pub['x'] }, 'DataError'],
    ['no public key', { x: undefined }, 'DataError'],
    ['its own alg', { alg: 'Ed25519' }, 'private'],
    ['its older alg', { alg: 'EdDSA' }, 'private'],
    ['another alg', { alg: 'ES256' }, 'DataError'],
    ['another curve', { crv: 'X25519' }, 'DataError'],
    ['a shorter d', { d: (ed.priv['d'] as string).slice(4) }, 'DataError'],
  ])
})

describe('a JWK of X25519 with', () => {
  check({ format: 'jwk', data: x.priv, algorithm: X, usages: ['deriveBits'] }, [
    ['any alg', { alg: 'any' }, 'private'],
    ['the public key of another', { x: x2.pub['x'] }, 'DataError'],
    ['another curve', { crv: 'Ed25519' }, 'DataError'],
    ['the use of a signature', { use: 'sig' }, 'DataError'],
    ['its own use', { use: 'enc' }, 'private'],
    ['another use, for a public key without usages', { use: 'sig', d: undefined }, 'public', { usages: [] }],
  ])
})

describe('a JWK of HMAC with', () => {
  const data = { kty: 'oct', k: 'AAECAwQFBgcICQ' }
  check(
    { format: 'jwk', data, algorithm: HMAC, usages: ['sign'] },
    [
      ['its own alg', { alg: 'HS256' }, 'secret'],
      ['another alg', { alg: 'HS384' }, 'DataError'],
      ['another use', { use: 'enc' }, 'DataError'],
      ['no key', { k: undefined }, 'DataError'],
      ['an empty key', { k: '' }, 'DataError'],
      ['a key that is not text', { k: 5 }, 'DataError'],
      ['a key in base64 instead of base64url', { k: 'AAE+AwQFBgcICQ' }, 'DataError'],
      ['a key with padding', { k: 'AAECAwQFBgcICQ==' }, 'DataError'],
      ['a key that ends with a single letter', { k: 'AAECA' }, 'DataError'],
      ['a length of 75 of its 80 bits', {}, 'secret', { algorithm: { ...HMAC, length: 75 } }],
      ['a length of 72 of its 80 bits', {}, 'DataError', { algorithm: { ...HMAC, length: 72 } }],
      ['a length of 81 of its 80 bits', {}, 'DataError', { algorithm: { ...HMAC, length: 81 } }],
    ],
    {
      'a key in base64 instead of base64url': 'secret',
      'a key with padding': 'secret',
      'a key that ends with a single letter': 'secret',
    },
  )
})

describe('a JWK of RSA with', () => {
  const other = rsa2.priv
  const { p, q, dp, dq } = rsa.priv
  check(
    { format: 'jwk', data: rsa.priv, algorithm: RSA, usages: ['sign'] },
    [
      ...COMMON,
      ['its own alg', { alg: 'RS256' }, 'private'],
      ['the alg of another digest', { alg: 'RS512' }, 'DataError'],
      ['another alg', { alg: 'PS256' }, 'DataError'],
      ['another dp', { dp: other['dp'] }, 'DataError'],
      ['another dq', { dq: other['dq'] }, 'DataError'],
      ['another qi', { qi: other['qi'] }, 'DataError'],
      ['another p', { p: other['p'] }, 'DataError'],
      ['another q', { q: other['q'] }, 'DataError'],
      ['other primes', { p: other['p'], q: other['q'] }, 'DataError'],
      ['the primes and exponents of another', { ...other, n: rsa.priv['n'] }, 'DataError'],
      ['another modulus', { n: other['n'] }, 'DataError'],
      ['another e', { e: 'Aw' }, 'DataError'],
      ['the primes in the other order', { p: q, q: p }, 'DataError'],
      ['the primes and exponents in the other order', { p: q, q: p, dp: dq, dq: dp }, 'DataError'],
      ['a factor that is missing', { qi: undefined }, 'DataError'],
      ['p missing', { p: undefined }, 'DataError'],
      ['an empty d', { d: '' }, 'DataError'],
      ['a third prime', { oth: [] }, 'NotSupportedError'],
      [
        'd alone',
        { p: undefined, q: undefined, dp: undefined, dq: undefined, qi: undefined },
        'NotSupportedError',
      ],
      ['an e of 1', { d: undefined, e: 'AQ' }, 'DataError', VERIFIES],
      ['an even e', { d: undefined, e: 'Ag' }, 'DataError', VERIFIES],
      ['no e', { d: undefined, e: '' }, 'DataError', VERIFIES],
      ['a modulus of 4104 bits', { d: undefined, n: `w${'_'.repeat(683)}` }, 'DataError', VERIFIES],
      ['a modulus of 4096 bits', { d: undefined, n: `w${'_'.repeat(681)}w` }, 'public', VERIFIES],
      ['a modulus of 8 bits', { d: undefined, n: 'wQ' }, 'DataError', VERIFIES],
    ],
    {
      ...{ 'another dp': TAKEN, 'another dq': TAKEN, 'another qi': TAKEN, 'another e': TAKEN },
      'the primes in the other order': TAKEN,
      'the primes and exponents in the other order': TAKEN,
      ...{ 'a third prime': 'DataError', 'd alone': 'DataError', 'an empty d': TAKEN },
      ...{ 'an e of 1': 'public', 'an even e': 'public', 'no e': 'public', 'a modulus of 8 bits': 'public' },
      'a modulus of 4104 bits': 'public',
    },
  )
})
