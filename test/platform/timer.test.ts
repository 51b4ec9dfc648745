/** Timers of any length. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { callAfter } from '../../src/platform/timer.ts'

const LONGEST = 0x7fffffff

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test.each([0, 1, 1000, LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST, 3 * LONGEST + 1])(
  'a timer of %d ms fires then, and not before',
  (time) => {
    const action = vi.fn()
    callAfter(time, action)
    // Fake timers have the same maximum as real ones.
    for (let left = time - 1; left > 0; left -= LONGEST) vi.advanceTimersByTime(Math.min(left, LONGEST))
    expect(action).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(action).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  },
)

test('an infinite timer never fires, and needs no host timer', () => {
  const action = vi.fn()
  callAfter(Number.POSITIVE_INFINITY, action)
  expect(vi.getTimerCount()).toBe(0)
})

test.each([10, LONGEST + 10])('a cancelled timer of %d ms leaves nothing behind', (time) => {
  const action = vi.fn()
  const cancel = callAfter(time, action)
  vi.advanceTimersByTime(LONGEST > time ? 5 : LONGEST + 5)
  cancel()
  expect(vi.getTimerCount()).toBe(0)
  expect(action).not.toHaveBeenCalled()
})
