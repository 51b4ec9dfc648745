/** What an enclave's process may say in frames: each kind within its bounds, in its order, and nothing else. */
import { duplexPair } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.ts'
import { encodeFrame, Frame } from '../../src/boundary/frames.ts'
import { Phase } from '../../src/boundary/shared-memory.ts'
import { FrameChannel } from '../../src/hypervisor/frame-channel.ts'
import { FrameReader } from '../../src/hypervisor/frame-reader.ts'
import { HEADER_LENGTH } from '../../src/vsock/packet.ts'
import { tasks } from './kernel-ends.ts'
import { opened, refused, u32 } from './process-end.ts'

const MOST_ASKED = 0x1000

let ends: ReturnType<typeof opened>
beforeEach(() => {
  ends = opened()
})
afterEach(() => void ends.socket.destroy())

describe('a frame', () => {
  test.each([0, Frame.BOOT, Frame.RESPONSE, Frame.AWAKE, Frame.CODE, Frame.AHEAD, 12, 255])(
    'of kind %i is none of its own',
    (kind) => {
      expect(() => ends.heard(kind)).toThrow(refused('a frame of an unknown kind', kind))
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
      refused('a phase of the wrong length', length),
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
    expect(() => ends.heard(Frame.REQUEST)).toThrow(refused('a request before the last one was answered', 1))
  })

  test('is refused while another is being answered', () => {
    ends.heard(Frame.REQUEST)
    ends.channel.takeRequest()
    expect(() => ends.heard(Frame.REQUEST)).toThrow(refused('a request before the last one was answered', 1))
  })

  test('is refused while the last answer has found no room', () => {
    const { channel, heard } = ends
    heard(Frame.REQUEST)
    channel.takeRequest()
    // More than the way out can hold.
    channel.respond(new Uint8Array(300_000))
    expect(channel.takeRequest()).toBeUndefined()
    expect(() => heard(Frame.REQUEST)).toThrow(refused('a request before the last one was answered', 1))
  })

  test('is kept as it came, whatever comes after it', () => {
    ends.heard(Frame.REQUEST, Uint8Array.of(1, 2, 3))
    for (let count = 0; count < 12; count++) ends.heard(Frame.CONSOLE, new Uint8Array(60_000).fill(9))
    expect(ends.channel.takeRequest()).toEqual(Uint8Array.of(1, 2, 3))
  })
})

test('bytes that are read beyond a frame are the next one’s', () => {
  const both = concatBytes(
    encodeFrame(Frame.PHASE, Uint8Array.of(Phase.RUNNING)),
    encodeFrame(Frame.CONSOLE, Uint8Array.of(65)),
  )
  const [own] = duplexPair()
  const reader = new FrameReader()
  const channel = new FrameChannel(own, own, reader)
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
