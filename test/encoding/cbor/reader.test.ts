import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import type { CborItem } from '../../../src/encoding/cbor/item.ts'
import { readCbor } from '../../../src/encoding/cbor/reader.ts'
import { plain } from './plain.ts'

/** Examples of RFC 8949 appendix A, of the types that documents have. */
const EXAMPLES: readonly [hex: string, value: unknown][] = [
  ['00', 0],
  ['17', 23],
  ['1818', 24],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['1bffffffffffffffff', 18446744073709551615n],
  ['20', -1],
  ['3903e7', -1000],
  ['3bffffffffffffffff', -18446744073709551616n],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['40', 'h'],
  ['4401020304', 'h01020304'],
  ['60', '""'],
  ['6449455446', '"IETF"'],
  ['62c3bc', '"ü"'],
  ['64f0908591', '"𐅑"'],
  ['80', []],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  ['a0', new Map()],
  [
    'a201020304',
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  ['9fff', []],
  ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
  [
    'bf61610161629f0203ffff',
    new Map<unknown, unknown>([
      ['"a"', 1],
      ['"b"', [2, 3]],
    ]),
  ],
]

describe('RFC 8949 appendix A', () => {
  test.each(EXAMPLES)('%s is read', (hex, value) => {
    expect(plain(readCbor(fromHex(hex)))).toEqual(value)
  })
})

describe('the reader refuses', () => {
  test.each([
    ['an empty input', '', 'E_CBOR_TRUNCATED'],
    ['a truncated integer', '19ff', 'E_CBOR_TRUNCATED'],
    ['a truncated array', '8201', 'E_CBOR_LENGTH'],
    ['a truncated nested array', '8282018101', 'E_CBOR_TRUNCATED'],
    ['an unclosed array', '9f01', 'E_CBOR_TRUNCATED'],
    ['an unclosed map', 'bf01', 'E_CBOR_TRUNCATED'],
    ['a map without its last value', 'bf01ff', 'E_CBOR_RESERVED'],
    ['a trailing byte', '0000', 'E_CBOR_TRAILING'],
    ['bytes beyond the input', '4401', 'E_CBOR_LENGTH'],
    ['one byte beyond the input', '4201', 'E_CBOR_LENGTH'],
    ['4 GiB of bytes', '5affffffff00', 'E_CBOR_LENGTH'],
    ['2^64 bytes', '5bffffffffffffffff00', 'E_CBOR_LENGTH'],
    ['2^64 items', '9bffffffffffffffff00', 'E_CBOR_LENGTH'],
    ['2^32 pairs', 'baffffffff00', 'E_CBOR_LENGTH'],
    ['more pairs than bytes allow', 'a20102', 'E_CBOR_LENGTH'],
    ['a text with invalid UTF-8', '62c328', 'E_CBOR_UTF8'],
    ['a surrogate in UTF-8', '63eda080', 'E_CBOR_UTF8'],
    ['an overlong slash', '62c0af', 'E_CBOR_UTF8'],
    ['a key twice', 'a201000100', 'E_CBOR_DUPLICATE_KEY'],
    ['a key twice in two widths', 'a20100180100', 'E_CBOR_DUPLICATE_KEY'],
    ['a key twice in an indefinite map', 'bf616100616100ff', 'E_CBOR_DUPLICATE_KEY'],
    ['a byte-string key twice', 'a2410100410100', 'E_CBOR_DUPLICATE_KEY'],
    ['an array as a key', 'a18000', 'E_CBOR_KEY'],
    ['a tag', 'c000', 'E_CBOR_TAG'],
    ['chunked bytes', '5f4101ff', 'E_CBOR_INDEFINITE'],
    ['a chunked text', '7f6161ff', 'E_CBOR_INDEFINITE'],
    ['a float', 'f93c00', 'E_CBOR_SIMPLE'],
    ['a double', 'fb3ff199999999999a', 'E_CBOR_SIMPLE'],
    ['undefined', 'f7', 'E_CBOR_SIMPLE'],
    ['a simple value', 'f0', 'E_CBOR_SIMPLE'],
    ['null in two bytes', 'f816', 'E_CBOR_SIMPLE'],
    ['a stray break', 'ff', 'E_CBOR_RESERVED'],
    ['a break in a definite array', '81ff', 'E_CBOR_RESERVED'],
    ['a reserved width', '1c', 'E_CBOR_RESERVED'],
    ['an indefinite integer', '1f', 'E_CBOR_RESERVED'],
  ])('%s', (_, hex, code) => {
    expect(() => readCbor(fromHex(hex))).toThrow(expect.objectContaining({ code }))
  })

  test('the 17th level of nesting, but not the 16th', () => {
    const nested = (levels: number) => fromHex(`${'81'.repeat(levels)}00`)
    expect(() => readCbor(nested(16))).not.toThrow()
    expect(() => readCbor(nested(17))).toThrow(expect.objectContaining({ code: 'E_CBOR_DEPTH' }))
    expect(() => readCbor(nested(100_000))).toThrow(expect.objectContaining({ code: 'E_CBOR_DEPTH' }))
    for (const indefinite of [16, 17]) {
      const bytes = fromHex(`${'9f'.repeat(indefinite)}00${'ff'.repeat(indefinite)}`)
      if (indefinite === 16) expect(() => readCbor(bytes)).not.toThrow()
      else expect(() => readCbor(bytes)).toThrow(expect.objectContaining({ code: 'E_CBOR_DEPTH' }))
    }
    const maps = (levels: number) => fromHex(`${'a100'.repeat(levels)}00`)
    expect(() => readCbor(maps(16))).not.toThrow()
    expect(() => readCbor(maps(17))).toThrow(expect.objectContaining({ code: 'E_CBOR_DEPTH' }))
    const tagged = (levels: number) => fromHex(`d2${'81'.repeat(levels)}00`)
    expect(() => readCbor(tagged(15), { tags: [18] })).not.toThrow()
    expect(() => readCbor(tagged(16), { tags: [18] })).toThrow(
      expect.objectContaining({ code: 'E_CBOR_DEPTH' }),
    )
    expect(() => readCbor(nested(2), { maxDepth: 2 })).not.toThrow()
    expect(() => readCbor(nested(3), { maxDepth: 2 })).toThrow(
      expect.objectContaining({ code: 'E_CBOR_DEPTH' }),
    )
  })
})

describe('the encoding of items', () => {
  test.each([
    ['05', 0],
    ['1805', 1],
    ['190005', 2],
    ['1a00000005', 4],
    ['1b0000000000000005', 8],
  ])('%s is recorded as the width of the integer', (hex, width) => {
    expect(readCbor(fromHex(hex))).toMatchObject({ kind: 'integer', value: 5, width })
  })

  test('is marked for containers of indefinite length', () => {
    expect(readCbor(fromHex('9fff'))).toMatchObject({ indefinite: true })
    expect(readCbor(fromHex('bfff'))).toMatchObject({ indefinite: true })
    expect(readCbor(fromHex('80'))).toMatchObject({ indefinite: false })
  })

  test('is located by positions, and byte strings are views of it', () => {
    const input = fromHex('824301020305')
    const array = readCbor(input) as Extract<CborItem, { kind: 'array' }>
    const [bytes, integer] = array.items
    expect([bytes!.start, bytes!.end, integer!.start, integer!.end]).toEqual([1, 5, 5, 6])
    expect(toHex((bytes as Extract<CborItem, { kind: 'bytes' }>).value)).toBe('010203')
    input[2] = 9
    expect(toHex((bytes as Extract<CborItem, { kind: 'bytes' }>).value)).toBe('090203')
  })

  test('may have tags only where the caller allows them', () => {
    expect(readCbor(fromHex('d200'), { tags: [18] })).toMatchObject({ kind: 'tag', tag: 18 })
    expect(readCbor(fromHex('d100'), { tags: 'outermost' })).toMatchObject({ tag: 17 })
    expect(readCbor(fromHex('d81800'), { tags: [18, 24] })).toMatchObject({ tag: 24, start: 0, end: 3 })
    expect(readCbor(fromHex('8200d200'), { tags: [18] })).toMatchObject({ kind: 'array' })
    expect(() => readCbor(fromHex('d100'), { tags: [18] })).toThrow(
      expect.objectContaining({ code: 'E_CBOR_TAG' }),
    )
    expect(() => readCbor(fromHex('d2d200'), { tags: 'outermost' })).toThrow(
      expect.objectContaining({ code: 'E_CBOR_TAG' }),
    )
    expect(() => readCbor(fromHex('81d200'), { tags: 'outermost' })).toThrow(
      expect.objectContaining({ code: 'E_CBOR_TAG' }),
    )
  })

  test('may have a byte-order mark as part of a text', () => {
    expect(readCbor(fromHex('63efbbbf'))).toMatchObject({ value: '\u{feff}' })
  })
})
