/** CRC-32 against its published check value and against zlib. */
import { crc32 as zlibCrc32 } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { crc32 } from '../../../src/image/eif/crc32.ts'
import { text } from '../support.ts'

it('has the check value of CRC-32/ISO-HDLC', () => {
  expect(crc32(text('123456789'))).toBe(0xcbf43926)
  expect(crc32(new Uint8Array())).toBe(0)
})

it('equals zlib’s, in one or two pieces', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, cut) => {
      expect(crc32(bytes)).toBe(zlibCrc32(bytes))
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(zlibCrc32(bytes))
    }),
  )
})

it('equals zlib’s for every length up to three strides, from every seed, and for every byte', () => {
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  expect(crc32(every)).toBe(zlibCrc32(every))
  expect(crc32(every.toReversed())).toBe(zlibCrc32(every.toReversed()))
  for (let length = 0; length <= 24; length++) {
    for (const seed of [0, 1, 0x80000000, 0xffffffff]) {
      const bytes = every.subarray(200, 200 + length)
      expect(crc32(bytes, seed)).toBe(zlibCrc32(bytes, seed))
    }
  }
})
