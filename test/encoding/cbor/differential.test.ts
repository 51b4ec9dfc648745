/**
 * Three independent decoders read the same values from everything that our strict reader accepts. WEBCLAVE_LONG makes
 * more runs.
 */
import { Decoder } from 'cbor-x'
import { decode as decodeCbor2 } from 'cbor2'
import { decode as decodeCborg } from 'cborg'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Bytes } from '../../../src/base/bytes.ts'
import type { CborItem, CborWidth } from '../../../src/encoding/cbor/item.ts'
import { readCbor } from '../../../src/encoding/cbor/reader.ts'
import {
  CBOR_NULL,
  cborArray,
  cborBytes,
  cborInteger,
  cborMap,
  cborText,
} from '../../../src/encoding/cbor/writer.ts'
import { plain, plainOf } from './plain.ts'

const RUNS = process.env['WEBCLAVE_LONG'] ? 50_000 : 1_500

const cborX = new Decoder({ mapsAsObjects: false, useRecords: false })
const DECODERS: readonly [name: string, decode: (bytes: Bytes) => unknown][] = [
  ['cbor-x', (bytes) => cborX.decode(bytes)],
  ['cborg', (bytes) => decodeCborg(bytes, { useMaps: true, rejectDuplicateMapKeys: true })],
  ['cbor2', (bytes) => decodeCbor2(bytes, { preferMap: true })],
]

const WIDTHS: readonly CborWidth[] = [0, 1, 2, 4, 8]
const integers = fc
  .tuple(fc.integer({ min: -(2 ** 31), max: 2 ** 31 }), fc.constantFrom(...WIDTHS))
  .map(([value, width]) => {
    const bits = { 0: 4, 1: 8, 2: 16, 4: 32, 8: 64 }[width]
    return cborInteger(value, bits > 32 || Math.abs(value) < 2 ** bits ? width : undefined)
  })
const leaves = fc.oneof(
  integers,
  fc.string({ unit: 'grapheme', maxLength: 12 }).map(cborText),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => cborBytes(bytes)),
  fc.constant(CBOR_NULL),
)
const { tree } = fc.letrec<{ tree: Bytes }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaves,
    fc.array(tie('tree'), { maxLength: 5 }).map(cborArray),
    fc
      .uniqueArray(fc.tuple(fc.string({ maxLength: 4 }), tie('tree')), {
        maxLength: 5,
        selector: ([key]) => key,
      })
      .map((entries) => cborMap(entries.map(([key, value]) => [cborText(key), value] as const))),
    fc
      .uniqueArray(fc.tuple(fc.nat(31), tie('tree')), { maxLength: 5, selector: ([key]) => key })
      .map((entries) => cborMap(entries.map(([key, value]) => [cborInteger(key, 2), value] as const))),
  ),
}))

function accepted(bytes: Bytes): CborItem | undefined {
  try {
    return readCbor(bytes)
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^E_CBOR_/) })
    return undefined
  }
}

describe.each(DECODERS)('%s reads the same values', (_, decode) => {
  test('from valid input', () => {
    fc.assert(
      fc.property(tree, (bytes) => {
        expect(plainOf(decode(bytes))).toEqual(plain(readCbor(bytes)))
      }),
      { numRuns: RUNS },
    )
  })

  test('from mutated input that our reader accepts', () => {
    let accepts = 0
    fc.assert(
      fc.property(tree, fc.nat(), fc.integer({ min: 0, max: 255 }), (original, at, byte) => {
        const bytes = original.slice()
        bytes[at % bytes.length] = byte
        const item = accepted(bytes)
        if (item === undefined) return
        accepts += 1
        expect(plainOf(decode(bytes))).toEqual(plain(item))
      }),
      { numRuns: 2 * RUNS },
    )
    // The control: without accepted input nothing would be compared.
    expect(accepts).toBeGreaterThan(RUNS / 10)
  })

  test('from random input that our reader accepts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 12 }), (random) => {
        const bytes = Uint8Array.from(random)
        const item = accepted(bytes)
        if (item !== undefined) expect(plainOf(decode(bytes))).toEqual(plain(item))
      }),
      { numRuns: 2 * RUNS },
    )
  })
})
