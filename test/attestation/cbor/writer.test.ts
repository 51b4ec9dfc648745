import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CborWidth } from '../../../src/attestation/cbor/item.ts'
import { readCbor } from '../../../src/attestation/cbor/reader.ts'
import {
  CBOR_NULL,
  cborArray,
  cborBytes,
  cborInteger,
  cborMap,
  cborTag,
  cborText,
} from '../../../src/attestation/cbor/writer.ts'
import { fromHex, toHex } from '../../../src/base/bytes.ts'

describe('integers in the width asked for', () => {
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
  ])('%s in %s', (value, width, hex) => {
    expect(toHex(cborInteger(value, width))).toBe(hex)
  })

  test.each<[value: number | bigint, width: CborWidth | undefined]>([
    [24, 0],
    [256, 1],
    [65536, 2],
    [2 ** 32, 4],
    [2n ** 64n, undefined],
  ])('%s does not fit %s', (value, width) => {
    expect(() => cborInteger(value, width)).toThrow(expect.objectContaining({ code: 'E_CBOR_WIDTH' }))
  })
})

test('containers', () => {
  const map = cborMap([[cborText('a'), cborArray([CBOR_NULL, cborBytes(fromHex('ff'))])]])
  expect(toHex(cborTag(18, map))).toBe('d2a1616182f641ff')
})

test('whatever is written is read again', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n }), (value) => {
      const item = readCbor(cborInteger(value))
      expect(item.kind === 'integer' && BigInt(item.value)).toBe(value)
    }),
  )
})
