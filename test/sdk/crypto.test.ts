/** The compiled cryptography as a guest calls it, against Node's, and what it refuses. */
import * as node from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Argon2Options } from '../../src/sdk/argon2.ts'
import { Laboratory } from '../support/laboratory.ts'

const DIGESTS = ['sha256', 'sha384', 'sha512'] as const
/** Around the sizes of blocks, of eight blocks, and of the buffer between the two memories. */
const LENGTHS = [0, 1, 15, 16, 17, 63, 64, 65, 111, 127, 128, 129, 65535, 65536, 65537, 200_001]

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

/** Bytes that both sides can make. */
const made = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8) * seed + seed) & 0xff)
const MADE = `const made = (length, seed) =>
  Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8) * seed + seed) & 0xff)
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const LENGTHS = ${JSON.stringify(LENGTHS)};`
const run = <Result = unknown>(code: string) => lab.run<Result>(MADE + code)
const errorOf = async (code: string) => (await lab.attempt(MADE + code)).error?.code
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('hashes', () => {
  test.each(DIGESTS)('%s of every length', async (digest) => {
    const wanted = LENGTHS.map((length) => hex(node.hash(digest, made(length, 3), 'buffer')))
    expect(await run(`return LENGTHS.map((length) => hex(sdk.hash('${digest}', made(length, 3))))`)).toEqual(
      wanted,
    )
  })

  test.each(DIGESTS)('HMAC-%s with keys shorter and longer than a block', async (digest) => {
    const of = (key: number, data: number) =>
      hex(node.createHmac(digest, made(key, 5)).update(made(data, 7)).digest())
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
        `return ${JSON.stringify(sizes)}.map(([key, data]) => hex(sdk.hmac('${digest}', made(key, 5), made(data, 7))))`,
      ),
    ).toEqual(sizes.map(([key, data]) => of(key, data)))
  })

  test.each(DIGESTS)('HKDF-%s', async (digest) => {
    const most = 255 * node.hash(digest, '', 'buffer').length
    const lengths = [1, 32, 100, most]
    const wanted = lengths.map((length) =>
      hex(new Uint8Array(node.hkdfSync(digest, made(40, 1), made(9, 2), made(500, 3), length))),
    )
    expect(
      await run(
        `return ${JSON.stringify(lengths)}.map((length) => hex(sdk.hkdf('${digest}', made(40, 1), made(9, 2), made(500, 3), length)))`,
      ),
    ).toEqual(wanted)
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
  ])('with a key of %i bytes, a nonce of %i, associated data of %i', async (key, nonce, associated) => {
    const sealed = LENGTHS.map((length) =>
      sealedByNode(made(key, 1), made(nonce, 2), made(length, 3), made(associated, 4)),
    )
    const words = `made(${key}, 1), made(${nonce}, 2)`
    expect(
      await run(
        `return LENGTHS.map((length) => hex(sdk.aesGcm.encrypt(${words}, made(length, 3), made(${associated}, 4))))`,
      ),
    ).toEqual(sealed)
    expect(
      await run(`return LENGTHS.map((length) => {
        const sealed = sdk.aesGcm.encrypt(${words}, made(length, 3), made(${associated}, 4))
        return hex(sdk.aesGcm.decrypt(${words}, sealed, made(${associated}, 4))) === hex(made(length, 3))
      })`),
    ).toEqual(LENGTHS.map(() => true))
  })

  test('rejects a ciphertext with one changed bit', async () => {
    const opened = await run<boolean[]>(`
      const key = made(32, 1), nonce = made(12, 2), associated = made(5, 4)
      const sealed = sdk.aesGcm.encrypt(key, nonce, made(100, 3), associated)
      const opens = (...words) => { try { sdk.aesGcm.decrypt(...words); return true } catch (error) {
        if (error.code !== 'E_DECRYPT') throw error
        return false
      } }
      const flip = (bytes, at) => bytes.map((byte, index) => index === at ? byte ^ 1 : byte)
      return [
        opens(key, nonce, sealed, associated),
        opens(flip(key, 31), nonce, sealed, associated),
        opens(key, flip(nonce, 0), sealed, associated),
        opens(key, nonce, sealed, flip(associated, 4)),
        opens(key, nonce, sealed, made(0, 0)),
        opens(key, nonce, sealed.subarray(1), associated),
        opens(key, nonce, sealed.subarray(0, 16), associated),
        ...Array.from(sealed, (_, at) => opens(key, nonce, flip(sealed, at), associated)),
      ]`)
    expect(opened).toHaveLength(7 + 116)
    expect(opened.map((one, at) => (one ? at : -1)).filter((at) => at >= 0)).toEqual([0])
  })

  test('seal uses a different nonce each time', async () => {
    expect(
      await run(`const key = made(32, 1), text = made(50, 2)
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
  ])('%o with a secret of %i bytes', async (options, secret) => {
    const { memory = 12288, passes = 3, lanes = 1, length = 32 } = options
    const wanted = node.argon2Sync('argon2id', {
      message: made(20, 1),
      nonce: made(16, 2),
      ...(secret > 0 && { secret: made(secret, 3) }),
      memory,
      passes,
      parallelism: lanes,
      tagLength: length,
    })
    expect(
      await run(`const options = { ...${JSON.stringify(options)}, secret: made(${secret}, 3) }
        return hex(sdk.argon2id(made(20, 1), made(16, 2), options))`),
    ).toBe(hex(wanted))
  })

  test('that needs more memory than exists fails without side effects', async () => {
    expect(await errorOf(`return sdk.argon2id(made(8, 1), made(8, 1), { memory: 32768, passes: 1 })`)).toBe(
      'E_CRYPTO_MEMORY',
    )
    expect(await run(`return hex(sdk.sha256(made(3, 1)))`)).toBe(
      hex(node.hash('sha256', made(3, 1), 'buffer')),
    )
  })
})

describe('bad input', () => {
  test.each([
    [`sdk.hash('md5', made(1, 1))`],
    [`sdk.hash('toString', made(1, 1))`],
    [`sdk.sha256('text')`],
    [`sdk.sha256(undefined)`],
    [`sdk.hmac('sha256', made(65537, 1), made(1, 1))`],
    [`sdk.hkdf('sha256', made(1, 1), made(1, 1), made(16385, 1), 1)`],
    [`sdk.hkdf('sha256', made(65536, 1), made(1, 1), made(0, 1), 1)`],
    [`sdk.hkdf('sha256', made(1, 1), made(1, 1), made(1, 1), 8161)`],
    [`sdk.hkdf('sha256', made(1, 1), made(1, 1), made(1, 1), 1.5)`],
    [`sdk.aesGcm.encrypt(made(31, 1), made(12, 1), made(1, 1))`],
    [`sdk.aesGcm.encrypt(made(32, 1), made(0, 1), made(1, 1))`],
    [`sdk.aesGcm.encrypt(made(32, 1), made(12, 1), [1])`],
    [`sdk.aesGcm.open(made(32, 1), made(27, 1))`],
    [`sdk.argon2id(made(8, 1), made(7, 1))`],
    [`sdk.argon2id(made(4097, 1), made(8, 1))`],
    [`sdk.argon2id(made(8, 1), made(8, 1), { passes: 0 })`],
    [`sdk.argon2id(made(8, 1), made(8, 1), { lanes: 17 })`],
    [`sdk.argon2id(made(8, 1), made(8, 1), { memory: 15, lanes: 2 })`],
  ])('%s', async (code) => {
    expect(await errorOf(`return ${code}`)).toBe('E_CRYPTO_INPUT')
  })
})
