/** Frames of the service protocol: read in chunks of any size or into a buffer, their limits, and malformed ones. */
import { describe, expect, test, vi } from 'vitest'
import { concatBytes } from '../../src/base/bytes.ts'
import { hostCodec } from '../../src/service/codec.ts'
import { encodeFrame, FrameReader } from '../../src/service/frame.ts'
import { type Codec, Kind, MAX_MESSAGE } from '../../src/service/protocol.ts'
import { chunked, frameOf, prefix, readAll, sent } from './round-trip.ts'

const refused = expect.objectContaining({ code: 'E_SERVICE_FRAME' })
const MIB = 1 << 20

describe('a message', () => {
  test('is read in chunks of any size', () => {
    const frames = concatBytes(frameOf({ text: 'x'.repeat(9000) }), frameOf(7), frameOf(new Uint8Array(5000)))
    const whole = readAll([frames])
    expect(whole).toHaveLength(3)
    for (const size of [1, 2, 3, 4, 5, 4095, 4096, 4097, frames.length - 1]) {
      expect(readAll(chunked(frames, size))).toEqual(whole)
    }
  })

  test.each([2, 6000])('of %i bytes and more is not a view of the received bytes', (length) => {
    const frame = frameOf(new Uint8Array(length).fill(7))
    for (const chunks of [[frame], chunked(frame, 3)]) {
      const copies = chunks.map((chunk) => chunk.slice())
      const [[, , bytes]] = readAll(copies) as [[number, number, Uint8Array]]
      for (const copy of copies) copy.fill(0)
      expect(bytes).toEqual(new Uint8Array(length).fill(7))
    }
  })

  test('counts with the four bytes of its length, as its sender counts it', () => {
    const reader = new FrameReader(hostCodec, MAX_MESSAGE)
    for (const value of [7, 'x'.repeat(100_000)]) {
      const frame = frameOf(value)
      for (const chunk of chunked(frame, 70_000)) {
        reader.push(chunk)
        reader.next()
      }
      expect(reader.length).toBe(frame.length)
    }
  })
})

describe('a frame', () => {
  test.each([1 << 10, MAX_MESSAGE])(
    'of the maximum length of %i is read; one byte more is refused',
    (limit) => {
      const overhead = limit > 65536 ? 8 : 6
      // [1, 1, bytes]: three bytes, and the head of the byte string.
      const longest = new Uint8Array(limit - overhead)
      expect(frameOf(longest, limit)).toHaveLength(4 + limit)
      expect(sent(longest, limit)).toHaveLength(longest.length)
      const longer = new Uint8Array(limit - overhead + 1)
      expect(() => frameOf(longer, limit)).toThrow(refused)
      expect(() => frameOf(longer, limit)).toThrow(`${limit + 1} bytes`)
      // The other way to write: not a byte string at the end.
      const text = 'x'.repeat(longest.length)
      expect(sent(text, limit)).toHaveLength(text.length)
      expect(() => frameOf(`${text}x`, limit)).toThrow(refused)
      expect(() => readAll([prefix(limit + 1)], limit)).toThrow(refused)
      expect(() => readAll(chunked(prefix(limit + 1), 1), limit)).toThrow(refused)
    },
  )

  test.each<[string, Uint8Array[]]>([
    ['is empty', [prefix(0)]],
    ['is empty, and arrives byte by byte', chunked(prefix(0), 1)],
    ['contains invalid CBOR', [prefix(1), Uint8Array.of(0xff)]],
    ['does not contain an array', [prefix(1), Uint8Array.of(0x01)]],
    ['contains an empty array', [prefix(1), Uint8Array.of(0x80)]],
    ['has no id', [prefix(2), Uint8Array.of(0x81, 0x01)]],
    ['does not begin with a number', [prefix(3), Uint8Array.of(0x82, 0xf6, 0x00)]],
    ['has an unknown kind', [prefix(3), Uint8Array.of(0x82, 0x07, 0x01)]],
    ['has a negative kind', [prefix(3), Uint8Array.of(0x82, 0x20, 0x01)]],
    ['has a fraction as kind', [prefix(11), Uint8Array.of(0x82, 0xfb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 1)]],
    ['has a negative id', [prefix(3), Uint8Array.of(0x82, 0x01, 0x20)]],
    ['has a text as id', [prefix(4), Uint8Array.of(0x82, 0x01, 0x61, 0x31)]],
    ['has a bigint as id', [prefix(11), Uint8Array.of(0x82, 0x01, 0x1b, 0, 0, 0, 0, 0, 0, 0, 1)]],
    ['has an id that is too large', [prefix(11), Uint8Array.of(0x82, 1, 0xfb, 0x43, 0x40, 0, 0, 0, 0, 0, 0)]],
    ['ends within its length', [prefix(4).subarray(0, 3)]],
    ['ends after its length', [prefix(4)]],
    ['ends within its message', [prefix(2), Uint8Array.of(0x81)]],
  ])('that %s is refused', (_, chunks) => {
    expect(() => readAll(chunks)).toThrow(refused)
    expect(() => readAll([concatBytes(...chunks)])).toThrow(refused)
  })

  test('with a large length but few bytes takes little memory', () => {
    const before = process.memoryUsage().arrayBuffers
    const reader = new FrameReader(hostCodec, MAX_MESSAGE)
    for (const chunk of [prefix(MAX_MESSAGE), ...chunked(new Uint8Array(2000), 1)]) {
      reader.push(chunk)
      expect(reader.next()).toBeUndefined()
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MIB)
    reader.push(new Uint8Array(100_000))
    expect(reader.next()).toBeUndefined()
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(6 * MIB)
    expect(() => reader.assertEmpty()).toThrow(refused)
  })

  test('in many chunks is copied a bounded number of times, not once per chunk', () => {
    const frame = frameOf(new Uint8Array(MIB))
    let copied = 0
    const { set } = Uint8Array.prototype
    const spy = vi.spyOn(Uint8Array.prototype, 'set').mockImplementation(function (
      this: Uint8Array,
      bytes,
      at,
    ) {
      copied += bytes.length
      set.call(this, bytes, at)
    })
    try {
      expect(readAll(chunked(frame, 256))).toHaveLength(1)
    } finally {
      spy.mockRestore()
    }
    expect(copied).toBeLessThan(4 * frame.length)
  })
})

test('a codec that refuses a value which the check accepts still leads to E_SERVICE_VALUE', () => {
  const codec = { ...hostCodec, write: () => undefined }
  expect(() => encodeFrame(codec, [Kind.RESULT, 1, 2], MAX_MESSAGE)).toThrow(
    expect.objectContaining({ code: 'E_SERVICE_VALUE' }),
  )
  expect(() => encodeFrame(codec, [Kind.RESULT, 1, { a: new Map() }], MAX_MESSAGE)).toThrow('value.a')
})

describe('messages that a codec reads together', () => {
  const lists: unknown[][] = []
  /** Reads all complete frames but those with the value 13, which it leaves to `read`. */
  const codec: Codec = {
    ...hostCodec,
    readMany(bytes, from, limit) {
      const found: unknown[] = []
      const view = new DataView(bytes.buffer, bytes.byteOffset)
      for (let at = from; at + 4 <= bytes.length; ) {
        const end = at + 4 + view.getUint32(at)
        if (end > bytes.length || end - at - 4 > limit) break
        const message = hostCodec.read(bytes, at + 4, end) as unknown[]
        if (message[2] === 13) break
        found.push(message, end)
        at = end
      }
      lists.push(found)
      return found
    },
  }
  const read = (chunks: readonly Uint8Array[]) => {
    const reader = new FrameReader(codec, MAX_MESSAGE)
    const found: unknown[] = []
    for (const chunk of chunks) {
      reader.push(chunk)
      for (let message = reader.next(); message; message = reader.next())
        found.push([message[2], reader.length])
    }
    reader.assertEmpty()
    return found
  }

  test('come in their order with their lengths, however the frames are cut', () => {
    const values = [1, 'two', 13, 13, new Uint8Array(100_000), 4, 13, 5]
    const frames = values.map((value) => frameOf(value))
    const wanted = values.map((value, at) => [value, frames[at]!.length])
    for (const size of [1, 5, 4096, 70_000, 1 << 20])
      expect(read(chunked(concatBytes(...frames), size))).toEqual(wanted)
  })

  test('are not kept by the reader once they are given', () => {
    lists.length = 0
    expect(read([concatBytes(frameOf('a'), frameOf('b'))])).toHaveLength(2)
    expect(lists[0]).toHaveLength(4)
    expect(lists.flat().filter((one) => typeof one === 'object')).toEqual([])
  })
})
