/** The limits of CBOR items: initial bytes, integers, lengths, and duplicate keys. */
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { readCbor } from '../../../src/encoding/cbor/reader.ts'
import { plain } from './plain.ts'

describe('the initial byte', () => {
  const ALL_MAJORS = [0, 1, 2, 3, 4, 5, 6, 7]
  test.each(ALL_MAJORS)(
    'of major type %s is refused with a reserved length, and with an indefinite one except arrays and maps',
    (major) => {
      const code = (information: number, rest: string) => {
        try {
          readCbor(fromHex(toHex(Uint8Array.of((major << 5) | information)) + rest), { tags: 'outermost' })
        } catch (error) {
          return (error as { code: string }).code
        }
        return 'read'
      }
      for (const reserved of [28, 29, 30]) expect(code(reserved, '00ff')).toBe('E_CBOR_RESERVED')
      const indefinite = { 2: 'E_CBOR_INDEFINITE', 3: 'E_CBOR_INDEFINITE', 4: 'read', 5: 'read' }[major]
      expect(code(31, 'ff')).toBe(indefinite ?? 'E_CBOR_RESERVED')
    },
  )

  test('of simple values may only be false, true or null', () => {
    for (let value = 0; value < 24; value++) {
      const bytes = Uint8Array.of(0xe0 | value)
      if (value >= 20 && value <= 22) {
        expect(readCbor(bytes)).toMatchObject({ kind: 'simple', value: [false, true, null][value - 20] })
      } else expect(() => readCbor(bytes)).toThrow(expect.objectContaining({ code: 'E_CBOR_SIMPLE' }))
    }
    for (const hex of ['f814', 'f815', 'f816', 'f8ff', 'f90014', 'fa00000015', 'fb0000000000000016']) {
      expect(() => readCbor(fromHex(hex))).toThrow(expect.objectContaining({ code: 'E_CBOR_SIMPLE' }))
    }
  })
})

describe('integers around the safe integer limit', () => {
  test.each<[string, number | bigint]>([
    ['18ff', 255],
    ['19ffff', 65_535],
    ['1affffffff', 4_294_967_295],
    ['1b001fffffffffffff', 9_007_199_254_740_991],
    ['1b0020000000000000', 9_007_199_254_740_992n],
    ['37', -24],
    ['38ff', -256],
    ['39ffff', -65_536],
    ['3affffffff', -4_294_967_296],
    ['3b001ffffffffffffe', -9_007_199_254_740_991],
    ['3b001fffffffffffff', -9_007_199_254_740_992n],
  ])('%s is read', (hex, value) => expect(readCbor(fromHex(hex))).toMatchObject({ kind: 'integer', value }))

  test.each(['18', '1900', '1a000000', '1b00000000000000', '3b00000000000000'])(
    '%s is refused as truncated',
    (hex) => {
      expect(() => readCbor(fromHex(hex))).toThrow(expect.objectContaining({ code: 'E_CBOR_TRUNCATED' }))
    },
  )
})

describe('the length', () => {
  test.each([
    [23, '77'],
    [24, '7818'],
    [255, '78ff'],
    [256, '790100'],
    [65_536, '7a00010000'],
  ])('of a text with %s bytes is accepted, and refused if one byte is missing', (length, head) => {
    const text = '61'.repeat(length)
    expect(readCbor(fromHex(head + text))).toMatchObject({ value: 'a'.repeat(length) })
    expect(() => readCbor(fromHex(head + text.slice(2)))).toThrow(
      expect.objectContaining({ code: 'E_CBOR_LENGTH' }),
    )
  })

  test.each([
    ['8105', [5]],
    ['820506', [5, 6]],
    ['a10506', new Map([[5, 6]])],
    ['98020506', [5, 6]],
    ['b8010506', new Map([[5, 6]])],
    ['9b00000000000000020506', [5, 6]],
  ])('of %s may reach the end of the input', (hex, value) =>
    expect(plain(readCbor(fromHex(hex)))).toEqual(value),
  )

  test.each(['a105', 'a2010203', '8305', '8201'])('of %s is refused because a byte is missing', (hex) => {
    expect(() => readCbor(fromHex(hex))).toThrow(expect.objectContaining({ code: 'E_CBOR_LENGTH' }))
  })
})

test('the error for a duplicate key shows the key, truncated', () => {
  const twice = (key: string) => () => readCbor(fromHex(`a2${key}00${key}00`))
  expect(twice('63616263')).toThrow('got "abc" again at byte 6')
  expect(twice(`7846${'61'.repeat(70)}`)).toThrow(`got "${'a'.repeat(64)}" again`)
  expect(twice(`5846${'ab'.repeat(70)}`)).toThrow(`got bytes ${'ab'.repeat(29)} again`)
  expect(twice('f6')).toThrow('got simple null again')
  expect(twice('05')).toThrow('got integer 5 again')
  // Keys of different types are different: 5, "5", h'35', -1 and h'00'.
  expect(plain(readCbor(fromHex('a505006135004135002000410000')))).toBeInstanceOf(Map)
  for (const key of ['80', 'a0']) expect(twice(key)).toThrow(expect.objectContaining({ code: 'E_CBOR_KEY' }))
})
