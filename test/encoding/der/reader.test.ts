/** DER: every tag, every form of a length, object identifiers, and the bytes of the writer. */
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { DerReader, readOid, TAG } from '../../../src/encoding/der/reader.ts'
import { element } from '../../../src/encoding/der/writer.ts'

const refusal = (message: string) =>
  expect.objectContaining({ code: 'E_CERTIFICATE_DER', message: expect.stringContaining(message) })
const read = (hex: string, tag?: number) => new DerReader(fromHex(hex)).read('it', tag)

/** Lengths, each with its only encoding in DER. */
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
    '%s is read from %s, and the next element too',
    (length, head) => {
      const content = '5a'.repeat(length)
      const reader = new DerReader(fromHex(`04${head}${content}0500`))
      const element = reader.read('it', 0x04)
      expect(element.tag).toBe(4)
      expect(toHex(element.content)).toBe(content)
      expect(toHex(element.bytes)).toBe(`04${head}${content}`)
      expect(reader.done).toBe(false)
      expect(() => reader.end('it')).toThrow(refusal('trailing bytes after it'))
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

  test.each([...HEADS.slice(1), [65_536, '83010000'] as const])(
    '%s is refused if a byte is missing',
    (length, head) => {
      expect(() => read(`04${head}${'5a'.repeat(length - 1)}`)).toThrow(refusal('longer than its container'))
    },
  )

  test.each([
    ['810000', 0],
    ['817f', 127],
    ['820080', 128],
    ['8200ff', 255],
    ['83000100', 256],
    ['8300ffff', 65_535],
  ])('%s is refused because it is not the shortest form', (head, length) => {
    expect(() => read(`04${head}${'5a'.repeat(length)}`)).toThrow(refusal('not in its shortest form'))
  })

  test.each(['81', '8201', '830100'])('%s is refused because it is truncated', (head) => {
    expect(() => read(`04${head}`)).toThrow(refusal('not in its shortest form'))
  })

  test.each([
    ['80', 'must have 1 to 3 bytes'],
    ['8401000000', 'must have 1 to 3 bytes'],
    ['ff', 'must have 1 to 3 bytes'],
    ['83ffffff', 'longer than its container'],
    ['', 'it is missing'],
  ])('%s is refused: %s', (head, message) => {
    expect(() => read(`30${head}`)).toThrow(refusal(message))
  })

  test('of a written element is that of its joined parts', () => {
    expect(toHex(element(0xa3, [1, 2], Uint8Array.of(3), []))).toBe('a303010203')
    expect(toHex(element(0x05))).toBe('0500')
  })
})

describe('tags', () => {
  test('every byte is a tag, except those that begin a multi-byte tag', () => {
    const several: number[] = []
    for (let tag = 0; tag < 256; tag++) {
      const bytes = Uint8Array.of(tag, 0)
      try {
        expect(new DerReader(bytes).read('it')).toEqual({ tag, bytes, content: new Uint8Array(0) })
      } catch (error) {
        expect(error).toEqual(refusal('it has a multi-byte tag'))
        several.push(tag)
      }
    }
    expect(several).toEqual([0x1f, 0x3f, 0x5f, 0x7f, 0x9f, 0xbf, 0xdf, 0xff])
  })

  test('a tag other than the expected one is refused', () => {
    expect(() => read('0400', 0x03)).toThrow(refusal('it has the wrong type; expected tag 3; got tag 4'))
    expect(read('0400', 0x04).tag).toBe(4)
    expect(() => new DerReader(fromHex('3100')).enter('it', 0x30)).toThrow(refusal('has the wrong type'))
    expect(new DerReader(fromHex('30020500')).enter('it', 0x30).read('inside', 0x05).tag).toBe(5)
  })

  test('have the numbers of X.690 and RFC 5280', () => {
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
  ])('%s is read as %s', (hex, dotted) => expect(readOid(fromHex(hex))).toBe(dotted))

  test.each([
    ['', 'is truncated'],
    ['2a81', 'is truncated'],
    ['81', 'is truncated'],
    ['8001', 'unnecessary leading zeros'],
    ['2a8001', 'unnecessary leading zeros'],
    ['2a90808080808000', 'is too large'],
    ['2a9080808080808000', 'is too large'],
  ])('%j is refused because it %s', (hex, message) =>
    expect(() => readOid(fromHex(hex))).toThrow(refusal(message)),
  )
})
