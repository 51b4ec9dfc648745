/** Heads of responses: what is accepted, what is refused, and which body follows. */
import { describe, expect, test } from 'vitest'
import { Receiver } from '../../src/http1/receiver.ts'
import { type Framing, readHead } from '../../src/network/http-head.ts'
import { codeOf, scripted } from './memory-socket.ts'

const read = (text: string, { method = 'GET', size }: { method?: string; size?: number } = {}) => {
  const socket = scripted(text, size)
  return readHead(new Receiver(() => socket.read()), method)
}
const OK = 'HTTP/1.1 200 OK\r\n'
const withFields = (...fields: string[]) => `${OK}${fields.map((field) => `${field}\r\n`).join('')}\r\n`

test.each([
  ['HTTP/1.1 200 OK', 200, 'OK'],
  ['HTTP/1.0 404 Not Found', 404, 'Not Found'],
  ['HTTP/1.1 200 ', 200, ''],
  ['HTTP/1.1 200', 200, ''],
  ['HTTP/1.1 599 \xc3\xa9\x80', 599, '\xc3\xa9\x80'],
])('the status line %j', async (line, status, reason) => {
  expect(await read(`${line}\r\n\r\n`)).toMatchObject({ status, reason, fields: [] })
})

test.each([
  '',
  'hello',
  'HTTP/1.1',
  'HTTP/1.1 ',
  'HTTP/1.1 20 OK',
  'HTTP/1.1 2000 OK',
  'HTTP/1.1 000 OK',
  'HTTP/1.1 099 OK',
  'HTTP/1.1 600 OK',
  'HTTP/1.1 200OK',
  'HTTP/1.1  200 OK',
  'HTTP/1.1\t200 OK',
  'HTTP/2 200 OK',
  'HTTP/1.2 200 OK',
  'HTTP/1.10 200 OK',
  'http/1.1 200 OK',
  ' HTTP/1.1 200 OK',
  '\ufeffHTTP/1.1 200 OK',
  'ICY 200 OK',
  'HTTP/1.1 200 a\0b',
  'HTTP/1.1 200 a\rb',
  'HTTP/1.1 +20 OK',
  'HTTP/1.1 0x1 OK',
])('the status line %j is refused', async (line) => {
  expect(await codeOf(read(`${line}\r\ncontent-length: 0\r\n\r\n`))).toBe('E_HTTP_RESPONSE')
})

test('fields keep their order, their case and their bytes, without the blanks around', async () => {
  const head = await read(
    withFields('A: 1', 'b:  two words \t', 'A:', "!#$%&'*+-.^_`|~0: x", 'u: voil\xc3\xa0 \x80\xff'),
  )
  expect(head?.fields).toEqual([
    ['A', '1'],
    ['b', 'two words'],
    ['A', ''],
    ["!#$%&'*+-.^_`|~0", 'x'],
    ['u', 'voil\xc3\xa0 \x80\xff'],
  ])
})

test.each([
  ['no colon', 'name'],
  ['no name', ': value'],
  ['a blank before the colon', 'name : value'],
  ['a tab before the colon', 'name\t: value'],
  ['a name of other characters', 'na(me: value'],
  ['a name beyond ASCII', 'n\xe4me: value'],
  ['NUL', 'name: a\0b'],
  ['CR within', 'name: a\rb'],
  ['CR before the end', 'name: a\r'],
  ['DEL', 'name: a\x7f'],
  ['a continued line', 'name: a\r\n b'],
  ['a line continued by a tab', 'name: a\r\n\tb'],
  ['a continued line that looks like a field', 'name: a\r\n b: c'],
  ['a bare line feed', 'name: a\nother: b'],
  ['a bare line feed at the end', 'name: a\n\r\n'],
])('a field with %s is refused', async (_, field) => {
  expect(await codeOf(read(withFields(field)))).toBe('E_HTTP_RESPONSE')
})

describe('the limits', () => {
  test.each([
    ['fields', withFields(...Array(200).fill('a: b')), withFields(...Array(201).fill('a: b'))],
    ['a line', withFields(`a: ${'x'.repeat(16_381)}`), withFields(`a: ${'x'.repeat(16_382)}`)],
    [
      'the head',
      withFields(...Array(4).fill(`a: ${'x'.repeat(16_376)}`), 'x:'),
      withFields(...Array(4).fill(`a: ${'x'.repeat(16_377)}`), 'x:'),
    ],
  ])('of %s', async (_, longest, longer) => {
    expect(await read(longest)).toMatchObject({ status: 200 })
    expect(await codeOf(read(longer))).toBe('E_HTTP_LIMIT')
  })

  test.each([
    ['one line', 'x'.repeat(1 << 20)],
    ['one field', `${OK}a: ${'x'.repeat(1 << 20)}`],
    ['many fields', OK + 'a: b\r\n'.repeat(200_000)],
    ['many fields without a value', OK + 'a:\r\n'.repeat(200_000)],
  ])('an endless head of %s is given up early', async (_, text) => {
    const socket = scripted(text, 1000)
    expect(await codeOf(readHead(new Receiver(() => socket.read()), 'GET'))).toBe('E_HTTP_LIMIT')
    expect(socket.taken).toBeLessThan(70_000)
  })

  test('of interim responses', async () => {
    const interim = 'HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n'
    expect(await read(interim.repeat(8) + withFields())).toMatchObject({ status: 200, fields: [] })
    expect(await codeOf(read(interim.repeat(9) + withFields()))).toBe('E_HTTP_RESPONSE')
  })
})

test('a change to another protocol is refused, which the enclave never requests', async () => {
  expect(await codeOf(read('HTTP/1.1 101 Switching Protocols\r\nupgrade: a\r\n\r\n'))).toBe('E_HTTP_RESPONSE')
})

const length = (value: number): Framing => ({ kind: 'length', length: value })
const chunked: Framing = { kind: 'chunked' }
const close: Framing = { kind: 'close' }

test.each([
  ['GET', 200, ['Content-Length: 7'], length(7), true],
  ['GET', 200, ['content-length: 0'], length(0), true],
  ['GET', 200, ['content-length: 10000000000'], length(1e10), true],
  ['GET', 200, ['content-length: 007'], length(7), true],
  ['GET', 200, ['Transfer-Encoding: Chunked'], chunked, true],
  ['GET', 200, [], close, false],
  ['GET', 200, ['connection: keep-alive'], close, false],
  ['GET', 200, ['content-length: 7', 'connection: a, Close'], length(7), false],
  ['HEAD', 200, ['content-length: 7'], length(0), true],
  ['HEAD', 200, ['transfer-encoding: chunked'], length(0), true],
  ['HEAD', 200, [], length(0), true],
  ['GET', 204, [], length(0), true],
  ['GET', 304, ['content-length: 7'], length(0), true],
  ['GET', 205, ['content-length: 0'], length(0), true],
  ['GET', 205, ['content-length: 7'], length(0), false],
  ['GET', 205, ['transfer-encoding: chunked'], length(0), false],
  ['GET', 404, ['content-length: 7'], length(7), true],
] as const)('after %s %d %j: %j, kept: %j', async (method, status, fields, framing, isKept) => {
  const text = `HTTP/1.1 ${status} x\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`
  for (const size of [1, undefined])
    expect(await read(text, { method, ...(size && { size }) })).toMatchObject({ status, framing, isKept })
})

test('a connection of HTTP/1.0 is kept only if that is said, and not after chunks', async () => {
  const old = (...fields: string[]) => read(withFields(...fields).replace('1.1', '1.0'))
  expect(await old('content-length: 1')).toMatchObject({ isKept: false })
  expect(await old('content-length: 1', 'connection: Keep-Alive')).toMatchObject({ isKept: true })
  expect(await old('transfer-encoding: chunked', 'connection: keep-alive')).toMatchObject({ isKept: false })
})

test.each([
  [['content-length: 5', 'content-length: 6']],
  [['content-length: 5', 'Content-Length: 5']],
  [['content-length: 5, 5']],
  [['content-length: 5', 'transfer-encoding: chunked']],
  [['transfer-encoding: chunked', 'content-length: 5']],
  [['content-length: ']],
  [['content-length: -1']],
  [['content-length: +1']],
  [['content-length: 1e3']],
  [['content-length: 0x10']],
  [['content-length: 1 0']],
  [['content-length: 1.0']],
  [['content-length: 1000000000000000']],
  [['content-length: \xb2']],
  [['transfer-encoding: identity']],
  [['transfer-encoding: gzip, chunked']],
  [['transfer-encoding: chunked, gzip']],
  [['transfer-encoding: chunked', 'transfer-encoding: chunked']],
  [['transfer-encoding: chunked, chunked']],
  [['transfer-encoding: xchunked']],
  [['transfer-encoding:']],
  [['transfer-encoding: "chunked"']],
  [['transfer-encoding: chunked\x0b']],
])('%j has no clear length and is refused, also where no body follows', async (fields) => {
  for (const method of ['GET', 'HEAD'])
    expect(await codeOf(read(withFields(...fields), { method }))).toBe('E_HTTP_RESPONSE')
})

test('a head that is cut is never a head', async () => {
  const whole = `HTTP/1.1 100 Continue\r\n\r\n${withFields('content-length: 3', 'a: b')}`
  for (let at = 0; at < whole.length; at++) {
    const outcome = await codeOf(read(whole.slice(0, at), { size: 1 + (at % 5) }))
    const isBetween = at < 'HTTP/1.1 100 Continue\r\n'.length || (at >= 25 && at < 25 + OK.length)
    expect(outcome, `${at}`).toEqual(isBetween ? { given: undefined } : 'E_HTTP_RESPONSE')
  }
  expect(await read(whole)).toMatchObject({ status: 200 })
})
