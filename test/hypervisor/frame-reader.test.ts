/**
 * The reader of frames parses them in its buffer: how much it holds, how much one read adds, and which frames are
 * complete.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { encodeFrame, Frame, MAX_FRAME_LENGTH } from '../../src/boundary/frames.ts'
import { FrameReader } from '../../src/hypervisor/frame-reader.ts'

const MAX_BUFFERED = 524_288
const MAX_READ = 262_144

let reader: FrameReader
beforeEach(() => {
  reader = new FrameReader()
})

/** Passes `bytes` to the reader, in as many reads as necessary. */
function read(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength; at += MAX_READ) {
    const part = bytes.subarray(at, at + MAX_READ)
    reader.space().set(part)
    reader.advance(part.byteLength)
  }
}

describe('the buffer', () => {
  test('is filled by at most 256 KiB per read', () => {
    for (let times = 0; times < 4; times++) {
      expect(reader.space()).toHaveLength(MAX_READ)
      reader.advance(1)
    }
  })

  test('is full from 512 KiB on', () => {
    read(new Uint8Array(MAX_BUFFERED - 1))
    expect(reader.isFull).toBe(false)
    read(new Uint8Array(1))
    expect(reader.isFull).toBe(true)
  })

  test('has room for a whole read beyond that', () => {
    read(new Uint8Array(MAX_BUFFERED - 1))
    expect(reader.space()).toHaveLength(MAX_READ)
    read(new Uint8Array(MAX_READ))
    expect(reader.space()).toHaveLength(MAX_READ)
  })

  test('shrinks when frames are taken', () => {
    const frame = encodeFrame(Frame.PACKET, new Uint8Array(4091))
    for (let count = 0; count < MAX_BUFFERED / 4096; count++) read(frame)
    expect(reader.isFull).toBe(true)
    reader.next()
    expect(reader.isFull).toBe(false)
  })

  test('calls onBytes when bytes arrive', () => {
    let times = 0
    reader.onBytes = () => {
      times += 1
    }
    read(Uint8Array.of(1))
    read(Uint8Array.of(2))
    expect(times).toBe(2)
  })
})

describe('a frame', () => {
  const body = Uint8Array.of(1, 2, 3)

  test('is complete with its last byte', () => {
    const bytes = encodeFrame(Frame.CONSOLE, body)
    for (const byte of bytes) {
      expect([reader.hasNext, reader.next()]).toEqual([false, undefined])
      read(Uint8Array.of(byte))
    }
    expect(reader.hasNext).toBe(true)
    expect(reader.next()).toMatchObject({ kind: Frame.CONSOLE, body })
    expect([reader.hasNext, reader.next()]).toEqual([false, undefined])
  })

  test('is followed by the next one, however they were split', () => {
    read(new Uint8Array([...encodeFrame(Frame.CONSOLE, body), ...encodeFrame(Frame.PHASE, Uint8Array.of(1))]))
    expect(reader.next()).toMatchObject({ kind: Frame.CONSOLE, body })
    expect(reader.next()).toMatchObject({ kind: Frame.PHASE, body: Uint8Array.of(1) })
    expect(reader.next()).toBeUndefined()
  })

  test('arrives unchanged and in order, however often the buffer was reused', () => {
    let taken = 0
    const take = () => {
      for (let frame = reader.next(); frame; frame = reader.next()) {
        expect(frame.body.byteLength).toBe(50_000 + (taken % 7))
        expect(frame.body.every((byte) => byte === taken % 251)).toBe(true)
        taken += 1
      }
    }
    for (let sent = 0; sent < 100; sent++) {
      read(encodeFrame(Frame.CONSOLE, new Uint8Array(50_000 + (sent % 7)).fill(sent % 251)))
      // Sometimes several frames wait.
      if (sent % 3 === 0) take()
    }
    take()
    expect(taken).toBe(100)
  })

  test('is rejected as soon as its length is read, if it is longer than a packet', () => {
    read(encodeFrame(Frame.PACKET, new Uint8Array(MAX_FRAME_LENGTH)))
    expect(reader.next()?.body).toHaveLength(MAX_FRAME_LENGTH)
    read(encodeFrame(Frame.PACKET, new Uint8Array(MAX_FRAME_LENGTH + 1)).subarray(0, 5))
    expect(() => reader.hasNext).toThrow(expect.objectContaining({ code: 'E_CHANNEL_FRAME' }))
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'E_CHANNEL_FRAME' }))
  })
})
