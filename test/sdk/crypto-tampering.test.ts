/** An application that changes a key, a prototype or the compiled functions cannot make a key do what it was not made for. */
import { createCipheriv } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createParent, type Parent } from '../../src/parent/index.ts'
import { Laboratory } from '../support/laboratory.ts'
import { runApplication } from './application.ts'

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

const KEY_BYTES = Buffer.alloc(16, 7)
const cipher = createCipheriv('aes-128-gcm', KEY_BYTES, Buffer.alloc(12, 7))
const SEALED = [...cipher.update(Buffer.alloc(16)), ...cipher.final(), ...cipher.getAuthTag()]

/**
 * The key of `makeKey` only encrypts, and is not extractable. `outcomes` tries everything else; each would succeed if it
 * were not refused because of the key.
 */
const KEY = `
const { subtle } = crypto
const bytes = (length) => new Uint8Array(length).fill(7)
const sealed = Uint8Array.of(${SEALED})
const makeKey = () => subtle.importKey('raw', bytes(16), 'AES-GCM', false, ['encrypt'])
const GCM = { name: 'AES-GCM', iv: bytes(12) }, CTR = { name: 'AES-CTR', counter: bytes(16), length: 64 }
const outcomes = async (key) => {
  const other = await subtle.importKey('raw', bytes(16), 'AES-CTR', true, ['encrypt'])
  const names = []
  for (const attempt of [
    () => subtle.decrypt(GCM, key, sealed),
    () => subtle.encrypt(CTR, key, bytes(20)),
    () => subtle.wrapKey('raw', other, key, GCM),
    () => subtle.unwrapKey('raw', sealed, key, GCM, 'AES-GCM', true, ['encrypt']),
    () => subtle.sign('HMAC', key, bytes(1)),
    () => subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: bytes(1), info: bytes(1) }, key, 128),
    () => subtle.exportKey('raw', key),
    () => subtle.exportKey('jwk', key),
  ]) await attempt().then(() => names.push('done'), (error) => names.push(error.name))
  return names
}
`
const REFUSED = Array.from({ length: 8 }, () => 'InvalidAccessError')

test('the attempts succeed with keys that are made for them', async () => {
  const code = `${KEY}
    const made = (name, usages, extractable) => subtle.importKey('raw', bytes(16), name, extractable, usages)
    const gcm = await made('AES-GCM', ['decrypt', 'wrapKey', 'unwrapKey'], true)
    const rest = await Promise.all([made('AES-CTR', ['encrypt'], false), made('HKDF', ['deriveBits'], false)])
    return Promise.all([gcm, ...rest].map(outcomes))`
  const refused = 'InvalidAccessError'
  expect(await lab.run(code)).toEqual([
    ['done', refused, 'done', 'done', refused, refused, 'done', 'done'],
    [refused, 'done', ...Array.from({ length: 6 }, () => refused)],
    [...Array.from({ length: 5 }, () => refused), 'done', 'NotSupportedError', 'NotSupportedError'],
  ])
})

test('what a key shows can be changed, and changes nothing', async () => {
  const code = `${KEY} const key = await makeKey()
    Object.assign(key.algorithm, { name: 'AES-CTR', length: 256 })
    key.usages.push('decrypt', 'wrapKey', 'unwrapKey', 'sign', 'deriveBits')
    const rsa = await subtle.generateKey({ name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 1024, publicExponent: Uint8Array.of(1, 0, 1) }, false, ['sign', 'verify'])
    const pss = { name: 'RSA-PSS', saltLength: 32 }
    const signature = await subtle.sign(pss, rsa.privateKey, bytes(9))
    for (const { algorithm } of [rsa.publicKey, rsa.privateKey]) {
      algorithm.hash.name = 'SHA-1'
      algorithm.publicExponent.fill(9)
    }
    const isSigned = await subtle.verify(pss, rsa.publicKey, signature, bytes(9))
    return [key.algorithm.name, key.usages.length, await outcomes(key), isSigned]`
  expect(await lab.run(code)).toEqual(['AES-CTR', 6, REFUSED, true])
})

test('members of Object.prototype are not operations, usages or results', async () => {
  const members = [
    ...['wrap', 'unwrap', 'encrypt', 'decrypt', 'sign', 'deriveBits', 'exportKey', 'importKey', 'keyLength'],
    ...['type', 'extractable', 'usages', 'material'],
  ]
  const code = `${KEY} const key = await makeKey(), seen = []
    const members = ${JSON.stringify(members)}
    for (const name of members)
      Object.prototype[name] = (...given) => { seen.push(name); return bytes(16) }
    try {
      const wrapping = await subtle.importKey('raw', bytes(16), 'AES-GCM', false, ['wrapKey'])
      const wrapped = await subtle.wrapKey('raw', await subtle.importKey('raw', bytes(32), 'AES-CTR', true, ['encrypt']), wrapping, GCM)
      const derived = await subtle.importKey('raw', bytes(16), 'HKDF', false, ['deriveBits'])
      const names = [await subtle.exportKey('raw', derived).catch((error) => error.name),
        await subtle.encrypt('HKDF', key, bytes(1)).catch((error) => error.name)]
      return [await outcomes(key), wrapped.byteLength, names, seen]
    } finally {
      for (const name of members) delete Object.prototype[name]
    }`
  const names = ['NotSupportedError', 'NotSupportedError']
  expect(await lab.run(code)).toEqual([REFUSED, 48, names, []])
})

describe.each([
  ['before the first use of crypto.subtle', ''],
  ['after it', 'await crypto.subtle.digest("SHA-256", new Uint8Array(1));'],
])('methods of Array.prototype that are replaced %s', (_, first) => {
  test.each([
    ['includes', '() => true'],
    ['some', '() => true'],
    ['indexOf', '() => 0'],
    ['filter', 'function () { return this }'],
    ['find', 'function () { return this[0] }'],
  ])('%s', async (name, replacement) => {
    await using fresh = await Laboratory.open()
    // The attempts run after the methods are restored, too, because only the key could be made wrongly.
    const code = `${first}
      const original = Array.prototype.${name}
      ${KEY.replace('const { subtle } = crypto', '')}
      Array.prototype.${name} = ${replacement}
      let subtle, key
      const results = []
      try {
        ({ subtle } = crypto)
        key = await makeKey().catch((error) => error)
        if (key instanceof CryptoKey) results.push(await outcomes(key))
      } finally { Array.prototype.${name} = original }
      for (const one of [key, await makeKey()]) if (one instanceof CryptoKey) results.push(await outcomes(one))
      return results`
    const results = await fresh.run<string[][]>(code)
    expect(results.length).toBeGreaterThan(0)
    for (const one of results) expect(one).not.toContain('done')
  })
})

test('an iterator of arrays that keeps what it iterates does not get the usages of a key', async () => {
  const code = `${KEY}
    const seen = [], original = Array.prototype[Symbol.iterator]
    Array.prototype[Symbol.iterator] = function () { seen.push(this); return original.call(this) }
    let key
    try { key = await makeKey() } finally { Array.prototype[Symbol.iterator] = original }
    const usages = seen.filter((one) => one.includes('encrypt') && !Object.isFrozen(one))
    for (const one of usages) one.push('decrypt', 'wrapKey', 'unwrapKey')
    return [usages.length > 0, await outcomes(key)]`
  expect(await lab.run(code)).toEqual([true, REFUSED])
})

describe('the compiled functions', () => {
  let parent: Parent
  beforeAll(async () => {
    parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  })
  afterAll(() => parent.close())

  test('that an application replaces in its module are not those of crypto.subtle', async () => {
    const { end, console } = await runApplication(parent, {
      source: `const compiled = require('webclave:crypto')
      for (const name of Object.getOwnPropertyNames(compiled)) compiled[name] = () => { throw new Error('the replaced ' + name) }
      exports.default = async () => {
        const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt'])
        const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, key, new Uint8Array(3))
        console.log(sealed.byteLength)
        try { compiled.aesGcmSeal() } catch (error) { console.log(error.message) }
      }`,
    })
    expect({ end, console }).toEqual({
      end: { kind: 'exited', status: 0 },
      console: '19\nthe replaced aesGcmSeal\n',
    })
  })
})
