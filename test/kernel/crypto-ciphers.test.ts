/** Ciphers requested by an engine, compared with Node's own, at lengths around each part and limit. */
import * as node from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { bytes, caller, PART } from './crypto-caller.ts'

const { call } = caller()
const ofNode = (buffer: Buffer | ArrayBuffer) => new Uint8Array(buffer)

describe('AES-GCM', () => {
  const seal = (key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, text: Uint8Array) => {
    const cipher = node.createCipheriv(`aes-${8 * key.length}-gcm` as 'aes-256-gcm', key, nonce)
    cipher.setAAD(associated)
    return ofNode(Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]))
  }

  test.each([
    [16, 12, 0, 0],
    [24, 12, 1, 1],
    [32, 12, 20, PART - 1],
    [32, 12, PART + 3, PART],
    [32, 12, 5, PART + 1],
    [32, 1, 5, 2 * PART + 17],
    [32, 128, 0, 16],
  ])(
    'with a key of %d bytes, a nonce of %d and %d bytes of associated data, encrypts and decrypts %d bytes',
    (...lengths) => {
      const [key, nonce, associated, text] = lengths.map((length, at) => bytes(length, at)) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ]
      const sealed = seal(key, nonce, associated, text)
      expect(call('aesGcmSeal', [], key, nonce, associated, text)).toEqual(sealed)
      expect(call('aesGcmOpen', [], key, nonce, associated, sealed)).toEqual(text)
    },
  )

  test('has the tag of Node’s own around lengths that are hashed sixteen blocks at a time', () => {
    for (const length of [2032, 2047, 2048, 2049, 2063, 2064, 2303, 2304, 2305, 4095, 4096, 4351, 10_000]) {
      const [key, nonce, associated, text] = [
        bytes(32),
        bytes(12),
        bytes(length, 3),
        bytes(length, 4),
      ] as const
      expect(call('aesGcmSeal', [], key, nonce, associated, text)).toEqual(seal(key, nonce, associated, text))
    }
    // Blocks and keys in which every byte matters.
    for (let count = 0; count < 20; count++) {
      const [key, nonce, associated, text] = [32, 12, 2100, 5000].map((size) =>
        ofNode(node.randomBytes(size)),
      )
      expect(call('aesGcmSeal', [], key!, nonce!, associated!, text!)).toEqual(
        seal(key!, nonce!, associated!, text!),
      )
    }
  })

  test('rejects input with any changed byte', () => {
    const parts = [bytes(32), bytes(12), bytes(PART + 1), bytes(PART + 1)] as const
    const sealed = [parts[0], parts[1], parts[2], seal(...parts)]
    for (const [at, part] of sealed.entries())
      for (const place of [0, part.length - 1, ...(at === 3 ? [part.length - 16, part.length - 17] : [])]) {
        const other = part.slice()
        other[place]! ^= 1
        expect(call('aesGcmOpen', [], ...sealed.with(at, other))).toBeUndefined()
      }
    expect(call('aesGcmOpen', [], ...sealed.with(3, sealed[3]!.subarray(1)))).toBeUndefined()
    expect(call('aesGcmOpen', [], ...sealed)).toEqual(parts[3])
  })

  test.each([
    [15, 12],
    [17, 12],
    [33, 12],
    [0, 12],
    [32, 0],
    [32, PART - 31],
  ])('rejects a key of %d bytes with a nonce of %d', (key, nonce) => {
    expect(call('aesGcmSeal', [], bytes(key), bytes(nonce), bytes(1), bytes(1))).toBeUndefined()
    expect(call('aesGcmOpen', [], bytes(key), bytes(nonce), bytes(1), bytes(17))).toBeUndefined()
  })

  test('accepts a key and a nonce that fill the buffer, and rejects input shorter than a tag', () => {
    const sealed = call('aesGcmSeal', [], bytes(32), bytes(PART - 32), bytes(1), bytes(1))
    expect(sealed).toHaveLength(17)
    expect(call('aesGcmOpen', [], bytes(32), bytes(PART - 32), bytes(1), sealed!)).toEqual(bytes(1))
    for (const length of [0, 15])
      expect(call('aesGcmOpen', [], bytes(32), bytes(12), bytes(0), bytes(length))).toBeUndefined()
  })
})

describe('AES-CBC', () => {
  const seal = (key: Uint8Array, vector: Uint8Array, text: Uint8Array, padded = true) => {
    const cipher = node.createCipheriv(`aes-${8 * key.length}-cbc`, key, vector).setAutoPadding(padded)
    return ofNode(Buffer.concat([cipher.update(text), cipher.final()]))
  }

  test.each([
    [16, 0],
    [24, 15],
    [32, 16],
    [32, PART - 1],
    [32, PART],
    [16, PART + 1],
    [16, 2 * PART + 40],
  ])('with a key of %d bytes encrypts and decrypts %d bytes', (key, length) => {
    const text = bytes(length)
    const sealed = seal(bytes(key), bytes(16), text)
    expect(call('aesCbcSeal', [], bytes(key), bytes(16), text)).toEqual(sealed)
    expect(call('aesCbcOpen', [], bytes(key), bytes(16), sealed)).toEqual(text)
  })

  test.each([
    [15, 16, 16],
    [33, 16, 16],
    [32, 15, 16],
    [32, 17, 16],
    [32, 16, 0],
    [32, 16, 15],
    [32, 16, 17],
  ])('rejects a key of %d bytes with an initialization vector of %d and a ciphertext of %d', (...lengths) => {
    expect(call('aesCbcOpen', [], ...lengths.map((length) => bytes(length)))).toBeUndefined()
  })

  test('rejects invalid padding', () => {
    for (const end of [[0], [17], [1, 2], [3, 2, 3], [255]]) {
      const text = new Uint8Array(32)
      text.set(end, 32 - end.length)
      const unpadded = seal(bytes(32), bytes(16), text, false)
      expect(call('aesCbcOpen', [], bytes(32), bytes(16), unpadded)).toBeUndefined()
    }
  })
})

describe('AES in counter mode', () => {
  const run = (key: Uint8Array, counter: Uint8Array, text: Uint8Array) =>
    ofNode(node.createCipheriv(`aes-${8 * key.length}-ctr`, key, counter).update(text))
  const end = (byte: number) => Uint8Array.from({ length: 16 }, (_, at) => (at < 2 ? 7 : byte))

  test.each([
    [16, 0],
    [24, 1],
    [32, 17],
    [32, PART + 1],
    [16, 2 * PART + 40],
  ])('with a key of %d bytes, %d bytes equal Node’s', (key, length) => {
    const expected = run(bytes(key), bytes(16), bytes(length))
    expect(call('aesCtr', [128], bytes(key), bytes(16), bytes(length))).toEqual(expected)
  })

  test.each([128, 112])('a counter of %d bits carries beyond 32 bits', (bits) => {
    const expected = run(bytes(32), end(255), bytes(100))
    // With 112 bits the first two bytes stay.
    if (bits === 112)
      expected.set(
        run(bytes(32), Uint8Array.of(7, 7, ...new Uint8Array(14)), bytes(100, 113)).subarray(0, 84),
        16,
      )
    expect(call('aesCtr', [bits], bytes(32), end(255), bytes(100))).toEqual(expected)
  })

  test.each([1, 3, 8, 31, 32, 33, 64])(
    'a counter of %d bits begins again after its last value',
    async (bits) => {
      const key = await crypto.subtle.importKey('raw', bytes(32), 'AES-CTR', false, ['encrypt'])
      for (const counter of [end(255), end(254), bytes(16)]) {
        const text = bytes(Math.min(2 ** bits, 4) * 16)
        const expected = await crypto.subtle.encrypt({ name: 'AES-CTR', counter, length: bits }, key, text)
        expect(call('aesCtr', [bits], bytes(32), counter, text)).toEqual(ofNode(expected))
      }
    },
  )
})

describe('AES key wrap', () => {
  const wrap = (key: Uint8Array, text: Uint8Array) => {
    const cipher = node.createCipheriv(`id-aes${8 * key.length}-wrap`, key, new Uint8Array(8).fill(0xa6))
    return ofNode(Buffer.concat([cipher.update(text), cipher.final()]))
  }

  test.each([
    [16, 16],
    [24, 24],
    [32, 32],
    [32, 2056],
  ])('with a key of %d bytes wraps and unwraps %d bytes', (key, length) => {
    const wrapped = wrap(bytes(key), bytes(length))
    expect(call('aesWrap', [], bytes(key), bytes(length))).toEqual(wrapped)
    expect(call('aesUnwrap', [], bytes(key), wrapped)).toEqual(bytes(length))
    wrapped[9]! ^= 1
    expect(call('aesUnwrap', [], bytes(key), wrapped)).toBeUndefined()
  })
})
