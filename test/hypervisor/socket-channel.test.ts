/** What an enclave's process may say in frames: each kind within its bounds, in its order, and nothing else. */
import { duplexPair } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { concatBytes } from '../../src/base/bytes.ts'
import { FrameReader } from '../../src/hypervisor/frame-reader.ts'
import { SocketChannel } from '../../src/hypervisor/socket-channel.ts'
import { encodeFrame, Frame, MAX_SLEEP } from '../../src/kernel/frames.ts'
import { Phase } from '../../src/kernel/shared-memory.ts'
import { readPipe } from '../../src/platform/pipe.ts'
import { HEADER_LENGTH } from '../../src/vsock/packet.ts'
import { tasks, until } from './kernel-ends.ts'

const MOST_ASKED = 0x1000
/** Bytes that may wait to be taken. */
const MOST_HELD = 524_288

/** A channel, and the process's end of its socket. */
function opened() {
  const [own, far] = duplexPair()
  const reader = new FrameReader()
  const incoming = new FrameReader()
  readPipe(far, incoming)
  const socket = readPipe(own, reader)
  const channel = new SocketChannel(socket, own, reader)
  const say = (kind: number, ...parts: Uint8Array[]) => {
    const frame = encodeFrame(kind, ...parts)
    for (let at = 0; at < frame.byteLength; at += 65_536) {
      const part = frame.subarray(at, at + 65_536)
      reader.space().set(part)
      reader.advance(part.byteLength)
    }
  }
  return {
    channel,
    socket,
    say,
    far,
    /** The kinds of the frames that the process was sent. */
    sent: () => {
      const kinds: number[] = []
      for (let frame = incoming.next(); frame; frame = incoming.next()) kinds.push(frame.kind)
      return kinds
    },
    /** What it makes of one frame. */
    heard: (kind: number, ...parts: Uint8Array[]) => {
      say(kind, ...parts)
      return channel.pop()
    },
  }
}

const u32 = (...values: number[]) => {
  const bytes = new Uint8Array(4 * values.length)
  const view = new DataView(bytes.buffer)
  for (const [at, value] of values.entries()) view.setUint32(4 * at, value, true)
  return bytes
}
const refused = (what: string, got: number | string) =>
  expect.objectContaining({ code: 'E_CHANNEL_FRAME', what: expect.stringContaining(what), got: String(got) })

let ends: ReturnType<typeof opened>
beforeEach(() => {
  ends = opened()
})
afterEach(() => void ends.socket.destroy())

describe('a frame', () => {
  test.each([0, Frame.BOOT, Frame.RESPONSE, Frame.AWAKE, Frame.CODE, Frame.AHEAD, 12, 255])(
    'of kind %i is none of its own',
    (kind) => {
      expect(() => ends.heard(kind)).toThrow(refused('a frame of no known kind', kind))
    },
  )

  test('of an empty console is one', () => {
    expect(ends.heard(Frame.CONSOLE)).toBe('other')
  })

  test('of a packet that is shorter than its header is refused', () => {
    expect(() => ends.heard(Frame.PACKET, new Uint8Array(HEADER_LENGTH - 1))).toThrow(
      refused('a packet shorter than its header', HEADER_LENGTH - 1),
    )
  })
})

describe('a phase', () => {
  test.each([0, 2])('of %i bytes is refused', (length) => {
    expect(() => ends.heard(Frame.PHASE, new Uint8Array(length))).toThrow(
      refused('a phase of another length', length),
    )
  })

  test('is what was told last', () => {
    expect(ends.channel.phase).toBe(Phase.BOOTING)
    ends.heard(Frame.PHASE, Uint8Array.of(Phase.RUNNING))
    expect(ends.channel.phase).toBe(Phase.RUNNING)
  })

  test.each([Phase.ENDED, Phase.FAILED])('of an end (%i) lets nothing come after it', (phase) => {
    ends.heard(Frame.PHASE, Uint8Array.of(phase))
    expect(ends.heard(Frame.CONSOLE, new Uint8Array(1))).toBeUndefined()
    expect(ends.channel.isDrained).toBe(true)
    expect(ends.channel.readConsole().total).toBe(0)
  })

  test('that is fenced gives what was sent in it, and the rest once that is lifted', () => {
    const { channel, say } = ends
    channel.fence()
    say(Frame.CONSOLE, new Uint8Array(1))
    say(Frame.PHASE, Uint8Array.of(Phase.RUNNING))
    say(Frame.CONSOLE, new Uint8Array(1))
    expect([channel.pop(), channel.pop(), channel.pop()]).toEqual(['other', 'other', undefined])
    expect([channel.readConsole().total, channel.isDrained]).toEqual([1, false])
    channel.lift()
    expect(channel.pop()).toBe('other')
    expect([channel.readConsole().total, channel.isDrained]).toEqual([2, true])
  })
})

describe('an end', () => {
  test.each([0, 7])('of %i bytes is refused', (length) => {
    expect(() => ends.heard(Frame.END, new Uint8Array(length))).toThrow(
      refused('an end that is too short', length),
    )
  })

  test('has its kind, its status and its words, the numbers with their signs', () => {
    expect(ends.channel.readEnd()).toEqual({ end: 0, status: 0, message: new Uint8Array(0) })
    ends.heard(Frame.END, u32(0x01020304, 0xfffffffe))
    expect(ends.channel.readEnd()).toEqual({ end: 0x01020304, status: -2, message: new Uint8Array(0) })
    ends.heard(Frame.END, u32(0xffffffff, 7), Uint8Array.of(8, 9))
    expect(ends.channel.readEnd()).toEqual({ end: -1, status: 7, message: Uint8Array.of(8, 9) })
  })
})

describe('a request', () => {
  test('is 4 KiB at most', () => {
    ends.heard(Frame.REQUEST, new Uint8Array(MOST_ASKED))
    expect(ends.channel.takeRequest()).toHaveLength(MOST_ASKED)
    const other = opened()
    expect(() => other.heard(Frame.REQUEST, new Uint8Array(MOST_ASKED + 1))).toThrow(
      refused('a request that is too long', MOST_ASKED + 1),
    )
  })

  test('is taken once, and the next may come when it was answered', async () => {
    const { channel, heard, sent } = ends
    heard(Frame.REQUEST, Uint8Array.of(1))
    expect([channel.takeRequest(), channel.takeRequest()]).toEqual([Uint8Array.of(1), undefined])
    channel.respond(Uint8Array.of(2))
    await tasks(3)
    expect(sent()).toEqual([Frame.RESPONSE])
    heard(Frame.REQUEST, Uint8Array.of(3))
    expect(channel.takeRequest()).toEqual(Uint8Array.of(3))
  })

  test('that is empty is one', () => {
    ends.heard(Frame.REQUEST)
    expect(ends.channel.takeRequest()).toEqual(new Uint8Array(0))
  })

  test('is refused while another waits to be taken', () => {
    ends.heard(Frame.REQUEST)
    expect(() => ends.heard(Frame.REQUEST)).toThrow(refused('a request before its last was answered', 1))
  })

  test('is refused while another is being answered', () => {
    ends.heard(Frame.REQUEST)
    ends.channel.takeRequest()
    expect(() => ends.heard(Frame.REQUEST)).toThrow(refused('a request before its last was answered', 1))
  })

  test('is refused while the last answer has found no room', () => {
    const { channel, heard } = ends
    heard(Frame.REQUEST)
    channel.takeRequest()
    // More than the way out can hold.
    channel.respond(new Uint8Array(300_000))
    expect(channel.takeRequest()).toBeUndefined()
    expect(() => heard(Frame.REQUEST)).toThrow(refused('a request before its last was answered', 1))
  })

  test('is kept as it came, whatever comes after it', () => {
    ends.heard(Frame.REQUEST, Uint8Array.of(1, 2, 3))
    for (let count = 0; count < 12; count++) ends.heard(Frame.CONSOLE, new Uint8Array(60_000).fill(9))
    expect(ends.channel.takeRequest()).toEqual(Uint8Array.of(1, 2, 3))
  })
})

describe('a sleep', () => {
  test.each([0, 3, 5])('of %i bytes is refused', (length) => {
    expect(() => ends.heard(Frame.SLEEP, new Uint8Array(length))).toThrow(
      refused('a sleep of no length', length),
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

test('bytes that are read beyond a frame are the next one’s', () => {
  const both = concatBytes(
    encodeFrame(Frame.PHASE, Uint8Array.of(Phase.RUNNING)),
    encodeFrame(Frame.CONSOLE, Uint8Array.of(65)),
  )
  const [own] = duplexPair()
  const reader = new FrameReader()
  const channel = new SocketChannel(own, own, reader)
  reader.space().set(both)
  reader.advance(both.byteLength)
  expect([channel.pop(), channel.isDrained, channel.pop(), channel.isDrained]).toEqual([
    'other',
    false,
    'other',
    true,
  ])
  expect([channel.phase, channel.readConsole()]).toEqual([1, { bytes: Uint8Array.of(65), total: 1 }])
})
