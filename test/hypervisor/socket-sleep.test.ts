/** How an enclave's process and its hypervisor sleep and wake over frames, and how much waits meanwhile. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Frame, MAX_SLEEP } from '../../src/boundary/frames.ts'
import { tasks, until } from './kernel-ends.ts'
import { opened, refused, u32 } from './process-end.ts'

/** Bytes that may wait to be taken. */
const MOST_HELD = 524_288

let ends: ReturnType<typeof opened>
beforeEach(() => {
  ends = opened()
})
afterEach(() => void ends.socket.destroy())

describe('a sleep', () => {
  test.each([0, 3, 5])('of %i bytes is refused', (length) => {
    expect(() => ends.heard(Frame.SLEEP, new Uint8Array(length))).toThrow(
      refused('a sleep of the wrong length', length),
    )
  })

  test('is as long as a timer can be, and not longer', () => {
    expect(ends.heard(Frame.SLEEP, u32(MAX_SLEEP))).toBe('other')
    expect(() => ends.heard(Frame.SLEEP, u32(MAX_SLEEP + 1))).toThrow(
      refused('a sleep that is too long', MAX_SLEEP + 1),
    )
  })

  test('of no time is ended at once, with one word', async () => {
    ends.heard(Frame.SLEEP, u32(0))
    await tasks(3)
    expect(ends.sent()).toEqual([Frame.AWAKE])
    await tasks(3)
    expect(ends.sent()).toEqual([])
  })

  describe('on a clock', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
    afterEach(() => void vi.useRealTimers())

    const awakeAfter = async (time: number) => {
      vi.advanceTimersByTime(time)
      await tasks(3)
      return ends.sent().length
    }

    test('is ended when it is over, and no sooner, once', async () => {
      ends.heard(Frame.SLEEP, u32(300))
      expect([await awakeAfter(299), await awakeAfter(1), await awakeAfter(1000)]).toEqual([0, 1, 0])
    })

    test('takes the place of the one before', async () => {
      ends.heard(Frame.SLEEP, u32(300))
      ends.heard(Frame.SLEEP, u32(500))
      expect([await awakeAfter(499), await awakeAfter(1)]).toEqual([0, 1])
      ends.heard(Frame.SLEEP, u32(300))
      ends.heard(Frame.SLEEP, u32(0))
      expect([await awakeAfter(0), await awakeAfter(1000)]).toEqual([1, 0])
    })

    test('of a process that is gone keeps no timer, begun before its end or after', async () => {
      ends.heard(Frame.SLEEP, u32(300))
      expect(vi.getTimerCount()).toBe(1)
      ends.socket.destroy()
      await tasks(3)
      expect(vi.getTimerCount()).toBe(0)
      ends.heard(Frame.SLEEP, u32(300))
      expect(vi.getTimerCount()).toBe(0)
    })
  })
})

describe('what waits to be taken', () => {
  test('is bounded: nothing more is read until there is less', () => {
    const { channel, socket, say } = ends
    const frame = 4096
    const count = MOST_HELD / frame
    for (let sent = 1; sent < count; sent++) say(Frame.CONSOLE, new Uint8Array(frame - 5))
    expect(socket.isPaused()).toBe(false)
    say(Frame.CONSOLE, new Uint8Array(frame - 5))
    expect(socket.isPaused()).toBe(true)
    const resumed = vi.spyOn(socket, 'resume')
    channel.pop()
    expect([socket.isPaused(), resumed.mock.calls.length]).toEqual([false, 1])
    channel.pop()
    expect(resumed).toHaveBeenCalledTimes(1)
  })

  test('stays unread while there is as much as may be', () => {
    const { channel, socket, say } = ends
    for (let sent = 0; sent < 129; sent++) say(Frame.CONSOLE, new Uint8Array(4091))
    channel.pop()
    expect(socket.isPaused()).toBe(true)
    channel.pop()
    expect(socket.isPaused()).toBe(false)
  })
})

describe('its owner', () => {
  /** Whether a sleep is over, as it is now. */
  const sleeping = (mark: number, timeout: number) => {
    const state = { isOver: false }
    void ends.channel.sleep(mark, timeout).then(() => (state.isOver = true))
    return state
  }

  test('sleeps until something changes, and wakes in another task', async () => {
    const { channel } = ends
    const state = sleeping(channel.mark(), Number.POSITIVE_INFINITY)
    await tasks(5)
    expect(state.isOver).toBe(false)
    channel.interrupt()
    channel.interrupt()
    await Promise.resolve()
    expect(state.isOver).toBe(false)
    await until(() => state.isOver)
    // The second change was one of those it woke for.
    const next = sleeping(channel.mark(), Number.POSITIVE_INFINITY)
    await tasks(5)
    expect(next.isOver).toBe(false)
  })

  test('sleeps not at all where something has changed since', async () => {
    const { channel } = ends
    const mark = channel.mark()
    channel.interrupt()
    await channel.sleep(mark, Number.POSITIVE_INFINITY)
    expect(channel.mark()).toBe(mark + 1)
  })

  test.each([
    ['bytes', () => ends.say(Frame.CONSOLE, new Uint8Array(1))],
    ['room for more', () => void ends.channel.push({} as never, new Uint8Array(0))],
    ['a broken socket', () => void ends.socket.destroy(new Error('broken'))],
  ])('is woken by %s', async (_, change) => {
    const { channel } = ends
    change()
    await until(() => channel.mark() > 0)
  })

  test('looks again where another frame than a packet or the console was taken', () => {
    const { channel, say } = ends
    say(Frame.PHASE, Uint8Array.of(1))
    say(Frame.CONSOLE, new Uint8Array(1))
    const mark = channel.mark()
    channel.pop()
    expect(channel.mark()).toBe(mark + 1)
    channel.pop()
    expect(channel.mark()).toBe(mark + 1)
  })

  test('wakes after its time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const state = sleeping(ends.channel.mark(), 70)
      vi.advanceTimersByTime(69)
      await tasks(2)
      expect(state.isOver).toBe(false)
      vi.advanceTimersByTime(1)
      await tasks(2)
      expect(state.isOver).toBe(true)
      const longer = sleeping(ends.channel.mark(), MAX_SLEEP + 1)
      vi.advanceTimersByTime(1000)
      await tasks(2)
      expect(longer.isOver).toBe(false)
      vi.advanceTimersByTime(MAX_SLEEP - 1000)
      await tasks(2)
      expect(longer.isOver).toBe(true)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})
