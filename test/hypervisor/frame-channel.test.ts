/** The frames that an enclave's process may send: each kind within its limits, in its order, and no others. */
import { duplexPair } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.ts'
import { encodeFrame, Frame } from '../../src/boundary/frames.ts'
import { Phase } from '../../src/boundary/shared-memory.ts'
import { FrameChannel } from '../../src/hypervisor/frame-channel.ts'
import { FrameReader } from '../../src/hypervisor/frame-reader.ts'
import { HEADER_LENGTH } from '../../src/vsock/packet.ts'
import { tasks } from './kernel-ends.ts'
import { invalid, opened, u32 } from './process-end.ts'

const MAX_REQUEST = 0x1000

let ends: ReturnType<typeof opened>
beforeEach(() => {
  ends = opened()
})
afterEach(() => void ends.socket.destroy())

describe('a frame', () => {
  test.each([0, Frame.BOOT, Frame.RESPONSE, Frame.AWAKE, Frame.CODE, Frame.AHEAD, 12, 255])(
    'of kind %i is rejected',
    (kind) => {
      expect(() => ends.receive(kind)).toThrow(invalid('a frame of an unknown kind', kind))
    },
  )

  test('with an empty console is accepted', () => {
    expect(ends.receive(Frame.CONSOLE)).toBe('other')
  })

  test('with a packet that is shorter than its header is rejected', () => {
    expect(() => ends.receive(Frame.PACKET, new Uint8Array(HEADER_LENGTH - 1))).toThrow(
      invalid('a packet shorter than its header', HEADER_LENGTH - 1),
    )
  })
})

describe('a phase', () => {
  test.each([0, 2])('of %i bytes is rejected', (length) => {
    expect(() => ends.receive(Frame.PHASE, new Uint8Array(length))).toThrow(
      invalid('a phase of the wrong length', length),
    )
  })

  test('is the one that was reported last', () => {
    expect(ends.channel.phase).toBe(Phase.BOOTING)
    ends.receive(Frame.PHASE, Uint8Array.of(Phase.RUNNING))
    expect(ends.channel.phase).toBe(Phase.RUNNING)
  })

  test.each([Phase.ENDED, Phase.FAILED])(
    'that reports an end (%i) makes the channel ignore later frames',
    (phase) => {
      ends.receive(Frame.PHASE, Uint8Array.of(phase))
      expect(ends.receive(Frame.CONSOLE, new Uint8Array(1))).toBeUndefined()
      expect(ends.channel.isDrained).toBe(true)
      expect(ends.channel.readConsole().total).toBe(0)
    },
  )

  test('with a fence delivers what was sent before it, and the rest after the fence is lifted', () => {
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
  test.each([0, 7])('of %i bytes is rejected', (length) => {
    expect(() => ends.receive(Frame.END, new Uint8Array(length))).toThrow(
      invalid('an end that is too short', length),
    )
  })

  test('has its kind, its status and its message, with signed numbers', () => {
    expect(ends.channel.readEnd()).toEqual({ end: 0, status: 0, message: new Uint8Array(0) })
    ends.receive(Frame.END, u32(0x01020304, 0xfffffffe))
    expect(ends.channel.readEnd()).toEqual({ end: 0x01020304, status: -2, message: new Uint8Array(0) })
    ends.receive(Frame.END, u32(0xffffffff, 7), Uint8Array.of(8, 9))
    expect(ends.channel.readEnd()).toEqual({ end: -1, status: 7, message: Uint8Array.of(8, 9) })
  })
})

describe('a request', () => {
  test('has at most 4 KiB', () => {
    ends.receive(Frame.REQUEST, new Uint8Array(MAX_REQUEST))
    expect(ends.channel.takeRequest()).toHaveLength(MAX_REQUEST)
    const other = opened()
    expect(() => other.receive(Frame.REQUEST, new Uint8Array(MAX_REQUEST + 1))).toThrow(
      invalid('a request that is too long', MAX_REQUEST + 1),
    )
  })

  test('is taken once, and the next may arrive after the response', async () => {
    const { channel, receive, sent } = ends
    receive(Frame.REQUEST, Uint8Array.of(1))
    expect([channel.takeRequest(), channel.takeRequest()]).toEqual([Uint8Array.of(1), undefined])
    channel.respond(Uint8Array.of(2))
    await tasks(3)
    expect(sent()).toEqual([Frame.RESPONSE])
    receive(Frame.REQUEST, Uint8Array.of(3))
    expect(channel.takeRequest()).toEqual(Uint8Array.of(3))
  })

  test('may be empty', () => {
    ends.receive(Frame.REQUEST)
    expect(ends.channel.takeRequest()).toEqual(new Uint8Array(0))
  })

  test('is rejected while another waits to be taken', () => {
    ends.receive(Frame.REQUEST)
    expect(() => ends.receive(Frame.REQUEST)).toThrow(
      invalid('a request before the last one was answered', 1),
    )
  })

  test('is rejected while another is being answered', () => {
    ends.receive(Frame.REQUEST)
    ends.channel.takeRequest()
    expect(() => ends.receive(Frame.REQUEST)).toThrow(
      invalid('a request before the last one was answered', 1),
    )
  })

  test('is rejected while the last response waits for room', () => {
    const { channel, receive } = ends
    receive(Frame.REQUEST)
    channel.takeRequest()
    // More than the output buffers can hold.
    channel.respond(new Uint8Array(300_000))
    expect(channel.takeRequest()).toBeUndefined()
    expect(() => receive(Frame.REQUEST)).toThrow(invalid('a request before the last one was answered', 1))
  })

  test('is not changed by later frames', () => {
    ends.receive(Frame.REQUEST, Uint8Array.of(1, 2, 3))
    for (let count = 0; count < 12; count++) ends.receive(Frame.CONSOLE, new Uint8Array(60_000).fill(9))
    expect(ends.channel.takeRequest()).toEqual(Uint8Array.of(1, 2, 3))
  })
})

test('bytes after the end of a frame belong to the next frame', () => {
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
