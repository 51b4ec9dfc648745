/**
 * A channel of frames, with the process's end of its socket controlled by the test, which can send any frame at once.
 */
import { type Duplex, duplexPair } from 'node:stream'
import { expect } from 'vitest'
import type { Bytes } from '../../src/base/bytes.ts'
import { encodeFrame } from '../../src/boundary/frames.ts'
import { FrameChannel } from '../../src/hypervisor/frame-channel.ts'
import { FrameReader } from '../../src/hypervisor/frame-reader.ts'
import { readPipe } from '../../src/platform/pipe.ts'
import type { Packet } from '../../src/vsock/packet.ts'

/** The process's end of a channel. */
export interface ProcessEnd {
  channel: FrameChannel
  socket: Duplex
  /** Sends a frame, which then waits to be taken. */
  say(kind: number, ...parts: Uint8Array[]): void
  /** Sends a frame, and returns what the channel makes of it. */
  receive(kind: number, ...parts: Uint8Array[]): Packet | 'other' | undefined
  /** The kinds of the frames that were sent to the process since the last call. */
  sent(): number[]
}

/** A channel, and the process's end of its socket. */
export function opened(): ProcessEnd {
  const [own, far] = duplexPair()
  const reader = new FrameReader()
  const incoming = new FrameReader()
  readPipe(far, incoming)
  const socket = readPipe(own, reader)
  const channel = new FrameChannel(socket, own, reader)
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
    receive(kind, ...parts) {
      say(kind, ...parts)
      return channel.pop()
    },
    sent() {
      const kinds: number[] = []
      for (let frame = incoming.next(); frame; frame = incoming.next()) kinds.push(frame.kind)
      return kinds
    },
  }
}

/** Consecutive 32-bit numbers, little-endian. */
export function u32(...values: number[]): Bytes {
  const bytes = new Uint8Array(4 * values.length)
  const view = new DataView(bytes.buffer)
  for (const [at, value] of values.entries()) view.setUint32(4 * at, value, true)
  return bytes
}

/** The error for an invalid frame. */
export const invalid = (what: string, got: number): unknown =>
  expect.objectContaining({ code: 'E_CHANNEL_FRAME', what: expect.stringContaining(what), got: String(got) })
