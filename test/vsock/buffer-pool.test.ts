/** Receive buffers from one pool: large ones first, smaller ones as the pool fills, and never more than its size. */
import { expect, test } from 'vitest'
import { BUFFER_LENGTH, BufferPool } from '../../src/vsock/buffer-pool.ts'

const KIB = 1024

/** The lengths of all buffers that the pool gives until it is exhausted. */
function takeAll(pool: BufferPool): number[] {
  const lengths = []
  for (let length = pool.take(); length > 0; length = pool.take()) lengths.push(length)
  return lengths
}
const counts = (lengths: number[]) =>
  [1024, 256, 64, 4].map((length) => lengths.filter((each) => each === length * KIB).length)

test('a quarter of the pool is used for buffers of 1 MiB, 256 KiB and 64 KiB each, the rest for 4 KiB', () => {
  expect(BUFFER_LENGTH).toBe(1024 * KIB)
  const lengths = takeAll(new BufferPool(4096 * KIB))
  expect(counts(lengths)).toEqual([1, 4, 16, 256])
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(4096 * KIB)
})

test('a buffer that starts below a threshold may extend beyond it', () => {
  expect(counts(takeAll(new BufferPool(4096 * KIB + 8)))).toEqual([2, 1, 13, 256 - 16])
})

test('the rest of the pool is used for the smallest buffers', () => {
  expect(takeAll(new BufferPool(12 * KIB))).toEqual([4 * KIB, 4 * KIB, 4 * KIB])
  expect(takeAll(new BufferPool(4 * KIB))).toEqual([4 * KIB])
  expect(takeAll(new BufferPool(4 * KIB - 1))).toEqual([])
  expect(takeAll(new BufferPool(8 * KIB - 1))).toEqual([4 * KIB])
})

test('no buffer is more than a quarter of the pool', () => {
  expect(counts(takeAll(new BufferPool(4096 * KIB - 1)))[0]).toBe(0)
  expect(counts(takeAll(new BufferPool(1024 * KIB)))).toEqual([0, 2, 4, 64])
  expect(counts(takeAll(new BufferPool(1024 * KIB - 1)))).toEqual([0, 0, 12, 63])
  expect(counts(takeAll(new BufferPool(256 * KIB - 1)))).toEqual([0, 0, 0, 63])
})

test('a released buffer can be allocated again', () => {
  const pool = new BufferPool(4096 * KIB)
  expect([pool.take(), pool.take()]).toEqual([1024 * KIB, 256 * KIB])
  pool.give(1024 * KIB)
  expect(pool.take()).toBe(1024 * KIB)
  const small = new BufferPool(4 * KIB)
  expect([small.take(), small.take()]).toEqual([4 * KIB, 0])
  small.give(4 * KIB)
  expect([small.take(), small.take()]).toEqual([4 * KIB, 0])
})
