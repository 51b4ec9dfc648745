/** Receive buffers from one pool: plenty at first, little later, and never more than there is. */
import { expect, test } from 'vitest'
import { BUFFER_LENGTH, BufferPool } from '../../src/vsock/buffer-pool.ts'

const KIB = 1024

/** What the next ones get until there is none. */
function takeAll(pool: BufferPool): number[] {
  const taken = []
  for (let length = pool.take(); length > 0; length = pool.take()) taken.push(length)
  return taken
}
const counts = (lengths: number[]) =>
  [256, 64, 4].map((length) => lengths.filter((each) => each === length * KIB).length)

test('half of the pool is used for buffers of 256 KiB, a quarter for 64 KiB, the rest for 4 KiB', () => {
  expect(BUFFER_LENGTH).toBe(256 * KIB)
  const taken = takeAll(new BufferPool(4096 * KIB))
  expect(counts(taken)).toEqual([8, 16, 256])
  expect(taken.reduce((sum, length) => sum + length, 0)).toBe(4096 * KIB)
})

test('a buffer that starts below a threshold may extend beyond it', () => {
  expect(counts(takeAll(new BufferPool(4096 * KIB + 8)))).toEqual([9, 13, 256 - 16])
})

test('if a buffer does not fit there are still the smallest ones, down to the last', () => {
  expect(takeAll(new BufferPool(12 * KIB))).toEqual([4 * KIB, 4 * KIB, 4 * KIB])
  expect(takeAll(new BufferPool(4 * KIB))).toEqual([4 * KIB])
  expect(takeAll(new BufferPool(4 * KIB - 1))).toEqual([])
  expect(takeAll(new BufferPool(8 * KIB - 1))).toEqual([4 * KIB])
  expect(takeAll(new BufferPool(256 * KIB))).toEqual([256 * KIB])
})

test('what is returned can be allocated again', () => {
  const pool = new BufferPool(256 * KIB)
  expect([pool.take(), pool.take()]).toEqual([256 * KIB, 0])
  pool.give(256 * KIB)
  expect(pool.take()).toBe(256 * KIB)
  pool.give(4 * KIB)
  expect([pool.take(), pool.take()]).toEqual([4 * KIB, 0])
})
