/** Requests and responses read from the peer's bytes: each limit exactly, however the bytes are split. */
import { describe, expect, test } from 'vitest'
import type { Input } from '../../src/http1/input.ts'
import { readRequest, readResponse } from '../../src/http1/reader.ts'
import { LIMITS, readAll } from './feed.ts'

const BODY_MAX = LIMITS.bodyBytes
const text = (body: Uint8Array) => new TextDecoder().decode(body)

/** The requests in `sent`, or the fault that ends the input. */
const requests = (sent: string, size?: number) =>
  readAll(
    sent,
    async (input: Input) => {
      const request = await readRequest(input, LIMITS)
      return request && `${request.method} ${request.target} ${text(request.body)}`
    },
    size,
  )

const responses = (sent: string, size?: number) =>
  readAll(
    sent,
    async (input: Input) => {
      const response = await readResponse(input, LIMITS)
      return response && `${response.status} ${text(response.body)}`
    },
    size,
  )

/** A head of `length` bytes, without the empty line. */
function headOf(first: string, length: number): string {
  const head = `${first}\r\nHost: a\r\nContent-Length: 0\r\nX: `
  return head + 'x'.repeat(length - head.length)
}
const GET = 'GET / HTTP/1.1'
const headersOf = (first: string, count: number) =>
  `${first}\r\nHost: a\r\nContent-Length: 0\r\n${'X: 1\r\n'.repeat(count - 2)}\r\n`
const message = (first: string, length: number, body = 'x'.repeat(length)) =>
  `${first}\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n${body}`
const post = (length: number, body?: string) => message('POST / HTTP/1.1', length, body)

describe.each([
  ['requests', requests, GET, 'GET / '],
  ['responses', responses, 'HTTP/1.1 200 OK', '200 '],
] as const)('%s', (_, read, first, start) => {
  test.each([1, 7, 16_384, 1 << 20])(
    'are accepted at each limit and rejected one above, in pieces of %d',
    async (size) => {
      expect(await read(`${headOf(first, 16_384)}\r\n\r\n`, size)).toEqual([start])
      expect(await read(`${headOf(first, 16_385)}\r\n\r\n`, size)).toBe('head')
      expect(await read(headersOf(first, 64), size)).toEqual([start])
      expect(await read(headersOf(first, 65), size)).toBe('head')
      expect(await read(message(first, BODY_MAX), size)).toEqual([start + 'x'.repeat(BODY_MAX)])
      expect(await read(message(first, BODY_MAX + 1), size)).toBe('body')
      expect(await read(message(first, 0), size)).toEqual([start])
      expect(await read(message(first, 1, ''), size)).toBe('ended')
      expect(await read(first, size)).toBe('ended')
      expect(await read('', size)).toEqual([])
    },
  )

  test('are rejected with a transfer coding, a continued header or a bare line feed', async () => {
    expect(await read(`${first}\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toBe('coding')
    expect(await read(`${first}\r\nHost: a\r\nContent-Length: 0\r\nX: 1\r\n  2\r\n\r\n`)).toBe('malformed')
    expect(await read(`${first}\r\nHost: a\nContent-Length: 0\r\n\r\n`)).toBe('malformed')
    expect(await read(`${first}\nContent-Length: 0\r\nHost: a\r\n\r\n`)).toBe('malformed')
    expect(await read(`\r\n${message(first, 0)}`)).toBe('malformed')
    expect(await read(`\ufeff${message(first, 0)}`)).toBe('malformed')
  })
})

describe('a request', () => {
  test('is followed by the next requests', async () => {
    const sent = `${post(3, 'abc')}${post(0)}${headersOf(GET, 2)}${post(2, '\r\n')}${post(1, 'd')}`
    const all = ['POST / abc', 'POST / ', 'GET / ', 'POST / \r\n', 'POST / d']
    for (let size = 1; size <= sent.length; size++) expect(await requests(sent, size), `${size}`).toEqual(all)
  })

  test('has no body without Content-Length, and must have a Host', async () => {
    expect(await requests(`${GET}\r\nHost: a\r\n\r\n${GET}\r\nHost:\r\n\r\n`)).toEqual(['GET / ', 'GET / '])
    expect(await requests(`${GET}\r\nX: a\r\n\r\n`)).toBe('malformed')
    expect(await requests(`${GET}\r\n\r\n`)).toBe('malformed')
  })

  test.each([
    ['GET / HTTP/1.1', ['GET / ']],
    [`${'A'.repeat(16)} /!"$~?a=b HTTP/1.1`, [`${'A'.repeat(16)} /!"$~?a=b `]],
    [`${'A'.repeat(17)} / HTTP/1.1`, 'malformed'],
    ['get / HTTP/1.1', 'malformed'],
    ['GET a HTTP/1.1', 'malformed'],
    ['GET  / HTTP/1.1', 'malformed'],
    ['GET /#a HTTP/1.1', 'malformed'],
    ['GET /a b HTTP/1.1', 'malformed'],
    ['GET /ä HTTP/1.1', 'malformed'],
    ['GET /\x7f HTTP/1.1', 'malformed'],
    ['GET http://a/ HTTP/1.1', 'malformed'],
    ['GET / HTTP/1.1 ', 'malformed'],
    ['GET / http/1.1', 'malformed'],
    ['GET /', 'malformed'],
    ['GET / HTTP/1.0', 'version'],
    ['GET / HTTP/1.10', 'version'],
    ['GET / HTTP/2.0', 'version'],
    ['GET / HTTP/2', 'version'],
    ['GET / HTTP/a', 'malformed'],
  ])('with the first line %j: %j', async (first, outcome) => {
    expect(await requests(`${first}\r\nHost: a\r\n\r\n`)).toEqual(outcome)
  })
})

describe('a response', () => {
  test('must have a Content-Length', async () => {
    expect(await responses('HTTP/1.1 200 OK\r\n\r\n')).toBe('malformed')
    expect(await responses('HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n')).toEqual(['204 '])
  })

  test.each([
    ['HTTP/1.1 200 OK', ['200 ']],
    ['HTTP/1.0 200 OK', ['200 ']],
    ['HTTP/1.1 200 ', ['200 ']],
    ['HTTP/1.1 200', ['200 ']],
    ['HTTP/1.1 404 Not\tFound ~', ['404 ']],
    ['HTTP/1.1 000 a', ['0 ']],
    ['HTTP/1.1 20 OK', 'malformed'],
    ['HTTP/1.1 2000 OK', 'malformed'],
    ['HTTP/1.1 200OK', 'malformed'],
    ['HTTP/1.1  200 OK', 'malformed'],
    ['HTTP/1.2 200 OK', 'malformed'],
    ['HTTP/2 200 OK', 'malformed'],
    ['HTTP/1.1 200 O\x7f', 'malformed'],
    ['HTTP/1.1 200 Ö', 'malformed'],
    ['HTTP/1.1 200 O\x01', 'malformed'],
    ['hello', 'malformed'],
  ])('with the first line %j: %j', async (first, outcome) => {
    expect(await responses(`${first}\r\nContent-Length: 0\r\n\r\n`)).toEqual(outcome)
  })
})
