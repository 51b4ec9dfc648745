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
    [32, PART - 32 - 16 - 1],
  ])('with a key of %d bytes decrypts %d bytes', (key, length) => {
    const text = bytes(length)
    expect(call('aesCbcOpen', [], bytes(key), bytes(16), seal(bytes(key), bytes(16), text))).toEqual(text)
  })

  test.each([
    [15, 16, 16],
    [33, 16, 16],
    [32, 15, 16],
    [32, 17, 16],
    [32, 16, 0],
    [32, 16, 15],
    [32, 16, 17],
    [32, 16, PART - 32],
  ])('rejects a key of %d bytes with an initialization vector of %d and a ciphertext of %d', (...lengths) => {
    expect(call('aesCbcOpen', [], ...lengths.map((length) => bytes(length)))).toBeUndefined()
  })

  test('rejects invalid padding', () => {
    const unpadded = seal(bytes(32), bytes(16), new Uint8Array(16), false)
    expect(call('aesCbcOpen', [], bytes(32), bytes(16), unpadded)).toBeUndefined()
  })
})

describe('RSA', () => {
  const key = call('rsaGenerate', [], bytes(32))!
  const publicKey = node.createPublicKey({
    key: { kty: 'RSA', n: Buffer.from(key.subarray(0, 256)).toString('base64url'), e: 'AQAB' },
    format: 'jwk',
  })
  const wrap = (text: Uint8Array, oaepHash = 'sha256') =>
    ofNode(node.publicEncrypt({ key: publicKey, oaepHash }, text))

  test('generates a key of 896 bytes from a seed of 32 to 1024 bytes, deterministically', () => {
    expect(key).toHaveLength(896)
    expect(call('rsaGenerate', [], bytes(1024))).toHaveLength(896)
    expect(call('rsaGenerate', [], bytes(32))).toEqual(key)
    for (const length of [31, 1025]) expect(call('rsaGenerate', [], bytes(length))).toBeUndefined()
  })

  test.each([0, 1, 190])('decrypts %d bytes', (length) => {
    expect(call('rsaOaepOpen', [], key, wrap(bytes(length)))).toEqual(bytes(length))
  })

  test('rejects another length, another key, or another digest', () => {
    const wrapped = wrap(bytes(1))
    const longer = (part: Uint8Array) => new Uint8Array([...part, 0])
    for (const [one, other] of [
      [key, wrapped.subarray(1)],
      [key, longer(wrapped)],
      [key.subarray(0, 895), wrapped],
      [longer(key), wrapped],
      [key, wrap(bytes(1), 'sha1')],
    ] as const)
      expect(call('rsaOaepOpen', [], one, other)).toBeUndefined()
  })
})
