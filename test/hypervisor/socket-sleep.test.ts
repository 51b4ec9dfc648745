/** How an enclave's process and its hypervisor sleep and wake over frames, and how much may wait to be taken. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Frame, MAX_SLEEP } from '../../src/boundary/frames.ts'
import { tasks, until } from './kernel-ends.ts'
import { invalid, opened, u32 } from './process-end.ts'

/** Maximum number of bytes that wait to be taken. */
const MAX_BUFFERED = 524_288

let ends: ReturnType<typeof opened>
beforeEach(() => {
  ends = opened()
})
afterEach(() => void ends.socket.destroy())

describe('a sleep', () => {
  test.each([0, 3, 5])('of %i bytes is rejected', (length) => {
    expect(() => ends.receive(Frame.SLEEP, new Uint8Array(length))).toThrow(
      invalid('a sleep of the wrong length', length),
    )
  })

  test('is at most as long as the longest timer', () => {
    expect(ends.receive(Frame.SLEEP, u32(MAX_SLEEP))).toBe('other')
    expect(() => ends.receive(Frame.SLEEP, u32(MAX_SLEEP + 1))).toThrow(
      invalid('a sleep that is too long', MAX_SLEEP + 1),
    )
  })

  test('of zero milliseconds is ended at once with one frame', async () => {
    ends.receive(Frame.SLEEP, u32(0))
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

    test('is ended once, after its time and not earlier', async () => {
      ends.receive(Frame.SLEEP, u32(300))
      expect([await awakeAfter(299), await awakeAfter(1), await awakeAfter(1000)]).toEqual([0, 1, 0])
    })

    test('replaces the one before', async () => {
      ends.receive(Frame.SLEEP, u32(300))
      ends.receive(Frame.SLEEP, u32(500))
      expect([await awakeAfter(499), await awakeAfter(1)]).toEqual([0, 1])
      ends.receive(Frame.SLEEP, u32(300))
      ends.receive(Frame.SLEEP, u32(0))
      expect([await awakeAfter(0), await awakeAfter(1000)]).toEqual([1, 0])
    })

    test('of a process that has ended keeps no timer, whether it began before or after the end', async () => {
      ends.receive(Frame.SLEEP, u32(300))
      expect(vi.getTimerCount()).toBe(1)
      ends.socket.destroy()
      await tasks(3)
      expect(vi.getTimerCount()).toBe(0)
      ends.receive(Frame.SLEEP, u32(300))
      expect(vi.getTimerCount()).toBe(0)
    })
  })
})

describe('received data', () => {
  test('is limited: nothing more is read until some was taken', () => {
    const { channel, socket, say } = ends
    const frame = 4096
    const count = MAX_BUFFERED / frame
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

  test('stays unread until it is below the limit', () => {
    const { channel, socket, say } = ends
    for (let sent = 0; sent < 129; sent++) say(Frame.CONSOLE, new Uint8Array(4091))
    channel.pop()
    expect(socket.isPaused()).toBe(true)
    channel.pop()
    expect(socket.isPaused()).toBe(false)
  })
})

describe('the channel’s owner', () => {
  /** Starts a sleep, and returns a state that tells whether it is over. */
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
    // The second change also belongs to that wake-up.
    const next = sleeping(channel.mark(), Number.POSITIVE_INFINITY)
    await tasks(5)
    expect(next.isOver).toBe(false)
  })

  test('does not sleep if something has changed since the mark', async () => {
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

  test('checks again if a frame other than a packet or the console was taken', () => {
    const { channel, say } = ends
    say(Frame.PHASE, Uint8Array.of(1))
    say(Frame.CONSOLE, new Uint8Array(1))
    const mark = channel.mark()
    channel.pop()
    expect(channel.mark()).toBe(mark + 1)
    channel.pop()
    expect(channel.mark()).toBe(mark + 1)
  })

  test('wakes after its timeout', async () => {
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
