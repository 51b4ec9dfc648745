/** The parts of a message: integers, key configurations, bytes as they arrive, and service messages of a page. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { ByteSource } from '../../../src/channel/wire/byte-source.ts'
import { readConfig, readConfigs, writeConfig, writeConfigs } from '../../../src/channel/wire/key-config.ts'
import { X_WING_KEM, X25519_KEM } from '../../../src/channel/wire/names.ts'
import { readVarint, varintLength, varintSize, writeVarint } from '../../../src/channel/wire/varint.ts'
import { channelCodec } from '../../../src/channel/write-message.ts'
import { hostCodec } from '../../../src/service/codec.ts'
import { normal } from '../../service/round-trip.ts'

describe('integers', () => {
  /** RFC 9000, appendix A.1. */
  test.each([
    ['c2197c5eff14e88c', Number(151_288_809_941_952_652n)],
    ['9d7f3e7d', 494_878_333],
    ['7bbd', 15_293],
    ['25', 37],
    ['4025', 37],
  ])('%s is %i', (hex, value) => {
    const bytes = fromHex(hex)
    expect(readVarint(bytes, 0)).toBe(value)
    expect(varintSize(bytes[0]!)).toBe(bytes.length)
  })

  test('of any size are read as they were written', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const bytes = new Uint8Array(8)
        expect(writeVarint(bytes, 0, value)).toBe(varintLength(value))
        expect(readVarint(bytes, 0)).toBe(value)
      }),
    )
  })
})

describe('key configurations', () => {
  const x25519 = { id: 1, kem: X25519_KEM, publicKey: new Uint8Array(32).fill(7) }
  const xWing = { id: 2, kem: X_WING_KEM, publicKey: new Uint8Array(1216).fill(8) }

  test('have the form of RFC 9458', () => {
    expect(toHex(writeConfig(x25519))).toBe(`010020${'07'.repeat(32)}000400010002`)
    expect(readConfigs(writeConfigs([x25519, xWing]))).toEqual([x25519, xWing])
  })

  test('may have other suites beside ours, and other mechanisms beside ours', () => {
    // The example of chunked OHTTP, with another suite.
    const key = '668eb21aace159803974a4c67f08b4152d29bed10735fd08f98ccdd6fe095708'
    expect(readConfig(fromHex(`010020${key}00080001000100010002`))).toMatchObject({
      id: 1,
      publicKey: fromHex(key),
    })
    expect(readConfig(fromHex(`010020${key}00080001000100010003`))).toBeUndefined()
    expect(readConfig(fromHex(`010010${'00'.repeat(65)}000400010002`))).toBeUndefined()
  })

  test.each([
    ['cut', writeConfigs([x25519]).slice(0, -1)],
    ['of another length', concatBytes(writeConfigs([x25519]), Uint8Array.of(0))],
    ['without suites', fromHex(`0025010020${'07'.repeat(32)}0000`)],
    ['too many', writeConfigs(Array.from({ length: 17 }, () => x25519))],
  ])('are refused if they are %s', (_, bytes) => {
    expect(() => readConfigs(bytes)).toThrow('E_CHANNEL_MESSAGE')
  })
})

describe('bytes that arrive in any pieces', () => {
  test('are read in any portions', async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(pieces, fc.array(fc.nat(7)), async (given, portions) => {
        const left = given.map((piece) => Uint8Array.from(piece))
        const source = new ByteSource({ next: async () => left.shift(), cancel: () => {} })
        const read: Uint8Array[] = []
        for (const length of portions) if (await source.fill(length)) read.push(source.take(length).slice())
        while (await source.fill(1)) read.push(source.take(1).slice())
        expect(concatBytes(...read)).toEqual(concatBytes(...given))
      }),
    )
  })

  test('are copied a few times only, if each is a piece of its own', async () => {
    let count = 0
    const source = new ByteSource({
      next: async () => (count++ < 100_000 ? Uint8Array.of(1) : undefined),
      cancel: () => {},
    })
    const { set } = Uint8Array.prototype
    let copied = 0
    Uint8Array.prototype.set = function (bytes, at) {
      copied += bytes.length
      set.call(this, bytes, at)
    }
    const isThere = await source.fill(100_000)
    Uint8Array.prototype.set = set
    expect(isThere).toBe(true)
    expect(copied).toBeLessThan(1_000_000)
  })
})

test('messages of a page are those of ServiceClient', () => {
  const key = fc.string({ maxLength: 8 }).filter((text) => text !== '__proto__' && text !== 'toJSON')
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(
        ...[fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined)],
        ...[fc.bigInt({ min: -(2n ** 64n) + 1n, max: 2n ** 64n - 1n }), fc.maxSafeInteger()],
        fc.uint8Array().map((bytes) => Uint8Array.from(bytes)),
        fc.date({ noInvalidDate: true }),
      ),
      fc.array(tie('tree'), { maxLength: 5 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
    ),
  }))
  fc.assert(
    fc.property(tree, (value) => {
      const read = (codec: typeof hostCodec) => {
        const frame = codec.write([0, 1, value], 1 << 20) as Uint8Array
        return normal(hostCodec.read(frame, 4, frame.length))
      }
      expect(read(channelCodec)).toEqual(read(hostCodec))
    }),
  )
})
