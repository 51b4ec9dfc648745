/** Frames of the service protocol: round trips in chunks of any size, limits, and errors for unsupported values. */
import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { concatBytes } from '../../src/base/bytes.ts'
import { encodeFrame, MAX_MESSAGE, readFrames } from '../../src/service/frame.ts'
import { MAX_DEPTH, MAX_ITEMS } from '../../src/service/read-message.ts'

async function read(...chunks: Uint8Array[]): Promise<readonly unknown[][]> {
  async function* chunked() {
    yield* chunks
  }
  const messages: unknown[][] = []
  for await (const { values } of readFrames(chunked())) messages.push([...values])
  return messages
}

const sent = async (value: unknown) => (await read(encodeFrame([1, true, value])))[0]![2]
const prefix = (length: number) => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, length)
  return bytes
}
const refused = { code: 'E_SERVICE_FRAME' }

describe('a message', () => {
  test('is the same after a round trip', async () => {
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
      texts: ['', 'ä', 'x'.repeat(40), '😀'.repeat(40)],
      rest: [true, false, null, undefined, new Date(1234567), new Uint8Array(300), {}, []],
    }
    expect(await sent(value)).toEqual(value)
  })

  test('is the same after a round trip, for random values', async () => {
    const leaf = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.bigInt({ min: 1n - 2n ** 64n, max: 2n ** 64n - 1n }),
      fc.string({ unit: 'grapheme' }),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array(),
      fc.date({ noInvalidDate: true, min: new Date(-1e14), max: new Date(1e14) }),
    )
    const key = fc.string({ unit: 'grapheme' }).filter((name) => name !== '__proto__')
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('any')), fc.dictionary(key, tie('any'))),
    })).any
    await fc.assert(
      fc.asyncProperty(value, async (given) => {
        expect(normal(await sent(given))).toEqual(normal(given))
      }),
    )
  })

  test('is read in chunks of any size', async () => {
    const frames = concatBytes(encodeFrame([1, 'a', { text: 'x'.repeat(9000) }]), encodeFrame([2, 'b', 7]))
    const whole = await read(frames)
    expect(whole).toHaveLength(2)
    for (const size of [1, 2, 3, 4, 5, 4095, 4096, 4097, frames.length - 1]) {
      const parts = Array.from({ length: Math.ceil(frames.length / size) }, (_, at) =>
        frames.slice(at * size, (at + 1) * size),
      )
      expect(await read(...parts)).toEqual(whole)
    }
  })

  test('is not a view of the received bytes', async () => {
    const frame = encodeFrame([1, true, Uint8Array.of(7, 7)])
    const [[, , bytes]] = (await read(frame)) as [[number, boolean, Uint8Array]]
    frame.fill(0)
    expect(bytes).toEqual(Uint8Array.of(7, 7))
  })
})

/** A comparable form of `value`; minus zero is written as zero. */
function normal(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  if (value instanceof Date) return value.getTime()
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(normal)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, normal(inner)]))
}

describe('a frame', () => {
  test('of the maximum length is read; one byte more is refused by the writer and the reader', async () => {
    // [1, true, bytes]: three bytes, and the five bytes of the byte string's head.
    const longest = new Uint8Array(MAX_MESSAGE - 8)
    expect(encodeFrame([1, true, longest])).toHaveLength(4 + MAX_MESSAGE)
    expect(await sent(longest)).toHaveLength(longest.length)
    expect(() => encodeFrame([1, true, new Uint8Array(MAX_MESSAGE - 7)])).toThrow(
      expect.objectContaining(refused),
    )
    await expect(read(prefix(MAX_MESSAGE + 1))).rejects.toMatchObject(refused)
  })

  test.each([
    ['is empty', [prefix(0)]],
    ['contains invalid CBOR', [prefix(1), Uint8Array.of(0xff)]],
    ['does not contain an array', [prefix(1), Uint8Array.of(0x01)]],
    ['does not begin with a number', [prefix(3), Uint8Array.of(0x82, 0xf6, 0x00)]],
    ['begins with a fraction', [prefix(10), Uint8Array.of(0x81, 0xfb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0)]],
    ['ends innermost its length', [prefix(4).subarray(0, 3)]],
    ['ends after its length', [prefix(4)]],
    ['ends innermost its message', [prefix(2), Uint8Array.of(0x81)]],
  ])('that %s is refused', async (_, chunks) => {
    await expect(read(...chunks)).rejects.toMatchObject(refused)
  })

  test('with a large length but few bytes takes little memory', async () => {
    async function* drip() {
      yield prefix(MAX_MESSAGE)
      for (let count = 0; count < 2000; count++) yield Uint8Array.of(0)
    }
    const before = process.memoryUsage().arrayBuffers
    const frames = readFrames(drip())
    await expect(frames.next()).rejects.toMatchObject(refused)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MAX_MESSAGE / 2)
  })
})

test('a frame in many chunks is copied a bounded number of times, not once per chunk', async () => {
  const [frame, part] = [encodeFrame([1, true, new Uint8Array(MAX_MESSAGE / 2)]), 256]
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
    const parts = Array.from({ length: Math.ceil(frame.length / part) }, (_, at) =>
      frame.subarray(at * part, (at + 1) * part),
    )
    expect(await read(...parts)).toHaveLength(1)
  } finally {
    spy.mockRestore()
  }
  expect(copied).toBeLessThan(4 * frame.length)
})

describe('unsupported values', () => {
  class Account {
    toJSON() {
      return 1
    }
  }
  test.each<[unknown, string, string]>([
    [new Map(), 'value', 'a Map'],
    [{ list: [1, new Set()] }, 'value.list[1]', 'a Set'],
    [{ f: () => 1 }, 'value.f', 'a function'],
    [Symbol('x'), 'value', 'a symbol'],
    [new Float64Array(1), 'value', 'a Float64Array'],
    [new ArrayBuffer(1), 'value', 'a ArrayBuffer'],
    [/x/, 'value', 'a RegExp'],
    [new Error('secret'), 'value', 'a Error'],
    [new Account(), 'value', 'a Account'],
    [{ [Symbol.iterator]: () => [].values() }, 'value', 'a Object'],
    [new Date(Number.NaN), 'value', 'an invalid Date'],
    ['\ud800', 'value', 'a lone surrogate'],
    [{ '\udc00': 1 }, 'value', 'a lone surrogate'],
    [2n ** 64n, 'value', 'a bigint'],
    [-(2n ** 64n), 'value', 'a bigint'],
    [{ a: JSON.parse('{"__proto__":1}') }, 'value.a', '__proto__'],
    [Object.assign(Object.create(null), { map: new Map() }), 'value.map', 'a Map'],
  ])('%s is refused, and the error names its path', (value, path, kind) => {
    const send = () => encodeFrame([1, true, value])
    expect(send).toThrow(expect.objectContaining({ code: 'E_SERVICE_VALUE' }))
    expect(send).toThrow(`cannot send ${path};`)
    expect(send).toThrow(kind)
    expect(send).not.toThrow('secret')
  })

  test('the type name in the error is limited to 80 characters', () => {
    const long = new (Object.defineProperty(class {}, 'name', { value: 'n'.repeat(81) }))()
    Object.assign(long, { toJSON: () => 1 })
    expect(() => encodeFrame([1, true, long])).toThrow(
      expect.objectContaining({ got: `a ${'n'.repeat(80)}` }),
    )
  })

  test('an instance of a class without toJSON is sent as its own properties', async () => {
    class Point {
      x = 1
    }
    expect(await sent(new Point())).toEqual({ x: 1 })
  })

  test(`${MAX_DEPTH} levels are sent, one more is not; also for empty values`, async () => {
    const nested = (levels: number, innermost: unknown): unknown =>
      levels === 0 ? innermost : [nested(levels - 1, innermost)]
    // The message itself is one level.
    for (const innermost of [[], {}, new Date(0)]) {
      expect(await sent(nested(MAX_DEPTH - 2, innermost))).toBeDefined()
      expect(() => encodeFrame([1, true, nested(MAX_DEPTH - 1, innermost)])).toThrow('64 levels')
    }
    expect(await sent(nested(MAX_DEPTH - 1, Uint8Array.of(1)))).toBeDefined()
  })

  test(`${MAX_ITEMS} values are sent, one more is not, counted in the same way as by the reader`, async () => {
    // The message, its number, its `true` and the array are four values.
    const most = new Array(MAX_ITEMS - 4).fill(0)
    expect(await sent(most)).toHaveLength(most.length)
    expect(() => encodeFrame([1, true, [...most, 0]])).toThrow('131072 values')
    expect(() => encodeFrame([1, true, [...most.slice(1), new Date(0)]])).toThrow('131072 values')
    const object = Object.fromEntries(most.slice(0, (MAX_ITEMS - 4) / 2).map((_, at) => [at, 0]))
    expect(Object.keys((await sent(object)) as object)).toHaveLength((MAX_ITEMS - 4) / 2)
    expect(() => encodeFrame([1, true, { ...object, more: 1 }])).toThrow('131072 values')
  })
})
