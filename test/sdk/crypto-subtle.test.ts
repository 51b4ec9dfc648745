/** crypto.subtle in an enclave: the same programs have the same outcome in Node, and each reads the other's keys. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Laboratory } from '../support/laboratory.ts'
import { runIn, runInNode } from './subtle-programs.ts'

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

const inNode = runInNode
const inEnclave = (code: string) => runIn(lab, code)

const KEYS = "hex(await subtle.exportKey('raw', key)), await subtle.exportKey('jwk', key)"
/** A secret key of the algorithm, with the call that encrypts, to decrypt what it encrypted, also changed. */
const cipher = (algorithm: string, length: number, name = /name: '([^']+)'/.exec(algorithm)![1]) =>
  `const key = await raw(32, '${name}', ['encrypt', 'decrypt']); const sealed = await subtle.encrypt(${algorithm}, key, bytes(${length}))
   return [hex(sealed), hex(await subtle.decrypt(${algorithm}, key, sealed)),
     await outcome(() => subtle.decrypt(${algorithm}, key, new Uint8Array(sealed).fill(0)))]`
/** A key that is wrapped and unwrapped. */
const wrapping = (format: string, how: string) => `
  const wrapping = await raw(32, ${how.startsWith('{') ? `(${how}).name` : how}, ['wrapKey', 'unwrapKey'])
  const key = await raw(32, 'AES-CTR', ['encrypt'])
  return outcome(async () => {
    const wrapped = await subtle.wrapKey('${format}', key, wrapping, ${how})
    const back = await subtle.unwrapKey('${format}', wrapped, wrapping, ${how}, 'AES-CTR', true, ['encrypt'])
    return ['${format}' === 'raw' && hex(wrapped), hex(await subtle.exportKey('raw', back)), back.usages]
  })`

type Program = [title: string, code: string]
const HASHES = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']
const PROGRAMS: readonly Program[] = [
  ...['AES-GCM', 'AES-CBC', 'AES-CTR', 'AES-KW'].flatMap((name) =>
    [16, 24, 32].map(
      (length): Program => [
        `a key of ${name} with ${length} bytes is imported and exported`,
        `const key = await raw(${length}, '${name}', ['wrapKey', 'unwrapKey']); return [key.type, key.algorithm, key.usages, key.extractable, ${KEYS}]`,
      ],
    ),
  ),
  ...['SHA-1', 'sha-256', 'SHA-384', 'SHA-512'].map(
    (name): Program => [`digest with ${name}`, `return hex(await subtle.digest('${name}', bytes(1000)))`],
  ),
  ...[0, 15, 16, 70_000].map(
    (length): Program => [`AES-CBC of ${length} bytes`, cipher("{ name: 'AES-CBC', iv: bytes(16) }", length)],
  ),
  ...[96, 104, 112, 120, 128].map(
    (bits): Program => [
      `AES-GCM with a tag of ${bits} bits`,
      cipher(`{ name: 'AES-GCM', iv: bytes(12), additionalData: bytes(3), tagLength: ${bits} }`, 40),
    ],
  ),
  ['AES-GCM of 70,000 bytes with an iv of 16', cipher("{ name: 'AES-GCM', iv: bytes(16) }", 70_000)],
  [
    'AES-GCM with a tag of 96 bits and an iv of 16',
    cipher("{ name: 'AES-GCM', iv: bytes(16), additionalData: bytes(3), tagLength: 96 }", 40),
  ],
  ...HASHES.flatMap((hash): Program[] => [
    [
      `HMAC with ${hash}`,
      `const key = await raw(40, { name: 'HMAC', hash: '${hash}' }, ['sign', 'verify'])
       const tag = await subtle.sign('HMAC', key, bytes(100))
       return [hex(tag), await subtle.verify('HMAC', key, tag, bytes(100)), await subtle.verify('HMAC', key, tag, bytes(99)), key.algorithm, ${KEYS}]`,
    ],
    [
      `PBKDF2 with ${hash}`,
      `const key = await raw(20, 'PBKDF2', ['deriveBits', 'deriveKey'], false)
       return hex(await subtle.deriveBits({ name: 'PBKDF2', hash: '${hash}', salt: bytes(9), iterations: 7 }, key, 400))`,
    ],
    [
      `HKDF with ${hash}`,
      `const key = await raw(20, 'HKDF', ['deriveBits'], false)
       return hex(await subtle.deriveBits({ name: 'HKDF', hash: '${hash}', salt: bytes(9), info: bytes(3) }, key, 400))`,
    ],
    [
      `HKDF derives a key of HMAC with ${hash}`,
      `const base = await raw(20, 'HKDF', ['deriveKey'], false)
       const key = await subtle.deriveKey({ name: 'HKDF', hash: '${hash}', salt: bytes(9), info: bytes(3) }, base, { name: 'HMAC', hash: '${hash}' }, true, ['sign'])
       return [key.algorithm, ${KEYS}]`,
    ],
  ]),
  ...['raw', 'jwk'].flatMap((format) =>
    ["'AES-KW'", "{ name: 'AES-CBC', iv: bytes(16) }", "{ name: 'AES-GCM', iv: bytes(12) }"].map(
      (how): Program => [`a key in the format ${format} is wrapped with ${how}`, wrapping(format, how)],
    ),
  ),
]

test.each(PROGRAMS)('%s', async (_, code) => {
  expect(await inEnclave(code)).toEqual(await inNode(code))
})

/** Programs that fail; Node gives an error of the same name. */
const REFUSED: readonly string[] = [
  "subtle.digest('MD5', bytes(1))",
  'subtle.digest({}, bytes(1))',
  "subtle.digest('SHA-256', 'text')",
  "subtle.importKey('raw', bytes(15), 'AES-GCM', true, ['encrypt'])",
  "subtle.importKey('raw', bytes(16), 'AES-GCM', true, ['sign'])",
  "subtle.importKey('raw', bytes(16), 'AES-GCM', true, [])",
  "subtle.importKey('raw', bytes(16), 'AES-GCM', true, ['fly'])",
  "subtle.importKey('text', bytes(16), 'AES-GCM', true, ['encrypt'])",
  "subtle.importKey('raw', bytes(16), 'AES-XYZ', true, ['encrypt'])",
  "subtle.importKey('jwk', { kty: 'RSA' }, 'AES-GCM', true, ['encrypt'])",
  "subtle.importKey('jwk', { kty: 'oct', k: 'AAAAAAAAAAAAAAAAAAAAAA', alg: 'A256GCM' }, 'AES-GCM', true, ['encrypt'])",
  "subtle.importKey('jwk', { kty: 'oct', k: 'AAAAAAAAAAAAAAAAAAAAAA', ext: false }, 'AES-GCM', true, ['encrypt'])",
  "subtle.importKey('jwk', { kty: 'oct', k: 'AAAAAAAAAAAAAAAAAAAAAA', key_ops: ['decrypt'] }, 'AES-GCM', true, ['encrypt'])",
  "subtle.importKey('raw', bytes(16), 'PBKDF2', true, ['deriveBits'])",
  "subtle.importKey('raw', bytes(0), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign'])",
  "subtle.importKey('raw', bytes(9), { name: 'HMAC' }, true, ['sign'])",
  "subtle.importKey('raw', bytes(65), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify'])",
  "subtle.importKey('raw', bytes(65), { name: 'ECDSA', namedCurve: 'K-256' }, true, ['verify'])",
  "subtle.importKey('spki', bytes(65), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify'])",
  "subtle.importKey('raw', bytes(31), 'Ed25519', true, ['verify'])",
  "subtle.importKey('raw', bytes(32), 'X25519', true, ['deriveBits'])",
  "subtle.generateKey({ name: 'AES-GCM', length: 100 }, true, ['encrypt'])",
  "subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, [])",
  "subtle.generateKey({ name: 'HMAC', hash: 'SHA-256', length: 0 }, true, ['sign'])",
  "subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify'])",
  "subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['encrypt'])",
  "subtle.generateKey({ name: 'PBKDF2' }, true, ['deriveBits'])",
  "raw(16, 'AES-GCM', ['encrypt']).then((key) => subtle.decrypt({ name: 'AES-GCM', iv: bytes(12) }, key, bytes(20)))",
  "raw(16, 'AES-GCM', ['encrypt']).then((key) => subtle.encrypt({ name: 'AES-CBC', iv: bytes(16) }, key, bytes(20)))",
  "raw(16, 'AES-GCM', ['encrypt']).then((key) => subtle.encrypt({ name: 'AES-GCM' }, key, bytes(20)))",
  "raw(16, 'AES-GCM', ['encrypt']).then((key) => subtle.encrypt({ name: 'AES-GCM', iv: bytes(12), tagLength: 100 }, key, bytes(20)))",
  "raw(16, 'AES-CBC', ['encrypt']).then((key) => subtle.encrypt({ name: 'AES-CBC', iv: bytes(15) }, key, bytes(20)))",
  "raw(16, 'AES-CTR', ['encrypt']).then((key) => subtle.encrypt({ name: 'AES-CTR', counter: bytes(16), length: 0 }, key, bytes(20)))",
  "raw(16, 'AES-CTR', ['encrypt']).then((key) => subtle.encrypt({ name: 'AES-CTR', counter: bytes(16), length: 1 }, key, bytes(33)))",
  "raw(16, 'AES-GCM', ['encrypt'], false).then((key) => subtle.exportKey('raw', key))",
  "raw(16, 'HKDF', ['deriveBits'], false).then((key) => subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: bytes(1), info: bytes(1) }, key, 12))",
  "raw(16, 'PBKDF2', ['deriveBits'], false).then((key) => subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: bytes(1), iterations: 0 }, key, 16))",
  "subtle.exportKey('raw', {})",
]

test.each(REFUSED)('%s is refused', async (code) => {
  const program = `return outcome(async () => ${code})`
  const name = await inEnclave(program)
  expect(name).toBe(await inNode(program))
  expect(name).toMatch(/Error$/)
})

const HASH = "hash: 'SHA-256'"
const RSA = `modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), ${HASH}`
const SIGNING: readonly [name: string, key: string, sign: string, formats: readonly string[]][] = [
  ['ECDSA P-256', "{ name: 'ECDSA', namedCurve: 'P-256' }", `{ name: 'ECDSA', ${HASH} }`, ['raw', 'spki']],
  [
    'ECDSA P-384',
    "{ name: 'ECDSA', namedCurve: 'P-384' }",
    "{ name: 'ECDSA', hash: 'SHA-512' }",
    ['raw', 'spki'],
  ],
  ['Ed25519', "{ name: 'Ed25519' }", "'Ed25519'", ['raw', 'spki']],
  ['RSASSA', `{ name: 'RSASSA-PKCS1-v1_5', ${RSA} }`, "'RSASSA-PKCS1-v1_5'", ['spki']],
  ['RSA-PSS', `{ name: 'RSA-PSS', ${RSA} }`, "{ name: 'RSA-PSS', saltLength: 32 }", ['spki']],
]
/** A program that makes a pair and a signature, and one that verifies it with keys in each format. */
const makes = (key: string, sign: string, formats: readonly string[]) => `
const { publicKey, privateKey } = await subtle.generateKey(${key}, true, ['sign', 'verify'])
const formats = ${JSON.stringify(formats)}
return { jwk: await subtle.exportKey('jwk', privateKey), pkcs8: hex(await subtle.exportKey('pkcs8', privateKey)),
  publics: await Promise.all(formats.map(async (format) => hex(await subtle.exportKey(format, publicKey)))),
  publicJwk: await subtle.exportKey('jwk', publicKey), algorithm: publicKey.algorithm.name,
  signature: hex(await subtle.sign(${sign}, privateKey, bytes(99))) }`
const reads = (key: string, sign: string, formats: readonly string[], made: unknown) => `
const { jwk, pkcs8, publics, publicJwk, signature } = ${JSON.stringify(made)}
const formats = ${JSON.stringify(formats)}
const publicKeys = await Promise.all([...publics.map((data, at) => subtle.importKey(formats[at], of(data), ${key}, true, ['verify'])),
  subtle.importKey('jwk', publicJwk, ${key}, true, ['verify'])])
const privateKeys = [await subtle.importKey('pkcs8', of(pkcs8), ${key}, true, ['sign']), await subtle.importKey('jwk', jwk, ${key}, true, ['sign'])]
const results = []
for (const one of publicKeys) {
  results.push(await subtle.verify(${sign}, one, of(signature), bytes(99)), !(await subtle.verify(${sign}, one, of(signature), bytes(98))))
  for (const other of privateKeys) results.push(await subtle.verify(${sign}, one, await subtle.sign(${sign}, other, bytes(5)), bytes(5)))
}
results.push(hex(await subtle.exportKey('pkcs8', privateKeys[1])) === pkcs8)
return results`

describe.each(SIGNING)('%s', (_, key, sign, formats) => {
  test('Node reads what the enclave makes, and the reverse', async () => {
    for (const [one, other] of [
      [inEnclave, inNode],
      [inNode, inEnclave],
    ] as const) {
      const made = await one(makes(key, sign, formats))
      const results = (await other(reads(key, sign, formats, made))) as boolean[]
      expect(results).toEqual(results.map(() => true))
    }
  })
})

test.each([
  "{ name: 'ECDH', namedCurve: 'P-256' }",
  "{ name: 'ECDH', namedCurve: 'P-384' }",
  "{ name: 'X25519' }",
])('%s agrees with Node on a secret and a key', async (algorithm) => {
  const pair = `const { publicKey, privateKey } = await subtle.generateKey(${algorithm}, true, ['deriveBits', 'deriveKey'])
      return [await subtle.exportKey('jwk', privateKey), await subtle.exportKey('jwk', publicKey)]`
  const ours = (await inEnclave(pair)) as unknown[]
  const theirs = (await inNode(pair)) as unknown[]
  const agree = (own: unknown, other: unknown) => `
      const own = await subtle.importKey('jwk', ${JSON.stringify(own)}, ${algorithm}, false, ['deriveBits', 'deriveKey'])
      const other = await subtle.importKey('jwk', ${JSON.stringify(other)}, ${algorithm}, false, [])
      const how = { name: own.algorithm.name, public: other }
      const key = await subtle.deriveKey(how, own, { name: 'AES-GCM', length: 256 }, true, ['encrypt'])
      return [hex(await subtle.deriveBits(how, own, null)), hex(await subtle.deriveBits(how, own, 128)), hex(await subtle.exportKey('raw', key))]`
  expect(await inEnclave(agree(ours[0], theirs[1]))).toEqual(await inNode(agree(theirs[0], ours[1])))
})

test('RSA-OAEP: Node opens what the enclave sealed, and the reverse', async () => {
  const algorithm = `{ name: 'RSA-OAEP', ${HASH} }`
  const how = "{ name: 'RSA-OAEP', label: bytes(4) }"
  const make = `const { publicKey, privateKey } = await subtle.generateKey({ name: 'RSA-OAEP', ${RSA} }, true, ['encrypt', 'decrypt'])
    return [await subtle.exportKey('jwk', privateKey), hex(await subtle.encrypt(${how}, publicKey, bytes(50)))]`
  const open = ([jwk, sealed]: unknown[]) => `
    const key = await subtle.importKey('jwk', ${JSON.stringify(jwk)}, ${algorithm}, false, ['decrypt'])
    return hex(await subtle.decrypt(${how}, key, of('${sealed}'))) === hex(bytes(50))`
  expect(await inNode(open((await inEnclave(make)) as unknown[]))).toBe(true)
  expect(await inEnclave(open((await inNode(make)) as unknown[]))).toBe(true)
})

test('keys have no own properties, and their classes cannot be constructed', async () => {
  const code = `const key = await raw(16, 'AES-GCM', ['encrypt'], false)
    const construct = (one) => { try { return new one() } catch (error) { return error.name } }
    return [Object.keys(key), String(key), key instanceof CryptoKey, crypto.subtle === subtle, subtle instanceof SubtleCrypto,
      construct(CryptoKey), construct(SubtleCrypto)]`
  expect(await inEnclave(code)).toEqual(await inNode(code))
})
