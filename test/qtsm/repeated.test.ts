/** The cache of the last parsed message. */
import { expect, test } from 'vitest'
import { repeated } from '../../src/qtsm/repeated.ts'

test('the same short bytes are parsed once; other bytes, long ones and failing ones are parsed each time', () => {
  const reads: number[] = []
  const read = repeated((bytes) => {
    reads.push(bytes.byteLength)
    if (bytes[0] === 9) throw new Error('no')
    return { first: bytes[0] }
  })
  expect(read(Uint8Array.of(1, 2))).toBe(read(Uint8Array.of(1, 2)))
  expect(read(Uint8Array.of(1, 3))).toEqual({ first: 1 })
  expect(read(Uint8Array.of(1, 2))).toEqual({ first: 1 })
  expect(reads).toEqual([2, 2, 2])
  for (let times = 0; times < 2; times++) read(new Uint8Array(129))
  for (let times = 0; times < 2; times++) expect(() => read(Uint8Array.of(9))).toThrow('no')
  expect(reads).toEqual([2, 2, 2, 129, 129, 1, 1])
  for (let times = 0; times < 2; times++) read(new Uint8Array(128))
  expect(reads).toEqual([2, 2, 2, 129, 129, 1, 1, 128])
})
