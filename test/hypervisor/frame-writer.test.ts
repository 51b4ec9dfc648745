/** The writer of frames: what its two buffers hold, when they are written, and when it reports room. */
import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { encodeFrame, Frame, PREFIX_LENGTH } from '../../src/boundary/frames.ts'
import { FrameWriter } from '../../src/hypervisor/frame-writer.ts'
import { encodeHeader, HEADER_LENGTH, MAX_PAYLOAD } from '../../src/vsock/packet.ts'
import { headerOf, tasks } from './kernel-ends.ts'

const BUFFER = 262_144

/** A writer to a stream that completes a write when the test says so. */
function writing() {
  const written: Uint8Array[] = []
  let done: ((error?: Error) => void) | undefined
  const seen = { rooms: 0, written }
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk: Uint8Array, _, callback) {
      written.push(new Uint8Array(chunk))
      done = callback
    },
  })
  stream.on('error', () => {})
  const writer = new FrameWriter(stream, () => {
    seen.rooms += 1
  })
  const take = async (error?: Error) => {
    done!(error)
    await tasks(2)
  }
  return { writer, seen, take }
}

describe('frames', () => {
  test('of one task are written together, in order', async () => {
    const { writer, seen } = writing()
    expect(writer.write(Frame.AWAKE)).toBe(true)
    expect(writer.write(Frame.RESPONSE, Uint8Array.of(1, 2), Uint8Array.of(3))).toBe(true)
    expect(seen.written).toEqual([])
    await tasks(1)
    expect(seen.written).toEqual([
      new Uint8Array([...encodeFrame(Frame.AWAKE), ...encodeFrame(Frame.RESPONSE, Uint8Array.of(1, 2, 3))]),
    ])
  })

  test('of a packet consist of its header and payload', async () => {
    const { writer, seen } = writing()
    const payload = Uint8Array.of(7, 8, 9)
    const header = new Uint8Array(HEADER_LENGTH)
    encodeHeader(new DataView(header.buffer), 0, headerOf({ flags: 2 }, 3))
    writer.write(Frame.AWAKE)
    expect(writer.writePacket(headerOf({ flags: 2 }, 3), payload)).toBe(true)
    await tasks(1)
    expect(seen.written).toEqual([
      new Uint8Array([...encodeFrame(Frame.AWAKE), ...encodeFrame(Frame.PACKET, header, payload)]),
    ])
  })

  test('that are added during a write are written together after it', async () => {
    const { writer, seen, take } = writing()
    writer.write(Frame.RESPONSE, Uint8Array.of(1))
    await tasks(1)
    writer.write(Frame.RESPONSE, Uint8Array.of(2))
    writer.write(Frame.RESPONSE, Uint8Array.of(3))
    await tasks(2)
    expect([seen.written.length, seen.rooms]).toEqual([1, 0])
    await take()
    expect([seen.written.length, seen.rooms]).toEqual([2, 1])
    expect(seen.written[1]).toHaveLength(2 * (PREFIX_LENGTH + 1))
    await take()
    expect([seen.written.length, seen.rooms]).toEqual([2, 2])
    writer.write(Frame.RESPONSE, Uint8Array.of(4))
    await tasks(1)
    expect(seen.written[2]).toEqual(encodeFrame(Frame.RESPONSE, Uint8Array.of(4)))
  })

  test('that fail are the last ones: onRoom is not called', async () => {
    const { writer, seen, take } = writing()
    writer.write(Frame.RESPONSE, Uint8Array.of(1))
    await tasks(1)
    writer.write(Frame.RESPONSE, Uint8Array.of(2))
    await take(new Error('the pipe is broken'))
    expect([seen.written.length, seen.rooms]).toEqual([1, 0])
  })
})

describe('a buffer', () => {
  test('holds at most 256 KiB, including all length prefixes', async () => {
    const { writer, seen } = writing()
    expect(writer.write(Frame.RESPONSE, new Uint8Array(BUFFER - PREFIX_LENGTH + 1))).toBe(false)
    expect(writer.write(Frame.RESPONSE, new Uint8Array(BUFFER - 2 * PREFIX_LENGTH))).toBe(true)
    expect(writer.write(Frame.RESPONSE, new Uint8Array(1))).toBe(false)
    expect(writer.write(Frame.AWAKE)).toBe(true)
    expect(writer.write(Frame.AWAKE)).toBe(false)
    await tasks(1)
    expect(seen.written[0]).toHaveLength(BUFFER)
  })

  test('accepts a packet that exactly fits, and none that is one byte longer', () => {
    const { writer } = writing()
    const filler = 100
    writer.write(Frame.RESPONSE, new Uint8Array(BUFFER - 2 * PREFIX_LENGTH - HEADER_LENGTH - filler))
    expect(writer.packetRoom).toBe(filler)
    expect(writer.writePacket(headerOf({}, filler + 1), new Uint8Array(filler + 1))).toBe(false)
    expect(writer.writePacket(headerOf({}, filler), new Uint8Array(filler))).toBe(true)
    expect(writer.packetRoom).toBeLessThan(0)
  })

  test('reports room for a whole packet, or the rest of the buffer', () => {
    const { writer } = writing()
    expect(writer.packetRoom).toBe(MAX_PAYLOAD)
    const left = (payload: number) => BUFFER - 2 * PREFIX_LENGTH - HEADER_LENGTH - payload
    writer.write(Frame.RESPONSE, new Uint8Array(left(MAX_PAYLOAD)))
    expect(writer.packetRoom).toBe(MAX_PAYLOAD)
    const other = writing().writer
    other.write(Frame.RESPONSE, new Uint8Array(left(MAX_PAYLOAD - 1)))
    expect(other.packetRoom).toBe(MAX_PAYLOAD - 1)
  })

  test('is empty after it was written', async () => {
    const { writer, seen, take } = writing()
    for (let times = 0; times < 4; times++) {
      expect(writer.write(Frame.RESPONSE, new Uint8Array(BUFFER - PREFIX_LENGTH))).toBe(true)
      await tasks(1)
      if (times > 0) await take()
    }
    await take()
    expect(seen.written.map(({ byteLength }) => byteLength)).toEqual(Array(4).fill(BUFFER))
    expect(writer.write(Frame.RESPONSE, Uint8Array.of(5))).toBe(true)
    await tasks(1)
    expect(seen.written[4]).toEqual(encodeFrame(Frame.RESPONSE, Uint8Array.of(5)))
  })
})
