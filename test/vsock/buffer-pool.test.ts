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
  [256, 64, 4].map((length) => lengths.filter((each) => each === length * KIB).length)

test('half of the pool is used for buffers of 256 KiB, a quarter for 64 KiB, the rest for 4 KiB', () => {
  expect(BUFFER_LENGTH).toBe(256 * KIB)
  const lengths = takeAll(new BufferPool(4096 * KIB))
  expect(counts(lengths)).toEqual([8, 16, 256])
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(4096 * KIB)
})

test('a buffer that starts below a threshold may extend beyond it', () => {
  expect(counts(takeAll(new BufferPool(4096 * KIB + 8)))).toEqual([9, 13, 256 - 16])
})

test('the rest of the pool is used for the smallest buffers', () => {
  expect(takeAll(new BufferPool(12 * KIB))).toEqual([4 * KIB, 4 * KIB, 4 * KIB])
  expect(takeAll(new BufferPool(4 * KIB))).toEqual([4 * KIB])
  expect(takeAll(new BufferPool(4 * KIB - 1))).toEqual([])
  expect(takeAll(new BufferPool(8 * KIB - 1))).toEqual([4 * KIB])
  expect(takeAll(new BufferPool(256 * KIB))).toEqual([256 * KIB])
})

test('a released buffer can be allocated again', () => {
  const pool = new BufferPool(256 * KIB)
  expect([pool.take(), pool.take()]).toEqual([256 * KIB, 0])
  pool.give(256 * KIB)
  expect(pool.take()).toBe(256 * KIB)
  pool.give(4 * KIB)
  expect([pool.take(), pool.take()]).toEqual([4 * KIB, 0])
})
