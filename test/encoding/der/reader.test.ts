/** DER byte by byte: every tag, every form of a length at its bounds, object identifiers; the writer's bytes as literals. */
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { DerReader, readOid, TAG } from '../../../src/encoding/der/reader.ts'
import { element } from '../../../src/encoding/der/writer.ts'

const refusal = (words: string) =>
  expect.objectContaining({ code: 'E_CERTIFICATE_DER', message: expect.stringContaining(words) })
const read = (hex: string, tag?: number) => new DerReader(fromHex(hex)).read('it', tag)

/** Each length with the one head that DER has for it. */
const HEADS: readonly [length: number, head: string][] = [
  [0, '00'],
  [1, '01'],
  [127, '7f'],
  [128, '8180'],
  [255, '81ff'],
  [256, '820100'],
  [257, '820101'],
  [65_535, '82ffff'],
]

describe('lengths', () => {
  test.each([...HEADS, [65_536, '83010000'] as const])(
    '%s is read from %s, and what follows',
    (length, head) => {
      const content = '5a'.repeat(length)
      const reader = new DerReader(fromHex(`04${head}${content}0500`))
      const element = reader.read('it', 0x04)
      expect(element.tag).toBe(4)
      expect(toHex(element.content)).toBe(content)
      expect(toHex(element.bytes)).toBe(`04${head}${content}`)
      expect(reader.done).toBe(false)
      expect(() => reader.end('it')).toThrow(refusal('something follows it'))
      expect(reader.next(0x05)).toBe(true)
      expect(reader.next(0x04)).toBe(false)
      expect(reader.read('it', 0x05).content).toHaveLength(0)
      expect(reader.done).toBe(true)
      expect(() => reader.end('it')).not.toThrow()
      expect(() => reader.read('it')).toThrow(refusal('it is missing'))
    },
  )

  test.each(HEADS)('%s is written as %s', (length, head) => {
    const content = new Uint8Array(length).fill(0x5a)
    expect(toHex(element(0x30, content))).toBe(`30${head}${'5a'.repeat(length)}`)
  })

  test.each([...HEADS.slice(1), [65_536, '83010000'] as const])('%s, one byte cut off', (length, head) => {
    expect(() => read(`04${head}${'5a'.repeat(length - 1)}`)).toThrow(refusal('longer than what holds it'))
  })

  test.each([
    ['810000', 0],
    ['817f', 127],
    ['820080', 128],
    ['8200ff', 255],
    ['83000100', 256],
    ['8300ffff', 65_535],
  ])('%s is not the shortest', (head, length) => {
    expect(() => read(`04${head}${'5a'.repeat(length)}`)).toThrow(refusal('not the shortest'))
  })

  test.each(['81', '8201', '830100'])('%s is cut off itself', (head) => {
    expect(() => read(`04${head}`)).toThrow(refusal('not the shortest'))
  })

  test.each([
    ['80', 'DER or reason forbids'],
    ['8401000000', 'DER or reason forbids'],
    ['ff', 'DER or reason forbids'],
    ['83ffffff', 'longer than what holds it'],
    ['', 'it has no length'],
  ])('%s: %s', (head, words) => {
    expect(() => read(`30${head}`)).toThrow(refusal(words))
  })

  test('several parts, of bytes and of numbers, stand in one element', () => {
    expect(toHex(element(0xa3, [1, 2], Uint8Array.of(3), []))).toBe('a303010203')
    expect(toHex(element(0x05))).toBe('0500')
  })
})

describe('tags', () => {
  test('every byte is one, but for those that announce more bytes', () => {
    const several: number[] = []
    for (let tag = 0; tag < 256; tag++) {
      const bytes = Uint8Array.of(tag, 0)
      try {
        expect(new DerReader(bytes).read('it')).toEqual({ tag, bytes, content: new Uint8Array(0) })
      } catch (error) {
        expect(error).toEqual(refusal('it has a tag of several bytes'))
        several.push(tag)
      }
    }
    expect(several).toEqual([0x1f, 0x3f, 0x5f, 0x7f, 0x9f, 0xbf, 0xdf, 0xff])
  })

  test('another than the one asked for', () => {
    expect(() => read('0400', 0x03)).toThrow(refusal('it is of the wrong type; expected tag 3; got tag 4'))
    expect(read('0400', 0x04).tag).toBe(4)
    expect(() => new DerReader(fromHex('3100')).enter('it', 0x30)).toThrow(refusal('of the wrong type'))
    expect(new DerReader(fromHex('30020500')).enter('it', 0x30).read('inside', 0x05).tag).toBe(5)
  })

  test('their numbers are those of X.690 and RFC 5280', () => {
    expect(TAG).toEqual({
      boolean: 1,
      integer: 2,
      bitString: 3,
      octetString: 4,
      oid: 6,
      utf8String: 12,
      printableString: 19,
      utcTime: 23,
      generalizedTime: 24,
      sequence: 48,
      set: 49,
      context0: 128,
      explicit0: 160,
      explicit3: 163,
    })
  })
})

describe('object identifiers', () => {
  test.each([
    ['00', '0.0'],
    ['27', '0.39'],
    ['28', '1.0'],
    ['4f', '1.39'],
    ['50', '2.0'],
    ['77', '2.39'],
    ['78', '2.40'],
    ['7f', '2.47'],
    ['8100', '2.48'],
    ['2a7f', '1.2.127'],
    ['2a8100', '1.2.128'],
    ['2aff7f', '1.2.16383'],
    ['2a818000', '1.2.16384'],
    ['2a0081000001', '1.2.0.128.0.1'],
    ['2a8fffffffffff7f', '1.2.70368744177663'],
  ])('%s is %s', (hex, dotted) => expect(readOid(fromHex(hex))).toBe(dotted))

  test.each([
    ['', 'is cut off'],
    ['2a81', 'is cut off'],
    ['81', 'is cut off'],
    ['8001', 'needless leading zeros'],
    ['2a8001', 'needless leading zeros'],
    ['2a90808080808000', 'an endless arc'],
    ['2a9080808080808000', 'an endless arc'],
  ])('%s %s', (hex, words) => expect(() => readOid(fromHex(hex))).toThrow(refusal(words)))
})
