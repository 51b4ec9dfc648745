/** The compiled cryptography that a guest calls, compared with Node's, and the input that it refuses. */
import * as node from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Argon2Options } from '../../src/sdk/argon2.ts'
import { Laboratory } from '../support/laboratory.ts'

const DIGESTS = ['sha256', 'sha384', 'sha512'] as const
/** Lengths around one block, eight blocks, and the buffer that is copied between the two memories. */
const LENGTHS = [0, 1, 15, 16, 17, 63, 64, 65, 111, 127, 128, 129, 65535, 65536, 65537, 200_001]

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

/** Bytes that the test and the guest can both generate. */
const generated = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8) * seed + seed) & 0xff)
const GUEST_HELPERS = `const generated = (length, seed) =>
  Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8) * seed + seed) & 0xff)
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const LENGTHS = ${JSON.stringify(LENGTHS)};`
const run = <Result = unknown>(code: string) => lab.run<Result>(GUEST_HELPERS + code)
const errorOf = async (code: string) => (await lab.attempt(GUEST_HELPERS + code)).error?.code
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('hashes', () => {
  test.each(DIGESTS)('%s is correct for every length', async (digest) => {
    const expected = LENGTHS.map((length) => hex(node.hash(digest, generated(length, 3), 'buffer')))
    expect(
      await run(`return LENGTHS.map((length) => hex(sdk.hash('${digest}', generated(length, 3))))`),
    ).toEqual(expected)
  })

  test.each(DIGESTS)('HMAC-%s is correct with keys shorter and longer than a block', async (digest) => {
    const of = (key: number, data: number) =>
      hex(node.createHmac(digest, generated(key, 5)).update(generated(data, 7)).digest())
    const sizes = [
      [0, 0],
      [1, 1],
      [64, 65536],
      [128, 65537],
      [129, 3],
      [65536, 100],
    ] as const
    expect(
      await run(
        `return ${JSON.stringify(sizes)}.map(([key, data]) => hex(sdk.hmac('${digest}', generated(key, 5), generated(data, 7))))`,
      ),
    ).toEqual(sizes.map(([key, data]) => of(key, data)))
  })

  test.each(DIGESTS)('HKDF-%s is correct for every length', async (digest) => {
    const most = 255 * node.hash(digest, '', 'buffer').length
    const lengths = [1, 32, 100, most]
    const expected = lengths.map((length) =>
      hex(
        new Uint8Array(node.hkdfSync(digest, generated(40, 1), generated(9, 2), generated(500, 3), length)),
      ),
    )
    expect(
      await run(
        `return ${JSON.stringify(lengths)}.map((length) => hex(sdk.hkdf('${digest}', generated(40, 1), generated(9, 2), generated(500, 3), length)))`,
      ),
    ).toEqual(expected)
  })
})

describe('AES-GCM', () => {
  const sealedByNode = (key: Uint8Array, nonce: Uint8Array, text: Uint8Array, associated: Uint8Array) => {
    const cipher = node.createCipheriv(`aes-${key.length * 8}-gcm` as node.CipherGCMTypes, key, nonce)
    cipher.setAAD(associated)
    return hex(Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]))
  }

  test.each([
    [32, 12, 20],
    [32, 16, 0],
    [24, 8, 65537],
    [16, 60, 16],
  ])(
    'is correct with a key of %i bytes, a nonce of %i, associated data of %i',
    async (key, nonce, associated) => {
      const sealed = LENGTHS.map((length) =>
        sealedByNode(generated(key, 1), generated(nonce, 2), generated(length, 3), generated(associated, 4)),
      )
      const keyAndNonce = `generated(${key}, 1), generated(${nonce}, 2)`
      expect(
        await run(
          `return LENGTHS.map((length) => hex(sdk.aesGcm.encrypt(${keyAndNonce}, generated(length, 3), generated(${associated}, 4))))`,
        ),
      ).toEqual(sealed)
      expect(
        await run(`return LENGTHS.map((length) => {
        const sealed = sdk.aesGcm.encrypt(${keyAndNonce}, generated(length, 3), generated(${associated}, 4))
        return hex(sdk.aesGcm.decrypt(${keyAndNonce}, sealed, generated(${associated}, 4))) === hex(generated(length, 3))
      })`),
      ).toEqual(LENGTHS.map(() => true))
    },
  )

  test('rejects a ciphertext with one changed bit', async () => {
    const opened = await run<boolean[]>(`
      const key = generated(32, 1), nonce = generated(12, 2), associated = generated(5, 4)
      const sealed = sdk.aesGcm.encrypt(key, nonce, generated(100, 3), associated)
      const opens = (...args) => { try { sdk.aesGcm.decrypt(...args); return true } catch (error) {
        if (error.code !== 'E_DECRYPT') throw error
        return false
      } }
      const flip = (bytes, at) => bytes.map((byte, index) => index === at ? byte ^ 1 : byte)
      return [
        opens(key, nonce, sealed, associated),
        opens(flip(key, 31), nonce, sealed, associated),
        opens(key, flip(nonce, 0), sealed, associated),
        opens(key, nonce, sealed, flip(associated, 4)),
        opens(key, nonce, sealed, generated(0, 0)),
        opens(key, nonce, sealed.subarray(1), associated),
        opens(key, nonce, sealed.subarray(0, 16), associated),
        ...Array.from(sealed, (_, at) => opens(key, nonce, flip(sealed, at), associated)),
      ]`)
    expect(opened).toHaveLength(7 + 116)
    expect(opened.map((one, at) => (one ? at : -1)).filter((at) => at >= 0)).toEqual([0])
  })

  test('seal uses a different nonce each time', async () => {
    expect(
      await run(`const key = generated(32, 1), text = generated(50, 2)
        const [one, other] = [sdk.aesGcm.seal(key, text), sdk.aesGcm.seal(key, text)]
        return [hex(one) === hex(other), hex(sdk.aesGcm.open(key, other)) === hex(text), one.length]`),
    ).toEqual([false, true, 78])
  })
})

describe('Argon2id', () => {
  test.each<[Argon2Options, number]>([
    [{ memory: 64, passes: 1, lanes: 1, length: 16 }, 0],
    [{ memory: 256, passes: 2, lanes: 4, length: 100 }, 32],
    [{}, 16],
  ])('is correct with %o and a secret of %i bytes', async (options, secret) => {
    const { memory = 12288, passes = 3, lanes = 1, length = 32 } = options
    const expected = node.argon2Sync('argon2id', {
      message: generated(20, 1),
      nonce: generated(16, 2),
      ...(secret > 0 && { secret: generated(secret, 3) }),
      memory,
      passes,
      parallelism: lanes,
      tagLength: length,
    })
    expect(
      await run(`const options = { ...${JSON.stringify(options)}, secret: generated(${secret}, 3) }
        return hex(sdk.argon2id(generated(20, 1), generated(16, 2), options))`),
    ).toBe(hex(expected))
  })

  test('fails without side effects if it needs more memory than exists', async () => {
    expect(
      await errorOf(`return sdk.argon2id(generated(8, 1), generated(8, 1), { memory: 32768, passes: 1 })`),
    ).toBe('E_CRYPTO_MEMORY')
    expect(await run(`return hex(sdk.sha256(generated(3, 1)))`)).toBe(
      hex(node.hash('sha256', generated(3, 1), 'buffer')),
    )
  })
})

describe('invalid input is refused:', () => {
  test.each([
    [`sdk.hash('md5', generated(1, 1))`],
    [`sdk.hash('toString', generated(1, 1))`],
    [`sdk.hmac('sha256', generated(65537, 1), generated(1, 1))`],
    [`sdk.hkdf('sha256', generated(1, 1), generated(1, 1), generated(16385, 1), 1)`],
    [`sdk.hkdf('sha256', generated(65536, 1), generated(1, 1), generated(0, 1), 1)`],
    [`sdk.hkdf('sha256', generated(1, 1), generated(1, 1), generated(1, 1), 8161)`],
    [`sdk.hkdf('sha256', generated(1, 1), generated(1, 1), generated(1, 1), 1.5)`],
    [`sdk.aesGcm.encrypt(generated(31, 1), generated(12, 1), generated(1, 1))`],
    [`sdk.aesGcm.encrypt(generated(32, 1), generated(0, 1), generated(1, 1))`],
    [`sdk.aesGcm.open(generated(32, 1), generated(27, 1))`],
    [`sdk.argon2id(generated(8, 1), generated(7, 1))`],
    [`sdk.argon2id(generated(4097, 1), generated(8, 1))`],
    [`sdk.argon2id(generated(8, 1), generated(8, 1), { passes: 0 })`],
    [`sdk.argon2id(generated(8, 1), generated(8, 1), { lanes: 17 })`],
    [`sdk.argon2id(generated(8, 1), generated(8, 1), { memory: 15, lanes: 2 })`],
  ])('%s', async (code) => {
    expect(await errorOf(`return ${code}`)).toBe('E_CRYPTO_INPUT')
  })
})
