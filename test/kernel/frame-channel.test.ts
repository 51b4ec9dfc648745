/** The kernel's end of the socket to its hypervisor; the hypervisor's frames are prepared in advance. */
import { expect, test } from 'vitest'
import { decodePacket, encodeFrame, Frame, PREFIX_LENGTH } from '../../src/boundary/frames.ts'
import { End, Phase } from '../../src/boundary/shared-memory.ts'
import { FrameChannel } from '../../src/kernel/frame-channel.ts'
import { encodeHeader, HEADER_LENGTH, Op, type PacketHeader, TYPE_STREAM } from '../../src/vsock/packet.ts'

const packetOf = (length: number, forwardCount = 0): Uint8Array<ArrayBuffer> => {
  const header: PacketHeader = {
    sourceCid: 3,
    destinationCid: 4,
    sourcePort: 6000,
    destinationPort: 5000,
    length,
    type: TYPE_STREAM,
    operation: Op.RW,
    flags: 0,
    bufferAllocation: 65536,
    forwardCount,
  }
  const head = new Uint8Array(HEADER_LENGTH)
  encodeHeader(new DataView(head.buffer), 0, header)
  return encodeFrame(Frame.PACKET, head, new Uint8Array(length).fill(forwardCount))
}

/** A channel that reads `pieces` one by one and then nothing, with its own clock, and what it wrote. */
function channelWith(...pieces: Uint8Array[]) {
  const clock = { time: 0 }
  const written: { kind: number; body: Uint8Array<ArrayBuffer> }[] = []
  const socket = {
    read(into: Uint8Array): number {
      const piece = pieces.shift()
      if (!piece) throw new Error('it would wait for ever')
      if (piece.byteLength > into.byteLength) pieces.unshift(piece.subarray(into.byteLength))
      into.set(piece.subarray(0, into.byteLength))
      return Math.min(piece.byteLength, into.byteLength)
    },
    write(bytes: Uint8Array<ArrayBuffer>): void {
      written.push({ kind: bytes[4]!, body: bytes.slice(PREFIX_LENGTH) })
    },
  }
  return { channel: new FrameChannel(socket, () => clock.time), clock, written, pieces }
}

const AWAKE = encodeFrame(Frame.AWAKE)

test('packets arrive complete and in order, however the socket splits them', () => {
  const stream = Buffer.concat([packetOf(10, 1), packetOf(0, 2), packetOf(65536, 3), packetOf(1, 4)])
  for (const step of [61, 5000, stream.byteLength]) {
    const pieces = []
    for (let at = 0; at < stream.byteLength; at += step) pieces.push(stream.subarray(at, at + step))
    const { channel } = channelWith(...pieces)
    for (const [length, mark] of [
      [10, 1],
      [0, 2],
      [65536, 3],
      [1, 4],
    ] as const) {
      let packet = channel.pop()
      for (; !packet; packet = channel.pop()) channel.sleep(channel.mark(), Number.POSITIVE_INFINITY)
      expect(packet.header).toMatchObject({ length, forwardCount: mark })
      expect(packet.payload.every((byte) => byte === mark)).toBe(true)
    }
  }
})

test('a packet is sent with its header and its whole payload', () => {
  const { channel, written } = channelWith()
  const header = { ...decodePacket(packetOf(3).subarray(PREFIX_LENGTH)).header }
  expect(channel.push(header, Uint8Array.of(7, 8, 9))).toBe(true)
  const [frame] = written
  expect(frame!.kind).toBe(Frame.PACKET)
  const packet = decodePacket(frame!.body)
  expect([packet.header, [...packet.payload]]).toEqual([header, [7, 8, 9]])
})

test('polls at most once per millisecond, until AWAKE arrives', () => {
  const { channel, clock, written } = channelWith(packetOf(5, 1), Buffer.concat([packetOf(6, 2), AWAKE]))
  expect(channel.pop()).toBeUndefined()
  expect(written).toEqual([])
  clock.time = 1
  expect(channel.pop()?.header.length).toBe(5)
  expect(written).toEqual([{ kind: Frame.SLEEP, body: new Uint8Array(4) }])
  expect(channel.pop()?.header.length).toBe(6)
  expect(channel.pop()).toBeUndefined()
  expect(written).toHaveLength(1)
})

test('a sleep with a deadline requests AWAKE, unless an earlier one is pending', () => {
  const { channel, clock, written } = channelWith(AWAKE, packetOf(0), packetOf(0), AWAKE, AWAKE)
  const sleep = (time: number) => {
    channel.sleep(channel.mark(), time)
    while (channel.pop());
    return written.splice(0).map(({ body }) => new DataView(body.buffer).getUint32(0, true))
  }
  expect(sleep(Number.POSITIVE_INFINITY)).toEqual([])
  expect(sleep(20.5)).toEqual([21])
  clock.time = 0.5
  expect(sleep(30)).toEqual([])
  expect(sleep(10)).toEqual([10])
  expect(sleep(2 ** 40)).toEqual([2 ** 31 - 1])
})

test('the response of the security module overtakes earlier packets, which keep their order', () => {
  const answer = encodeFrame(Frame.RESPONSE, Uint8Array.of(1, 2, 3))
  const many = Array.from({ length: 20 }, (_, at) => packetOf(65536, at + 1))
  const { channel, written } = channelWith(...many, answer, packetOf(1, 99))
  channel.ask(Uint8Array.of(7))
  expect(written).toEqual([{ kind: Frame.REQUEST, body: Uint8Array.of(7) }])
  let taken = channel.takeAnswer()
  for (; !taken; taken = channel.takeAnswer()) channel.sleep(channel.mark(), Number.POSITIVE_INFINITY)
  expect(taken).toEqual(Uint8Array.of(1, 2, 3))
  expect(channel.takeAnswer()).toBeUndefined()
  channel.sleep(channel.mark(), Number.POSITIVE_INFINITY)
  const order = []
  for (let packet = channel.pop(); packet; packet = channel.pop()) order.push(packet.header.forwardCount)
  expect(order).toEqual([...many.map((_, at) => at + 1), 99])
})

test.each([
  ['too long', Uint8Array.of(255, 255, 255, 255, Frame.PACKET)],
  ['of an unknown kind', encodeFrame(99)],
  ['a packet without a header', encodeFrame(Frame.PACKET, new Uint8Array(3))],
])('a frame that is %s causes an error', (_, bytes) => {
  const { channel } = channelWith(bytes)
  channel.sleep(channel.mark(), Number.POSITIVE_INFINITY)
  expect(() => channel.pop()).toThrow(expect.objectContaining({ code: 'E_CHANNEL_FRAME' }))
})

test('console output, RUNNING and the end are sent in frames', () => {
  const { channel, written } = channelWith()
  channel.print(new Uint8Array(70_000))
  expect(written.splice(0).map(({ kind, body }) => [kind, body.byteLength])).toEqual([
    [Frame.CONSOLE, 65_536],
    [Frame.CONSOLE, 4464],
  ])
  channel.tellRunning()
  channel.tellEnd(End.EXITED, 3)
  channel.tellEnd(End.TRAPPED, 'no')
  expect(written).toEqual([
    { kind: Frame.PHASE, body: Uint8Array.of(Phase.RUNNING) },
    { kind: Frame.END, body: Uint8Array.of(End.EXITED, 0, 0, 0, 3, 0, 0, 0) },
    { kind: Frame.PHASE, body: Uint8Array.of(Phase.ENDED) },
    { kind: Frame.END, body: Uint8Array.of(End.TRAPPED, 0, 0, 0, 0, 0, 0, 0, 110, 111) },
    { kind: Frame.PHASE, body: Uint8Array.of(Phase.ENDED) },
  ])
})

test('an end before RUNNING is a failure', () => {
  const { channel, written } = channelWith()
  channel.tellEnd(End.TRAPPED, '')
  expect(written[1]).toEqual({ kind: Frame.PHASE, body: Uint8Array.of(Phase.FAILED) })
})
