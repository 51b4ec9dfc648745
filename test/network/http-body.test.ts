/** Bodies of responses: their end, their length, and what is not a body. */
import { describe, expect, test } from 'vitest'
import { Receiver } from '../../src/http1/receiver.ts'
import { createBodyReader } from '../../src/network/http-body.ts'
import type { Framing } from '../../src/network/http-head.ts'
import { fromLatin1 } from '../../src/network/latin1.ts'
import { codeOf, scripted } from './memory-socket.ts'

const CHUNKED: Framing = { kind: 'chunked' }
const SIZES = [1, 2, 3, 5, 1000]

/** The body in `text`, and what comes after it. */
async function bodyOf(text: string, framing: Framing, size?: number) {
  const socket = scripted(text, size)
  const receiver = new Receiver(() => socket.read())
  const reader = createBodyReader(receiver, framing)
  let body = ''
  for (let piece = await reader.next(); piece; piece = await reader.next()) {
    expect(piece.byteLength).toBeGreaterThan(0)
    expect(piece.byteLength).toBeLessThanOrEqual(65_536)
    body += fromLatin1(piece)
  }
  expect(await reader.next()).toBeUndefined()
  let rest = ''
  if (framing.kind !== 'close')
    for (let piece = await receiver.some(99); piece; piece = await receiver.some(99))
      rest += fromLatin1(piece)
  return { body, rest }
}

describe.each(SIZES)('in pieces of %d', (size) => {
  test.each([
    [{ kind: 'length', length: 5 }, 'helloHTTP', 'hello', 'HTTP'],
    [{ kind: 'length', length: 0 }, 'HTTP', '', 'HTTP'],
    [{ kind: 'close' }, 'hello\r\n0', 'hello\r\n0', ''],
    [{ kind: 'close' }, '', '', ''],
    [CHUNKED, '5\r\nhello\r\n0\r\n\r\nHTTP', 'hello', 'HTTP'],
    [CHUNKED, '0\r\n\r\nHTTP', '', 'HTTP'],
    [CHUNKED, '1\r\n\n\r\n002\r\n\r\n\r\nA\r\n0123456789\r\n000\r\n\r\n', '\n\r\n0123456789', ''],
    [CHUNKED, '1;a=b;c="d\xff"\r\nx\r\n1 \t;\r\ny\r\n0;end\r\nA: b\r\nC: d\r\n\r\nHTTP', 'xy', 'HTTP'],
  ] as const)('%j: %j', async (framing, text, body, rest) => {
    expect(await bodyOf(text, framing, size)).toEqual({ body, rest })
  })

  test.each([
    ['no length', '\r\nhello'],
    ['a sign', '+5\r\nhello\r\n0\r\n\r\n'],
    ['a negative one', '-5\r\nhello\r\n0\r\n\r\n'],
    ['a prefix', '0x5\r\nhello\r\n0\r\n\r\n'],
    ['a blank before it', ' 5\r\nhello\r\n0\r\n\r\n'],
    ['a blank after it', '5 \r\nhello\r\n0\r\n\r\n'],
    ['other digits', '5g\r\nhello\r\n0\r\n\r\n'],
    ['an underscore', '0_5\r\nhello\r\n0\r\n\r\n'],
    ['13 digits', `${'0'.repeat(12)}5\r\nhello\r\n0\r\n\r\n`],
    ['2^64', '10000000000000005\r\nhello\r\n0\r\n\r\n'],
    ['a bare line feed', '5\nhello\r\n0\r\n\r\n'],
    ['a bare CR', '5\rhello\r\n0\r\n\r\n'],
    ['an extension with a bare line feed', '5;a\nb\r\nhello\r\n0\r\n\r\n'],
    ['an extension with NUL', '5;\0\r\nhello\r\n0\r\n\r\n'],
    ['an extension that is too long', `5;${'x'.repeat(1023)}\r\nhello\r\n0\r\n\r\n`],
    ['a chunk that is longer', '4\r\nhello\r\n0\r\n\r\n'],
    ['a chunk that is shorter', '6\r\nhello\r\n0\r\n\r\n'],
    ['no CRLF after the data', '5\r\nhello0\r\n\r\n'],
    ['a bare line feed after the data', '5\r\nhello\n0\r\n\r\n'],
    ['two CRLF after the data', '5\r\nhello\r\n\r\n0\r\n\r\n'],
    ['a trailer with a bare line feed', '0\r\na: b\n\r\n'],
    ['65 trailers', `0\r\n${'a: b\r\n'.repeat(65)}\r\n`],
    ['an endless trailer', `0\r\na: ${'x'.repeat(5000)}`],
  ])('a chunk with %s is refused', async (_, text) => {
    expect(await codeOf(bodyOf(text, CHUNKED, size))).toBe('E_HTTP_RESPONSE')
  })
})

test.each([
  [{ kind: 'length', length: 11 } as const, 'hello world'],
  [CHUNKED, '5\r\nhello\r\n6;a\r\n world\r\n0\r\nA: b\r\n\r\n'],
])('%j: cut anywhere, it is an error', async (framing, whole) => {
  for (let at = 0; at < whole.length; at++)
    for (const size of [1, 4, 1000])
      expect(await codeOf(bodyOf(whole.slice(0, at), framing, size)), `${at}`).toBe('E_HTTP_RESPONSE')
  expect(await bodyOf(whole, framing)).toEqual({ body: 'hello world', rest: '' })
})

test('64 trailers are accepted', async () => {
  expect(await bodyOf(`0\r\n${'a: b\r\n'.repeat(64)}\r\n`, CHUNKED)).toEqual({ body: '', rest: '' })
})

test('a large body comes in pieces of at most 64 KiB', async () => {
  const data = 'x'.repeat(200_000)
  const chunked = `${data.length.toString(16)}\r\n${data}\r\n0\r\n\r\n`
  expect((await bodyOf(chunked, CHUNKED)).body).toBe(data)
  expect((await bodyOf(data, { kind: 'length', length: data.length })).body).toBe(data)
  expect((await bodyOf(data, { kind: 'close' })).body).toBe(data)
})

test.each([
  [{ kind: 'length', length: 10_000_000_000 } as const, 'x'],
  [CHUNKED, '2540BE400\r\nx'],
])('%j: what is announced is not allocated, and not read before it is wanted', async (framing, text) => {
  const socket = scripted(text + 'y'.repeat(100_000), 100)
  const reader = createBodyReader(new Receiver(() => socket.read()), framing)
  expect(reader.now()).toBeUndefined()
  const before = process.memoryUsage()
  expect((await reader.next())?.byteLength).toBeGreaterThan(0)
  const { arrayBuffers } = process.memoryUsage()
  expect(arrayBuffers - before.arrayBuffers).toBeLessThan(1_000_000)
  expect(socket.taken).toBeLessThanOrEqual(200)
})

describe('a body that has arrived', () => {
  const held = async (text: string, framing: Framing) => {
    const socket = scripted(`\r\n${text}`)
    const receiver = new Receiver(() => socket.read())
    await receiver.line(9)
    return { receiver, reader: createBodyReader(receiver, framing) }
  }

  test('can be taken at once, and nothing beyond it', async () => {
    const { reader, receiver } = await held('helloHTTP', { kind: 'length', length: 5 })
    expect(fromLatin1(reader.now()!)).toBe('hello')
    expect(receiver.held).toBe(4)
    expect(await reader.next()).toBeUndefined()
  })

  test('can be taken at once if it is empty', async () => {
    const { reader } = await held('', { kind: 'length', length: 0 })
    expect(reader.now()?.byteLength).toBe(0)
  })

  test('cannot be taken at once before it is whole, or if its end is not known', async () => {
    for (const framing of [{ kind: 'length', length: 6 }, CHUNKED, { kind: 'close' }] as const) {
      const { reader, receiver } = await held('hello', framing)
      expect(reader.now()).toBeUndefined()
      expect(receiver.held).toBe(5)
    }
  })
})
