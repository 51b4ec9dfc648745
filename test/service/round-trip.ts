/** Messages through the host's codec and reader of frames, and values in a comparable form. */
import * as fc from 'fast-check'
import type { Bytes } from '../../src/base/bytes.ts'
import { hostCodec } from '../../src/service/codec.ts'
import { encodeFrame, FrameReader } from '../../src/service/frame.ts'
import { Kind, MAX_MESSAGE, type Message } from '../../src/service/protocol.ts'

/** The frame of a call's result. */
export const frameOf = (value: unknown, limit: number = MAX_MESSAGE): Bytes =>
  encodeFrame(hostCodec, [Kind.RESULT, 1, value], limit)

/** Reads the messages in `chunks`, and then the end of the stream. */
export function readAll(chunks: readonly Uint8Array[], limit: number = MAX_MESSAGE): Message[] {
  const reader = new FrameReader(hostCodec, limit)
  const messages: Message[] = []
  for (const chunk of chunks) {
    reader.push(chunk)
    for (let message = reader.next(); message; message = reader.next()) messages.push(message)
  }
  reader.assertEmpty()
  return messages
}

/** What is received if `value` is sent. */
export const sent = (value: unknown, limit: number = MAX_MESSAGE): unknown =>
  readAll([frameOf(value, limit)], limit)[0]![2]

/** `bytes` in chunks of `size`. */
export const chunked = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  )

/** The length of a frame. */
export function prefix(length: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, length)
  return bytes
}

/** Names that mean something on objects in JavaScript. */
const NAMES = [
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  'then',
  'value',
  '0',
  '7',
  '4294967295',
  '',
]

/** Any value that a service can send. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.bigInt({ min: 1n - 2n ** 64n, max: 2n ** 64n - 1n }),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary', minLength: 30, maxLength: 40 }).filter((text) => text.isWellFormed()),
    fc.boolean(),
    fc.constantFrom(null, undefined, Number.NaN, 2 ** 32 - 1, 2 ** 32, -(2 ** 32), -(2 ** 32) - 1),
    fc.uint8Array(),
    fc.date({ noInvalidDate: true, min: new Date(-1e14), max: new Date(1e14) }),
  ),
  key: fc
    .oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...NAMES))
    .filter((name) => name !== '__proto__'),
  any: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc.array(tie('any')),
    fc.dictionary(tie('key') as fc.Arbitrary<string>, tie('any')),
  ),
})).any

/** A comparable form of `value`; minus zero is written as zero. */
export function normal(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  if (value instanceof Date) return value.getTime()
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(normal)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, normal(inner)]))
}
