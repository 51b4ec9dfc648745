/**
 * A guest that reads and writes messages with the engine's own codec. A connection to port 5000 carries any number of
 * parts, each after its length. A part begins with the letter e and an expression, whose value is written, or with the
 * letter r and a message, which is read and written again. For each, the guest answers with two parts: a text, and what was
 * written. All is done a second time with several messages at once, which must come to the same; but not for expressions
 * after the letter o, whose values change when they are written.
 */
import { appendMessage, readMessage, readMessages, writeMessage } from 'webclave:engine'
import { vsock } from 'webclave/sdk'
import { writtenValue } from './written-value.ts'

const LIMIT = 1 << 26
const PREFIX = 4
const LAST_KIND = 6
const LAST_ID = 2 ** 31 - 1
const MOST_AT_ONCE = 64
const EVALUATE = 'e'.charCodeAt(0)
const EVALUATE_ONCE = 'o'.charCodeAt(0)
const Code = (() => {}).constructor as new (code: string) => () => unknown
const encoder = new TextEncoder()

function same(what: string, found: unknown, wanted: unknown): void {
  if (writtenValue(found) !== writtenValue(wanted)) throw new Error(`${what}: ${writtenValue(found)}`)
}

/** The outcome of writing: the bytes, or a text. */
function write(value: unknown, isTwice: boolean): Uint8Array | string {
  const written = writeMessage(value, LIMIT)
  if (isTwice) writeTogether(value, written)
  return typeof written === 'object' ? written : 'unsendable'
}

function writeTogether(value: unknown, written: unknown): void {
  const bytes = written instanceof Uint8Array ? written : new Uint8Array()
  const place = new Uint8Array(PREFIX + 2 * bytes.length)
  const count = () => new Uint32Array(place.buffer, 0, 1)[0]
  for (const times of [1, 2]) {
    same('appended', appendMessage(value, LIMIT, place), bytes.length)
    same('counted', count(), times * bytes.length)
    const begin = PREFIX + (times - 1) * bytes.length
    same('placed', place.subarray(begin, begin + bytes.length), bytes)
  }
  same('appended without room', appendMessage(value, LIMIT, place), 0)
  same(
    'appended beyond the limit',
    appendMessage(value, bytes.length - PREFIX - 1, new Uint8Array(place.length)),
    0,
  )
}

const isNumber = (value: unknown, last: number) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= last && !Object.is(value, -0)

/** Two frames with the message from the second byte of `part` on, and the begin of a third. */
function readTogether(part: Uint8Array, value: unknown): void {
  const length = part.length - 1
  const three = new Uint8Array(3 * (PREFIX + length))
  for (let at = 0; at < three.length; at += PREFIX + length) {
    new DataView(three.buffer).setUint32(at, length)
    three.set(part.subarray(1), at + PREFIX)
  }
  const frames = three.subarray(0, -1)
  const isMessage = Array.isArray(value) && isNumber(value[0], LAST_KIND) && isNumber(value[1], LAST_ID)
  const [first, second] = [PREFIX + length, 2 * (PREFIX + length)]
  same('read together', readMessages(frames, 0, LIMIT), isMessage ? [value, first, value, second] : [])
  same('read from the second on', readMessages(frames, first, LIMIT), isMessage ? [value, second] : [])
  same('read beyond the limit', readMessages(frames, 0, length - 1), [])
}

/** More messages than are read at once. */
function readMany(message: unknown): void {
  const frame = writeMessage(message, LIMIT) as Uint8Array
  const frames = new Uint8Array(70 * frame.length)
  for (let at = 0; at < frames.length; at += frame.length) frames.set(frame, at)
  same('read at once', readMessages(frames, 0, LIMIT).length, 2 * MOST_AT_ONCE)
  same('read then', readMessages(frames, MOST_AT_ONCE * frame.length, LIMIT).length, 2 * (70 - MOST_AT_ONCE))
}

function read(part: Uint8Array): unknown {
  let value: unknown
  try {
    value = readMessage(part, 1, part.length)
  } catch (error) {
    readTogether(part, undefined)
    throw error
  }
  readTogether(part, value)
  return value
}

function answer(part: Uint8Array): [string, Uint8Array | string] {
  const isCode = part[0] === EVALUATE || part[0] === EVALUATE_ONCE
  try {
    const value = isCode ? new Code(`return ${new TextDecoder().decode(part.subarray(1))}`)() : read(part)
    return [isCode ? 'evaluated' : writtenValue(value), write(value, part[0] !== EVALUATE_ONCE)]
  } catch (error) {
    return [String(error), '']
  }
}

function* partsOf(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at)
    yield bytes.subarray(at + 4, at + 4 + length)
    at += 4 + length
  }
}

async function serve(socket: vsock.Socket): Promise<void> {
  const chunks: Uint8Array[] = []
  for await (const bytes of socket) chunks.push(bytes)
  const all = new Uint8Array(await new Blob(chunks as never).arrayBuffer())
  for (const part of partsOf(all)) {
    for (const one of answer(part)) {
      const bytes = typeof one === 'string' ? encoder.encode(one) : one
      const prefix = new Uint8Array(4)
      new DataView(prefix.buffer).setUint32(0, bytes.length)
      await socket.write(prefix)
      await socket.write(bytes)
    }
  }
  socket.close()
}

export default async function main(): Promise<void> {
  readMany([0, 1, 'name', null])
  for await (const socket of vsock.listen(5000)) {
    serve(socket).catch((error) => console.error('messages:', error))
  }
}
