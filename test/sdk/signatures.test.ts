/** ECDSA and Ed25519 signatures of a guest, verified with OpenSSL, and the reverse. */
import * as node from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Laboratory } from '../support/laboratory.ts'

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

const MESSAGE = 'pay 1 to Bob'
const bytes = (array: Uint8Array) => `Uint8Array.from([${[...array]}])`
const message = `new TextEncoder().encode('${MESSAGE}')`
const publicKeyOf = (spki: readonly number[]) =>
  node.createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
const codeOf = async (code: string) => (await lab.attempt(`return ${code}`)).error?.code

describe.each([
  ['P-256', 'sha256', 'prime256v1', 32],
  ['P-384', 'sha384', 'secp384r1', 48],
] as const)('ECDSA on %s', (curve, digest, openssl, length) => {
  test('makes signatures that OpenSSL accepts, in both formats', async () => {
    const [spki, der, compact] = await lab.run<number[][]>(`const key = sdk.ecdsa.generateKey('${curve}')
      return [sdk.ecdsa.publicKey('${curve}', key), sdk.ecdsa.sign('${curve}', key, ${message}),
        sdk.ecdsa.sign('${curve}', key, ${message}, 'compact')]`)
    const key = publicKeyOf(spki!)
    expect(key.asymmetricKeyDetails).toEqual({ namedCurve: openssl })
    const text = Buffer.from(MESSAGE)
    expect(node.verify(digest, text, key, Buffer.from(der!))).toBe(true)
    expect(compact).toHaveLength(2 * length)
    expect(node.verify(digest, text, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(compact!))).toBe(true)
  })

  test('accepts OpenSSL’s signatures, and rejects invalid ones', async () => {
    const pair = node.generateKeyPairSync('ec', { namedCurve: openssl })
    const other = node.generateKeyPairSync('ec', { namedCurve: openssl })
    const spki = pair.publicKey.export({ format: 'der', type: 'spki' })
    const verifies = (signature: Uint8Array, text = MESSAGE) =>
      lab.run<boolean>(
        `return sdk.ecdsa.verify('${curve}', ${bytes(spki)}, new TextEncoder().encode('${text}'), ${bytes(signature)})`,
      )
    // Several, because OpenSSL's signatures have a low or a high s.
    for (let count = 0; count < 6; count++) {
      expect(await verifies(node.sign(digest, Buffer.from(MESSAGE), pair.privateKey))).toBe(true)
    }
    const signature = node.sign(digest, Buffer.from(MESSAGE), pair.privateKey)
    expect(await verifies(signature, 'pay 2 to Bob')).toBe(false)
    expect(await verifies(node.sign(digest, Buffer.from(MESSAGE), other.privateKey))).toBe(false)
    expect(await verifies(signature.subarray(1))).toBe(false)
    expect(await verifies(new Uint8Array(0))).toBe(false)
  })

  test('rejects invalid keys', async () => {
    const all = (byte: number) => `new Uint8Array(${length}).fill(${byte})`
    const sign = (key: string) => codeOf(`sdk.ecdsa.sign('${curve}', ${key}, ${message})`)
    expect(await sign(all(0))).toBe('E_CRYPTO_INPUT')
    expect(await sign(all(255))).toBe('E_CRYPTO_INPUT')
    expect(await sign(`new Uint8Array(${length - 1}).fill(1)`)).toBe('E_CRYPTO_INPUT')
    expect(await sign(all(1))).toBeUndefined()
  })
})

describe('Ed25519', () => {
  test('is compatible with OpenSSL', async () => {
    const [spki, signature] = await lab.run<number[][]>(
      `const key = sdk.ed25519.generateKey(); return [sdk.ed25519.publicKey(key), sdk.ed25519.sign(key, ${message})]`,
    )
    const text = Buffer.from(MESSAGE)
    expect(node.verify(null, text, publicKeyOf(spki!), Buffer.from(signature!))).toBe(true)
    const pair = node.generateKeyPairSync('ed25519')
    const opensslKey = pair.publicKey.export({ format: 'der', type: 'spki' })
    const signatureOfNode = node.sign(null, text, pair.privateKey)
    const verifies = (one: Uint8Array) =>
      lab.run(`return sdk.ed25519.verify(${bytes(opensslKey)}, ${message}, ${bytes(one)})`)
    expect(await verifies(signatureOfNode)).toBe(true)
    expect(await verifies(signatureOfNode.map((byte, at) => (at === 9 ? byte ^ 1 : byte)))).toBe(false)
    expect(await verifies(signatureOfNode.subarray(0, 63))).toBe(false)
  })
})

test.each([
  [`sdk.ecdsa.generateKey('P-521')`],
  [`sdk.ecdsa.generateKey('toString')`],
  [`sdk.ecdsa.verify('P-256', new Uint8Array(91), ${message}, new Uint8Array(64))`],
  [`sdk.ecdsa.sign('P-256', new Uint8Array(32).fill(1), ${message}, 'DER')`],
  [`sdk.ed25519.sign(new Uint8Array(31), ${message})`],
  [`sdk.ed25519.verify(new Uint8Array(44), ${message}, new Uint8Array(64))`],
])('%s is refused', async (code) => {
  expect(await codeOf(code)).toBe('E_CRYPTO_INPUT')
})
