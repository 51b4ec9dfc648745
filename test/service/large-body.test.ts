/** Large messages that end in a byte string: received where they stay, whatever the chunks; others as all messages. */
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.ts'
import { hostCodec } from '../../src/service/codec.ts'
import { encodeFrame, FrameReader } from '../../src/service/frame.ts'
import { LargeBody, roomFor } from '../../src/service/large-body.ts'
import { Kind, MAX_MESSAGE } from '../../src/service/protocol.ts'
import { chunked, frameOf, readAll } from './round-trip.ts'

const LENGTH = 300_000
const body = Uint8Array.from({ length: LENGTH }, (_, at) => at % 251)
const PREFIX = 4

const readerAt = (frame: Uint8Array, length: number) => {
  const reader = new FrameReader(hostCodec, MAX_MESSAGE)
  reader.push(frame.slice(0, length))
  expect(reader.next()).toBeUndefined()
  return reader
}

describe('a message with a byte string at its end', () => {
  test.each([7, 15, 16, 17, 65_536, LENGTH - 1])('is read in chunks of %i bytes', (size) => {
    const frames = concatBytes(frameOf(1), frameOf(body), frameOf(2))
    expect(readAll(chunked(frames, size))).toEqual([
      [Kind.RESULT, 1, 1],
      [Kind.RESULT, 1, body],
      [Kind.RESULT, 1, 2],
    ])
  })

  test('is given an array of its own, of exactly its length', () => {
    const [, , value] = readAll(chunked(frameOf(body), 65_536))[0] as [number, number, Uint8Array]
    expect([value.byteOffset, value.buffer.byteLength]).toEqual([0, LENGTH])
  })

  test('may also have a method before it, of any length', () => {
    for (const name of ['', 'x'.repeat(23), 'x'.repeat(24), 'x'.repeat(255), 'x'.repeat(256)]) {
      for (const id of [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1]) {
        const frame = encodeFrame(hostCodec, [Kind.CALL, id, name, body], MAX_MESSAGE)
        expect(readAll(chunked(frame, 65_536))).toEqual([[Kind.CALL, id, name, body]])
      }
    }
  })

  test('can be put in its place directly', () => {
    const frame = frameOf(body)
    const reader = readerAt(frame, 1000)
    let at = 1000
    while (at < frame.length) {
      const { place } = reader
      const part = frame.subarray(at, at + Math.min(70_000, place!.length))
      place!.set(part)
      at += part.length
      reader.push(place!.subarray(0, part.length))
      const message = reader.next()
      if (at < frame.length) expect(message).toBeUndefined()
      else expect(message).toEqual([Kind.RESULT, 1, body])
    }
    expect(reader.place).toBeUndefined()
    expect(reader.length).toBe(frame.length)
  })

  test('that ends early is told with what has arrived', () => {
    const reader = readerAt(frameOf(body), 1000)
    expect(() => reader.assertEmpty()).toThrow(`${1000 - PREFIX} bytes`)
  })
})

describe('any other message', () => {
  const begin = (message: readonly unknown[]) => {
    const frame = encodeFrame(hostCodec, message, MAX_MESSAGE)
    return LargeBody.begin(frame.subarray(0, 1000), PREFIX, frame.length)
  }

  test.each<[string, readonly unknown[]]>([
    ['that ends in a text', [Kind.RESULT, 1, 'x'.repeat(LENGTH)]],
    ['with bytes in an object', [Kind.RESULT, 1, { body }]],
    ['with bytes before its end', [Kind.RESULT, 1, body, true]],
    ['with an object before the bytes', [Kind.RESULT, { a: 1 }, body]],
    ['with a long text before the bytes', [Kind.RESULT, 'x'.repeat(256), body]],
  ])('%s is not taken for one', (_, message) => {
    expect(begin(message)).toBeUndefined()
    expect(begin([Kind.RESULT, 1, body]), 'the control').toBeDefined()
  })

  test('whose byte string would end elsewhere is not taken for one, and is refused', () => {
    const frame = frameOf(body)
    frame[PREFIX + 6]! ^= 1
    expect(LargeBody.begin(frame.subarray(0, 1000), PREFIX, frame.length)).toBeUndefined()
    expect(() => readAll(chunked(frame, 65_536))).toThrow(
      expect.objectContaining({ code: 'E_SERVICE_FRAME' }),
    )
  })

  test('with bytes in place of its kind or id is refused', () => {
    for (const message of [[body], [Kind.RESULT, body]]) {
      const frame = encodeFrame(hostCodec, message, MAX_MESSAGE)
      expect(() => readAll(chunked(frame, 65_536))).toThrow(
        expect.objectContaining({ code: 'E_SERVICE_FRAME' }),
      )
    }
  })
})

describe('room', () => {
  test('grows with what has arrived, and never beyond what is wanted', () => {
    const first = roomFor(new Uint8Array(), 0, 10, 1e9)
    expect(first.length).toBe(320)
    expect(roomFor(first, 10, 320, 1e9)).toBe(first)
    first.fill(7, 0, 10)
    const second = roomFor(first, 10, 321, 1e4)
    expect(second.length).toBe(1e4)
    expect(second.subarray(0, 11)).toEqual(Uint8Array.of(7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0))
  })
})
