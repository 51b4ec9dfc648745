/** The two clocks of a guest: their resolution, and waits that end at the right time. */
import { describe, expect, test } from 'vitest'
import { createClocks } from '../../src/kernel/clocks.ts'
import { guest, handleTable, Rig, rawOf } from './rig.ts'

interface Monotonic {
  now(): bigint
  resolution(): bigint
  subscribeInstant(when: bigint): { ready(): boolean; block(): void }
  subscribeDuration(length: bigint): { ready(): boolean; block(): void }
}
interface Wall {
  now(): unknown
  resolution(): unknown
}
const MILLISECOND = 1_000_000n

function clocks(isFine = false, wallTime = 0) {
  const rig = new Rig()
  const made = createClocks(rig.link, rig.poll, () => wallTime, isFine)
  return {
    rig,
    monotonic: made['monotonic-clock'] as unknown as Monotonic,
    wall: made['wall-clock'] as unknown as Wall,
  }
}

describe('the monotonic clock', () => {
  test('shows whole milliseconds, in nanoseconds', () => {
    const { rig, monotonic } = clocks()
    rig.time = 7.999
    expect(monotonic.now()).toBe(7n * MILLISECOND)
    expect(monotonic.resolution()).toBe(MILLISECOND)
  })

  test('shows whole microseconds if the fine clock is enabled', () => {
    const { rig, monotonic } = clocks(true)
    rig.time = 7.5019
    expect(monotonic.now()).toBe(7_501_000n)
    expect(monotonic.resolution()).toBe(1000n)
  })

  test('wakes a waiter at its instant, and not before', () => {
    const { rig, monotonic } = clocks()
    rig.time = 10
    expect(monotonic.subscribeInstant(10n * MILLISECOND).ready()).toBe(true)
    expect(monotonic.subscribeInstant(0n).ready()).toBe(true)
    const later = monotonic.subscribeInstant(12n * MILLISECOND)
    rig.time = 11.9
    expect(later.ready()).toBe(false)
    rig.time = 12
    expect(later.ready()).toBe(true)
  })

  test.each([
    [1n, 1],
    [MILLISECOND, 1],
    [MILLISECOND + 1n, 2],
    [20n * MILLISECOND, 20],
  ])('waits for %d nanoseconds by sleeping %d milliseconds', (length, milliseconds) => {
    const { rig, monotonic } = clocks()
    monotonic.subscribeDuration(length).block()
    expect(rig.sleeps).toEqual([milliseconds])
    expect(rig.time).toBe(milliseconds)
  })

  test('does not sleep for an instant in the past', () => {
    const { rig, monotonic } = clocks()
    monotonic.subscribeDuration(0n).block()
    monotonic.subscribeInstant(0n).block()
    expect(rig.sleeps).toEqual([])
  })

  test('reads a time from a lowered call as unsigned', () => {
    const { rig, monotonic } = clocks()
    const table = handleTable()
    const { context } = guest(1, [table])
    const instant = rawOf(monotonic.subscribeInstant, context)
    const duration = rawOf(monotonic.subscribeDuration, context)
    expect(rawOf(monotonic.now, context)()).toBe(0n)
    expect([instant(5n * MILLISECOND), instant(-1n), duration(5n * MILLISECOND), duration(-1n)]).toEqual([
      1, 2, 3, 4,
    ])
    rig.time = 5
    const ready = (handle: number) =>
      rig.poll.pollables.find([table], handle).state.deadline <= rig.time ||
      rig.poll.pollables.find([table], handle).state.ready()
    expect([1, 2, 3, 4].map(ready)).toEqual([true, false, true, false])
    rig.time = 1.8e13
    expect([1, 2, 3, 4].map(ready)).toEqual([true, false, true, false])
    rig.time = 1.85e13
    expect([1, 2, 3, 4].map(ready)).toEqual([true, true, true, true])
  })

  test('handles the maximum time, which is in 584 years', () => {
    const { rig, monotonic } = clocks()
    rig.time = 1
    const ends = [monotonic.subscribeDuration(2n ** 64n - 1n), monotonic.subscribeInstant(2n ** 64n - 1n)]
    rig.time = 1.8e13
    expect(ends.map((end) => end.ready())).toEqual([false, false])
    // 2^64 nanoseconds.
    rig.time = 1.85e13
    expect(ends.map((end) => end.ready())).toEqual([true, true])
  })
})

describe('the wall clock', () => {
  test('shows seconds since 1970, and the milliseconds', () => {
    const { wall } = clocks(true, 1_700_000_000_999.9)
    expect(wall.now()).toEqual({ seconds: 1_700_000_000n, nanoseconds: 999_000_000 })
    expect(wall.resolution()).toEqual({ seconds: 0n, nanoseconds: 1_000_000 })
    expect(clocks(false, 2000).wall.now()).toEqual({ seconds: 2n, nanoseconds: 0 })
    expect(clocks(false, 1999).wall.now()).toEqual({ seconds: 1n, nanoseconds: 999_000_000 })
  })
})
