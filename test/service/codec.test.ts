/** Messages outside of an enclave: what is written is read as the same, also if it ends in a large byte string. */
import { decode } from 'cborg'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Bytes } from '../../src/base/bytes.ts'
import { appendMessage, hostCodec } from '../../src/service/codec.ts'
import { Kind, MAX_MESSAGE } from '../../src/service/protocol.ts'
import { anyValue, normal, sent } from './round-trip.ts'

const LARGE = 4096

test('a value is the same after a round trip', () => {
  const value = {
    numbers: [
      0,
      -1,
      23,
      24,
      2 ** 31,
      2 ** 32,
      2 ** 40,
      -(2 ** 40),
      1.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ],
    bigints: [5n, -5n, 2n ** 64n - 1n, 1n - 2n ** 64n],
    texts: ['', 'ä', 'x'.repeat(40), '😀'.repeat(40), 'a\0b'],
    rest: [true, false, null, undefined, new Date(1234567), new Uint8Array(300), []],
  }
  expect(sent(value)).toEqual(value)
})

/** cbor-x 1.6.9 (findings/cbor-minus-zero.sh). */
test('minus zero is sent as zero', () => {
  expect(sent([-0, { inner: -0 }])).toEqual([0, { inner: 0 }])
})

test('a random value is the same after a round trip', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      expect(normal(sent(value))).toEqual(normal(value))
    }),
  )
})

test('what was received can be sent again', () => {
  const value = { constructor: 1, inner: { toString: [{}], hasOwnProperty: null } }
  expect(sent(sent(sent(value)))).toEqual(value)
})

test('a Buffer, and another part of a larger buffer, are sent as their bytes', () => {
  for (const length of [10, LARGE]) {
    const whole = Uint8Array.from({ length: length + 10 }, (_, at) => at)
    for (const part of [Buffer.from(whole.buffer, 3, length), whole.subarray(3, 3 + length)]) {
      expect(sent(part)).toEqual(whole.slice(3, 3 + length))
      expect(sent([part])).toEqual([whole.slice(3, 3 + length)])
    }
  }
})

test.each([LARGE - 1, LARGE, LARGE + 1, 65_535, 65_536, 100_000])(
  'a message that ends in %i bytes is what another decoder reads too',
  (length) => {
    const bytes = Uint8Array.from({ length }, (_, at) => at % 253)
    for (const message of [
      [Kind.CALL, 7, 'method', bytes],
      [Kind.ITEM, 2 ** 33, bytes],
      [Kind.RESULT, 1, null, bytes],
    ]) {
      const frame = hostCodec.write(message, MAX_MESSAGE) as Bytes
      expect(new DataView(frame.buffer).getUint32(0)).toBe(frame.length - 4)
      expect(decode(frame.subarray(4))).toEqual(message)
      expect(hostCodec.read(frame, 4, frame.length)).toEqual(message)
    }
  },
)

test('a message that is too long is not written: its length is returned', () => {
  for (const [value, length] of [
    // Three bytes, and a head of five.
    [new Uint8Array(5000), 5008],
    ['x'.repeat(5000), 5006],
  ] as const) {
    expect(hostCodec.write([Kind.RESULT, 1, value], length - 1)).toBe(length)
    expect(hostCodec.write([Kind.RESULT, 1, value], length)).toHaveLength(4 + length)
  }
})

test('values before a large byte string are checked too', () => {
  const write = () => hostCodec.write([Kind.CALL, 1, Symbol('x'), new Uint8Array(LARGE)], MAX_MESSAGE)
  expect(write).toThrow(expect.objectContaining({ code: 'E_SERVICE_VALUE' }))
})

test.each([20, 5000])('a value is written as it is although a getter of it writes %d bytes', (length) => {
  const write = (value: unknown) => hostCodec.write([Kind.CALL, 1, 'name', value], MAX_MESSAGE) as Bytes
  const inner: string[] = []
  const value = {
    before: 'x'.repeat(10),
    get during() {
      const frame = write(new Uint8Array(length).fill(7))
      inner.push(JSON.stringify(hostCodec.read(frame, 4, frame.length)))
      return 1
    },
    after: [2, 3],
  }
  const frame = write(value)
  expect(hostCodec.read(frame, 4, frame.length)).toEqual([
    Kind.CALL,
    1,
    'name',
    { before: 'x'.repeat(10), during: 1, after: [2, 3] },
  ])
  expect(new Set(inner)).toEqual(
    new Set([JSON.stringify([Kind.CALL, 1, 'name', new Uint8Array(length).fill(7)])]),
  )
  expect(sent({ next: 1 })).toEqual({ next: 1 })
})

describe('small messages', () => {
  const message = (value: unknown) => [Kind.CALL, 7, 'name', value]
  const written = (value: unknown) => hostCodec.write(message(value), MAX_MESSAGE) as Bytes

  test('are written behind each other as they are one by one, and counted', () => {
    const place = new Uint8Array(4096)
    const values = [1, 'two', { three: [3] }, new Uint8Array(1000), null]
    const frames = values.map(written)
    for (const [at, value] of values.entries())
      expect(appendMessage(message(value), MAX_MESSAGE, place)).toBe(frames[at]!.length)
    const all = Buffer.concat(frames)
    expect(new DataView(place.buffer).getUint32(0, true)).toBe(all.length)
    expect(all.equals(place.subarray(4, 4 + all.length))).toBe(true)
  })

  test('are not put there without room, beyond the limit, or if they are large', () => {
    const frame = written('abc')
    const place = new Uint8Array(4 + 2 * frame.length - 1)
    expect(appendMessage(message('abc'), frame.length - 5, place)).toBe(0)
    expect(appendMessage(message('abc'), frame.length - 4, place)).toBe(frame.length)
    const before = place.slice()
    expect(appendMessage(message('abc'), MAX_MESSAGE, place), 'a frame of its own').toEqual(frame)
    expect(place).toEqual(before)
    expect(appendMessage(message(new Uint8Array(LARGE)), MAX_MESSAGE, new Uint8Array(2 * LARGE))).toBe(0)
  })

  test('may be appended while another is being written', () => {
    const place = new Uint8Array(200)
    const value = {
      get first() {
        appendMessage(message('inner'), MAX_MESSAGE, place)
        return 1
      },
    }
    const outer = appendMessage(message(value), MAX_MESSAGE, place) as number
    const count = new DataView(place.buffer).getUint32(0, true)
    const inner = Buffer.from(written('inner'))
    expect((count - outer) % inner.length).toBe(0)
    expect(Buffer.from(place.subarray(4, 4 + inner.length)).equals(inner)).toBe(true)
    expect(hostCodec.read(place, 4 + count - outer + 4, 4 + count)).toEqual(message({ first: 1 }))
  })

  test('with a value that cannot be sent are refused', () => {
    expect(() =>
      appendMessage(
        message(() => {}),
        MAX_MESSAGE,
        new Uint8Array(99),
      ),
    ).toThrow(expect.objectContaining({ code: 'E_SERVICE_VALUE' }))
  })
})
