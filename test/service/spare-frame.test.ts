/** Memory of large frames that is used again. */
import { expect, test } from 'vitest'
import { memoryFor, reuse } from '../../src/service/spare-frame.ts'

const LARGE = 65536

test('the memory of a large frame is that of the next one, once it is free', () => {
  const first = memoryFor(2 * LARGE)
  expect(memoryFor(2 * LARGE).buffer).not.toBe(first.buffer)
  reuse(first)
  const second = memoryFor(LARGE)
  expect([second.buffer, second.length]).toEqual([first.buffer, LARGE])
  expect(memoryFor(LARGE).buffer).not.toBe(first.buffer)
})

test('that is too short, or far too long, is not used; nor is that of small frames', () => {
  const frame = memoryFor(8 * LARGE)
  for (const length of [8 * LARGE + 1, LARGE, LARGE - 1, 7]) {
    reuse(frame)
    const memory = memoryFor(length)
    expect([memory.buffer === frame.buffer, memory.length]).toEqual([false, length])
  }
  const small = memoryFor(LARGE - 1)
  reuse(small)
  expect(memoryFor(LARGE - 1).buffer).not.toBe(small.buffer)
})
