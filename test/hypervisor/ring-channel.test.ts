/** What the hypervisor reads from shared memory: each word is only a claim of the enclave, and its range is checked. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  CONSOLE_LENGTH,
  createSharedMemory,
  End,
  MAILBOX_LENGTH,
  Mailbox,
  ringBell,
  type SharedMemory,
  Word,
} from '../../src/boundary/shared-memory.ts'
import { RingChannel } from '../../src/hypervisor/ring-channel.ts'
import { tasks, until } from './kernel-ends.ts'

const MAX_REQUEST = 0x1000

let memory: SharedMemory
let channel: RingChannel
beforeEach(() => {
  memory = createSharedMemory()
  channel = new RingChannel(memory)
})

const set = (word: number, value: number) => void Atomics.store(memory.words, word, value)
const get = (word: number) => Atomics.load(memory.words, word)

describe('a request', () => {
  const ask = (length: number) => {
    set(Word.MAILBOX_LENGTH, length)
    set(Word.MAILBOX, Mailbox.REQUEST)
  }

  test.each([0, 1, MAX_REQUEST])('of %i bytes is taken', (length) => {
    memory.mailbox.fill(7)
    ask(length)
    expect(channel.takeRequest()).toEqual(new Uint8Array(length).fill(7))
  })

  test.each([-1, MAX_REQUEST + 1])('of %i bytes is rejected', (length) => {
    ask(length)
    expect(() => channel.takeRequest()).toThrow(
      expect.objectContaining({ code: 'E_QTSM_MAILBOX', got: String(length) }),
    )
  })

  test.each([Mailbox.EMPTY, Mailbox.RESPONSE])('does not exist if the mailbox has the state %i', (state) => {
    ask(1)
    set(Word.MAILBOX, state)
    expect(channel.takeRequest()).toBeUndefined()
  })

  test('is taken once, and answered in the same place', () => {
    ask(3)
    set(Word.ASLEEP, 1)
    expect([channel.takeRequest()?.length, channel.takeRequest()]).toEqual([3, undefined])
    const bell = get(Word.KERNEL_BELL)
    channel.respond(Uint8Array.of(4, 5))
    expect([...memory.mailbox.slice(0, 2)]).toEqual([4, 5])
    expect([get(Word.MAILBOX_LENGTH), get(Word.MAILBOX)]).toEqual([2, Mailbox.RESPONSE])
    expect(get(Word.KERNEL_BELL)).toBe(bell + 1)
    ask(1)
    expect(channel.takeRequest()).toHaveLength(1)
  })

  test('is polled for briefly after an answer, and not otherwise', () => {
    let looks = 0
    let now = 1000
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      looks += 1
      now += 0.001
      return now
    })
    try {
      channel.takeRequest()
      expect(looks).toBe(1)
      channel.respond(new Uint8Array(1))
      looks = 0
      channel.takeRequest()
      // 8 µs on a clock that advances by one with each read.
      expect(looks).toBeGreaterThanOrEqual(7)
      expect(looks).toBeLessThanOrEqual(9)
      now += 1
      looks = 0
      channel.takeRequest()
      expect(looks).toBe(1)
    } finally {
      clock.mockRestore()
    }
  })
})

describe('an end', () => {
  test.each([
    [0, 0],
    [5, 5],
    [-1, 0],
    [MAILBOX_LENGTH, MAILBOX_LENGTH],
    [MAILBOX_LENGTH + 1, MAILBOX_LENGTH],
  ])('with the detail %i has a message of %i bytes', (detail, length) => {
    memory.mailbox.fill(65)
    set(Word.DETAIL, detail)
    set(Word.END, End.TRAPPED)
    expect(channel.readEnd()).toEqual({
      end: End.TRAPPED,
      status: detail,
      message: new Uint8Array(length).fill(65),
    })
  })
})

describe('a console', () => {
  const byteAt = (at: number) => at % 251

  test.each([
    0,
    1,
    CONSOLE_LENGTH - 1,
    CONSOLE_LENGTH,
    CONSOLE_LENGTH + 1,
    CONSOLE_LENGTH + 500,
    2 * CONSOLE_LENGTH + 7,
  ])('of which %i bytes were printed returns the newest ones, oldest first', (total) => {
    for (let at = 0; at < total; at++) memory.console[at % CONSOLE_LENGTH] = byteAt(at)
    set(Word.CONSOLE, total)
    const kept = Math.min(total, CONSOLE_LENGTH)
    expect(channel.readConsole()).toEqual({
      bytes: Uint8Array.from({ length: kept }, (_, at) => byteAt(total - kept + at)),
      total,
    })
  })

  test('counts up to 2^32', () => {
    set(Word.CONSOLE, -1)
    expect(channel.readConsole()).toMatchObject({ total: 2 ** 32 - 1 })
    expect(channel.readConsole().bytes).toHaveLength(CONSOLE_LENGTH)
  })
})

describe('the channel’s owner', () => {
  test('sees the phase, and the bell as a mark', () => {
    set(Word.PHASE, 3)
    set(Word.HYPERVISOR_BELL, 9)
    expect([channel.phase, channel.mark()]).toEqual([3, 9])
    channel.interrupt()
    expect(channel.mark()).toBe(10)
  })

  test('sleeps until the bell is rung, sets its sleep flag meanwhile, and does not block other tasks', async () => {
    const state = { isOver: false }
    void channel.sleep(channel.mark(), Number.POSITIVE_INFINITY).then(() => (state.isOver = true))
    await until(() => get(Word.HYPERVISOR_ASLEEP) === 1)
    await tasks(5)
    expect(state.isOver).toBe(false)
    ringBell(memory.words, Word.HYPERVISOR_BELL)
    await until(() => state.isOver)
    expect(get(Word.HYPERVISOR_ASLEEP)).toBe(0)
  })

  test('does not sleep if the bell was rung since the mark, but yields to other tasks', async () => {
    const mark = channel.mark()
    channel.interrupt()
    let isOver = false
    const slept = channel.sleep(mark, Number.POSITIVE_INFINITY).then(() => (isOver = true))
    await Promise.resolve()
    expect(isOver).toBe(false)
    await slept
  })

  test.each([0, 1])('wakes after %i ms at the latest', async (timeout) => {
    await channel.sleep(channel.mark(), timeout)
    expect(get(Word.HYPERVISOR_ASLEEP)).toBe(0)
  })

  test('notices at once, while polling, what arrives early', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
    const asleep: number[] = []
    const load = vi.spyOn(Atomics, 'waitAsync')
    try {
      const slept = channel.sleep(channel.mark(), 1000)
      setImmediate(() => channel.interrupt())
      // The clock stands still, so only an arrival ends the polling.
      clock.mockImplementation(() => asleep.push(get(Word.HYPERVISOR_ASLEEP)) / 1e6)
      await slept
      expect(load).not.toHaveBeenCalled()
      expect(new Set(asleep)).not.toContain(1)
    } finally {
      clock.mockRestore()
      load.mockRestore()
    }
  })
})
