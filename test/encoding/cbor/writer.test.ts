import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import type { CborWidth } from '../../../src/encoding/cbor/item.ts'
import { readCbor } from '../../../src/encoding/cbor/reader.ts'
import {
  CBOR_NULL,
  cborArray,
  cborBytes,
  cborBytesHead,
  cborInteger,
  cborMap,
  cborTag,
  cborText,
} from '../../../src/encoding/cbor/writer.ts'

describe('integers in the requested width', () => {
  test.each<[value: number | bigint, width: CborWidth | undefined, hex: string]>([
    [1, 4, '1a00000001'],
    [-35, 4, '3a00000022'],
    [15, 2, '19000f'],
    [1784546606196, 8, '1b0000019f7f443c74'],
    [0, undefined, '00'],
    [23, undefined, '17'],
    [24, undefined, '1818'],
    [256, undefined, '190100'],
    [65536, undefined, '1a00010000'],
    [2 ** 32, undefined, '1b0000000100000000'],
    [18446744073709551615n, undefined, '1bffffffffffffffff'],
    [-1, undefined, '20'],
    [-35, undefined, '3822'],
    [23, 0, '17'],
    [255, undefined, '18ff'],
    [255, 1, '18ff'],
    [65_535, undefined, '19ffff'],
    [65_535, 2, '19ffff'],
    [4_294_967_295, undefined, '1affffffff'],
    [4_294_967_295, 4, '1affffffff'],
    [0x01020304, 4, '1a01020304'],
    [0x0102030405060708n, 8, '1b0102030405060708'],
    [9_007_199_254_740_991, undefined, '1b001fffffffffffff'],
    [2 ** 53, undefined, '1b0020000000000000'],
    [18446744073709551615n, 8, '1bffffffffffffffff'],
    [-24, undefined, '37'],
    [-25, undefined, '3818'],
    [-256, undefined, '38ff'],
    [-257, undefined, '390100'],
    [-9_007_199_254_740_991, undefined, '3b001ffffffffffffe'],
    [-(2 ** 53), undefined, '3b001fffffffffffff'],
    [-18446744073709551616n, undefined, '3bffffffffffffffff'],
    [-1, 8, '3b0000000000000000'],
  ])('are written: %s in %s', (value, width, hex) => {
    expect(toHex(cborInteger(value, width))).toBe(hex)
  })

  test.each<[value: number | bigint, width: CborWidth | undefined]>([
    [24, 0],
    [256, 1],
    [65536, 2],
    [2 ** 32, 4],
    [2n ** 64n, undefined],
    [2n ** 64n, 8],
    [-(2n ** 64n) - 1n, undefined],
    [-25, 0],
    [-257, 1],
  ])('are refused if they do not fit: %s in %s', (value, width) => {
    expect(() => cborInteger(value, width)).toThrow(expect.objectContaining({ code: 'E_CBOR_WIDTH' }))
  })
})

test.each([
  [0, '0'],
  [23, '7'],
  [24, '818'],
  [255, '8ff'],
  [256, '90100'],
  [65_536, 'a00010000'],
])('the length %s of bytes, text, arrays and maps has the shortest head', (length, head) => {
  // The first hexadecimal digit has the major type, and the top bit of the length's encoding.
  const first = (even: string, odd: string) => (length < 16 ? even : odd) + head
  const bytes = toHex(cborBytes(new Uint8Array(length)))
  const text = toHex(cborText('a'.repeat(length)))
  expect(bytes).toBe(first('4', '5') + '00'.repeat(length))
  expect(text).toBe(first('6', '7') + '61'.repeat(length))
  expect(toHex(cborBytesHead(length))).toBe(first('4', '5'))
  if (length > 256) return
  expect(toHex(cborArray(Array(length).fill(CBOR_NULL)))).toBe(first('8', '9') + 'f6'.repeat(length))
  const pairs = Array.from({ length }, () => [CBOR_NULL, CBOR_NULL] as const)
  expect(toHex(cborMap(pairs))).toBe(first('a', 'b') + 'f6'.repeat(2 * length))
})

test('tags have the shortest head', () => {
  expect(toHex(cborTag(0, CBOR_NULL))).toBe('c0f6')
  expect(toHex(cborTag(23, CBOR_NULL))).toBe('d7f6')
  expect(toHex(cborTag(24, CBOR_NULL))).toBe('d818f6')
})

test('a text is written in UTF-8, with its length in bytes', () => {
  expect(toHex(cborText('ü'))).toBe('62c3bc')
})

test('tags, maps, arrays and byte strings can be nested', () => {
  const map = cborMap([[cborText('a'), cborArray([CBOR_NULL, cborBytes(fromHex('ff'))])]])
  expect(toHex(cborTag(18, map))).toBe('d2a1616182f641ff')
})

test('every written integer is read as the same value', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n }), (value) => {
      const item = readCbor(cborInteger(value))
      expect(item.kind === 'integer' && BigInt(item.value)).toBe(value)
    }),
  )
})
