/** The parameters of crypto.subtle, at their limits and beyond: the same outcome as in Node. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Laboratory } from '../support/laboratory.ts'
import { runIn, runInNode } from './subtle-programs.ts'

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

const LENGTHS = '[0, 1, 8, 12, 16.9, "16", -8, NaN, null, undefined, 2 ** 32, 255, 256, 257, 264]'
const agreement = (name: string, algorithm: string) => `
  const pair = await subtle.generateKey(${algorithm}, false, ['deriveBits'])
  const own = await subtle.deriveBits({ name: '${name}', public: pair.publicKey }, pair.privateKey, null)
  return each(${LENGTHS}, async (length) => {
    const bits = new Uint8Array(await subtle.deriveBits({ name: '${name}', public: pair.publicKey }, pair.privateKey, length))
    const from = new Uint8Array(own).slice(0, bits.length)
    const rest = Math.trunc(length) % 8
    if (rest > 0) from[from.length - 1] &= 0xff << (8 - rest)
    return [bits.length, hex(bits) === hex(from)]
  })`

const PROGRAMS: readonly (readonly [title: string, code: string])[] = [
  [
    'lengths of HKDF',
    `const key = await raw(32, 'HKDF', ['deriveBits'], false)
     return each([...${LENGTHS}, 255 * 256, 255 * 256 + 8], (length) => subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: bytes(1), info: bytes(1) }, key, length))`,
  ],
  [
    'lengths of PBKDF2',
    `const key = await raw(32, 'PBKDF2', ['deriveBits'], false)
     return each(${LENGTHS}, (length) => subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: bytes(1), iterations: 1 }, key, length))`,
  ],
  [
    'iterations of PBKDF2',
    `const key = await raw(32, 'PBKDF2', ['deriveBits'], false)
     return each([0, 1, -1, '2', 1.9, NaN, undefined, null, 2 ** 32], (iterations) => subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: bytes(1), iterations }, key, 64))`,
  ],
  ['lengths of X25519', agreement('X25519', "{ name: 'X25519' }")],
  ['lengths of ECDH', agreement('ECDH', "{ name: 'ECDH', namedCurve: 'P-256' }")],
  [
    'what is needed of the keys of an agreement',
    `const make = (algorithm) => subtle.generateKey(algorithm, false, ['deriveBits'])
     const [own, other, x] = await Promise.all([make({ name: 'ECDH', namedCurve: 'P-256' }), make({ name: 'ECDH', namedCurve: 'P-384' }), make({ name: 'X25519' })])
     return each([[own.publicKey, own.privateKey], [own.privateKey, own.privateKey], [other.publicKey, own.privateKey], [x.publicKey, own.privateKey], [own.publicKey, own.publicKey], [own.publicKey, x.privateKey], [undefined, own.privateKey], [{}, own.privateKey]],
       async ([key, base]) => (await subtle.deriveBits({ name: 'ECDH', public: key }, base, 256)).byteLength)`,
  ],
  [
    'lengths of an imported key of HMAC',
    `return each([[2, 9], [2, 15], [2, 16], [2, 8], [2, 17], [2, 0], [1, 1], [1, 7], [1, 8], [2, '9'], [2, 9.9], [2, null], [2, -9], [2, undefined]], async ([size, length]) => {
       const key = await subtle.importKey('raw', new Uint8Array(size).fill(255), { name: 'HMAC', hash: 'SHA-256', length }, true, ['sign'])
       return [key.algorithm.length, hex(await subtle.exportKey('raw', key)), hex(await subtle.sign('HMAC', key, bytes(3)))]
     })`,
  ],
  [
    'lengths of a generated key of HMAC',
    `return each([1, 8, 9, 2408, 0, undefined, 524288, -1, 'a'], async (length) => {
       const key = await subtle.generateKey({ name: 'HMAC', hash: 'SHA-384', length }, true, ['sign'])
       const secret = new Uint8Array(await subtle.exportKey('raw', key))
       return [key.algorithm.length, secret.length, length % 8 > 0 && secret.at(-1) & (0xff >> (length % 8))]
     })`,
  ],
  [
    'HMAC with a key that is longer than a block',
    `return each(['SHA-1', 'SHA-512'], (hash) => each([63, 64, 65, 127, 128, 129, 1000, 70000], async (length) => {
       const key = await raw(length, { name: 'HMAC', hash }, ['sign'])
       return hex(await subtle.sign('HMAC', key, bytes(3)))
     }))`,
  ],
  [
    'HMAC verifies whole tags only',
    `const key = await raw(9, { name: 'HMAC', hash: 'SHA-256' }, ['sign', 'verify']), tag = new Uint8Array(await subtle.sign('HMAC', key, bytes(3)))
     return each([tag, tag.slice(1), tag.slice(0, -1), tag.with(31, tag[31] ^ 1), tag.with(0, tag[0] ^ 1), Uint8Array.of(...tag, 0), bytes(0)], (one) => subtle.verify('HMAC', key, one, bytes(3)))`,
  ],
  [
    'HMAC does not verify a tag without its last byte, which is 0',
    `const key = await raw(9, { name: 'HMAC', hash: 'SHA-256' }, ['sign', 'verify'])
     for (let length = 0; ; length++) {
       const tag = new Uint8Array(await subtle.sign('HMAC', key, bytes(length)))
       if (tag.at(-1) === 0) return [length, await subtle.verify('HMAC', key, tag.slice(0, -1), bytes(length))]
     }`,
  ],
  [
    'tags of AES-GCM',
    `const key = await raw(16, 'AES-GCM', ['encrypt', 'decrypt'])
     return each([32, 64, 96, 104, 112, 120, 128, 33, 0, 8, 136, 256, -1, '96', null], async (tagLength) => {
       const how = { name: 'AES-GCM', iv: bytes(12), additionalData: bytes(5), tagLength }
       const sealed = new Uint8Array(await subtle.encrypt(how, key, bytes(20)))
       const changed = await each([0, 19, 20, sealed.length - 1], (at) => subtle.decrypt(how, key, sealed.with(at, sealed[at] ^ 1)))
       const shorter = await each([0, 3, sealed.length - 21], (length) => subtle.decrypt(how, key, sealed.slice(0, length)))
       const other = await outcome(() => subtle.decrypt({ ...how, additionalData: bytes(4) }, key, sealed))
       return [hex(sealed), hex(await subtle.decrypt(how, key, sealed)), changed, shorter, other]
     })`,
  ],
  [
    'the other parameters of AES-GCM',
    `const key = await raw(16, 'AES-GCM', ['encrypt'])
     return each([{ iv: bytes(0) }, { iv: bytes(100) }, { iv: 'text' }, { iv: undefined }, { additionalData: bytes(0) }, { additionalData: undefined }, { additionalData: null }, { additionalData: 'text' }], (more) => subtle.encrypt({ name: 'AES-GCM', iv: bytes(12), ...more }, key, bytes(3)))`,
  ],
  [
    'counters of AES-CTR',
    `const key = await raw(16, 'AES-CTR', ['encrypt']), full = new Uint8Array(16).fill(255)
     return each([[0, 16], [1, 32], [1, 33], [3, 128, full], [3, 129, full], [8, 4096], [8, 4097], [64, 0], [128, 40, full], [129, 16], [-1, 16], [256, 16], [64, 16, bytes(15)], [64, 16, bytes(17)]],
       ([length, size, counter = bytes(16)]) => subtle.encrypt({ name: 'AES-CTR', counter, length }, key, bytes(size)))`,
  ],
  [
    'keys of AES-KW wrap multiples of 8 bytes',
    `const key = await raw(16, 'AES-KW', ['wrapKey', 'unwrapKey'])
     return each([8, 15, 16, 17, 24, 32, 40], async (length) => {
       const other = await raw(length, { name: 'HMAC', hash: 'SHA-256' }, ['sign'])
       const wrapped = new Uint8Array(await subtle.wrapKey('raw', other, key, 'AES-KW'))
       const back = (one) => subtle.unwrapKey('raw', one, key, 'AES-KW', { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']).then((made) => subtle.exportKey('raw', made))
       return [hex(wrapped), hex(await back(wrapped)), await outcome(() => back(wrapped.with(0, wrapped[0] ^ 1)))]
     })`,
  ],
  [
    'lengths of AES keys',
    `return each([128, 192, 256, 0, 64, 129, 512, 65536 + 128, '128', undefined], async (length) => {
       const key = await subtle.generateKey({ name: 'AES-CBC', length }, true, ['encrypt'])
       return [key.algorithm, (await subtle.exportKey('raw', key)).byteLength]
     })`,
  ],
  [
    'usages of pairs',
    `const rsa = { name: 'RSA-OAEP', modulusLength: 1024, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' }
     return each([['Ed25519', ['sign', 'verify']], ['Ed25519', ['verify']], ['Ed25519', []], ['Ed25519', ['encrypt']], ['X25519', ['deriveBits', 'deriveKey']], ['X25519', ['sign']], [{ name: 'ECDH', namedCurve: 'P-256' }, []], [{ name: 'ECDSA', namedCurve: 'P-384' }, ['sign']], [rsa, ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey']], [rsa, ['encrypt']], [rsa, []], [rsa, ['sign']]],
       async ([algorithm, usages]) => {
         const { publicKey, privateKey } = await subtle.generateKey(algorithm, false, usages)
         return [publicKey, privateKey].map(({ type, usages, extractable }) => [type, usages, extractable])
       })`,
  ],
  [
    'parameters of RSA keys',
    `const make = (more) => ({ name: 'RSA-PSS', modulusLength: 1024, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256', ...more })
     return each([{}, { publicExponent: Uint8Array.of(3) }, { publicExponent: Uint8Array.of(0, 0, 3) }, { publicExponent: Uint8Array.of(1) }, { publicExponent: Uint8Array.of(2) }, { publicExponent: bytes(0) }, { publicExponent: 3 }, { modulusLength: 0 }, { modulusLength: undefined }, { hash: 'MD5' }, { hash: undefined }],
       async (more) => {
         const { publicKey } = await subtle.generateKey(make(more), false, ['sign', 'verify'])
         const { modulusLength, publicExponent, hash } = publicKey.algorithm
         return [modulusLength, [...publicExponent].filter((byte) => byte > 0), hash]
       })`,
  ],
  [
    'an RSA key of 1040 bits signs, also after it was exported',
    `const algorithm = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 1040, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' }
     const { publicKey, privateKey } = await subtle.generateKey(algorithm, true, ['sign', 'verify'])
     const back = await subtle.importKey('jwk', await subtle.exportKey('jwk', privateKey), algorithm, true, ['sign'])
     return each([privateKey, back], async (key) => [key.algorithm.modulusLength, await subtle.verify('RSASSA-PKCS1-v1_5', publicKey, await subtle.sign('RSASSA-PKCS1-v1_5', key, bytes(3)), bytes(3))])`,
  ],
  [
    'salts of RSA-PSS',
    `const { publicKey, privateKey } = await subtle.generateKey({ name: 'RSA-PSS', modulusLength: 1024, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' }, false, ['sign', 'verify'])
     return each([0, 1, 32, 94, 95, 513, 2 ** 31, -1, undefined], async (saltLength) => {
       const signature = await subtle.sign({ name: 'RSA-PSS', saltLength }, privateKey, bytes(9))
       return each([saltLength, saltLength + 1, 0], (one) => subtle.verify({ name: 'RSA-PSS', saltLength: one }, publicKey, signature, bytes(9)))
     })`,
  ],
  [
    'the texts that RSA-OAEP takes',
    `const { publicKey, privateKey } = await subtle.generateKey({ name: 'RSA-OAEP', modulusLength: 1024, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-1' }, false, ['encrypt', 'decrypt'])
     return each([0, 1, 86, 87], async (length) => {
       const sealed = await subtle.encrypt('RSA-OAEP', publicKey, bytes(length))
       const other = await outcome(() => subtle.decrypt({ name: 'RSA-OAEP', label: bytes(1) }, privateKey, sealed))
       return [hex(await subtle.decrypt('RSA-OAEP', privateKey, sealed)), other]
     })`,
  ],
  [
    'a public key that is not extractable is not exported',
    `const pair = await subtle.generateKey('Ed25519', false, ['sign', 'verify']), data = await subtle.exportKey('raw', pair.publicKey)
     return each([true, false], async (extractable) => {
       const key = await subtle.importKey('raw', data, 'Ed25519', extractable, ['verify'])
       return [key.extractable, await outcome(async () => (await subtle.exportKey('jwk', key)).ext)]
     })`,
  ],
  [
    'each half of a pair does only its part',
    `const rsa = { modulusLength: 1024, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' }
     return each([['Ed25519', 'Ed25519'], [{ name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ECDSA', hash: 'SHA-256' }], [{ name: 'RSASSA-PKCS1-v1_5', ...rsa }, 'RSASSA-PKCS1-v1_5'], [{ name: 'RSA-PSS', ...rsa }, { name: 'RSA-PSS', saltLength: 9 }]], async ([algorithm, how]) => {
       const { publicKey, privateKey } = await subtle.generateKey(algorithm, true, ['sign', 'verify'])
       return [await outcome(async () => (await subtle.sign(how, publicKey, bytes(1))).byteLength), await outcome(() => subtle.verify(how, privateKey, bytes(64), bytes(1))),
         ...await each(['spki', 'pkcs8'], async (format) => (await subtle.exportKey(format, format === 'pkcs8' ? publicKey : privateKey)).byteLength)]
     })`,
  ],
]

test.each(PROGRAMS)('%s', async (_, code) => {
  expect(await runIn(lab, code)).toEqual(await runInNode(code))
})

test.each([
  [
    'a public exponent of five bytes',
    "subtle.generateKey({ name: 'RSA-PSS', hash: 'SHA-1', modulusLength: 1024, publicExponent: Uint8Array.of(1, 0, 0, 0, 1) }, true, ['sign'])",
    'OperationError',
  ],
  [
    'a modulus whose length is not a multiple of 16',
    "subtle.generateKey({ name: 'RSA-PSS', hash: 'SHA-1', modulusLength: 1032, publicExponent: Uint8Array.of(3) }, true, ['sign'])",
    'OperationError',
  ],
])('an enclave, unlike Node, refuses %s', async (_, code, name) => {
  expect(await runIn(lab, `return outcome(async () => ${code})`)).toBe(name)
})

test('an enclave, unlike Node, refuses a private RSA key whose modulus has an odd number of bytes', async () => {
  const algorithm = {
    name: 'RSA-PSS',
    modulusLength: 1048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-1',
  }
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ['sign'])
  const jwk = await crypto.subtle.exportKey('jwk', privateKey)
  const code = `return outcome(() => subtle.importKey('jwk', ${JSON.stringify(jwk)}, { name: 'RSA-PSS', hash: 'SHA-1' }, true, ['sign']))`
  expect(await runIn(lab, code)).toBe('NotSupportedError')
})
