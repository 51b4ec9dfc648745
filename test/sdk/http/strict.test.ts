/** Requests that are invalid, or could be read in two ways: each is refused, nothing after it is read, and the control is served. */
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { answersTo, chunkedPost, GET, post } from './served.ts'

const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
afterEach(() => errors.mockClear())

const handled: string[] = []
const handler = async (request: Request) => {
  handled.push(request.url)
  return new Response(`${request.method} ${await request.text()}`)
}
const line = (first: string, fields = 'host: a\r\n') => `${first}\r\n${fields}\r\n`
const get = (fields: string) => line('GET / HTTP/1.1', fields)
const chunks = (text: string) => `POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n${text}`

/** What follows it is never served. */
const NEXT = 'GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n'

describe('a request is refused', () => {
  test.each<[status: number, what: string, request: string]>([
    [400, 'both lengths', post('hello', 'transfer-encoding: chunked\r\n')],
    [400, 'both lengths, with chunks', chunkedPost('hello').replace('host', 'content-length: 15\r\nhost')],
    [400, 'two Content-Lengths', post('hello', 'content-length: 5\r\n')],
    [400, 'two Content-Lengths in one', line('POST / HTTP/1.1', 'host: a\r\ncontent-length: 5, 5\r\n')],
    [400, 'a signed Content-Length', line('POST / HTTP/1.1', 'host: a\r\ncontent-length: +5\r\n')],
    [400, 'a hexadecimal Content-Length', line('POST / HTTP/1.1', 'host: a\r\ncontent-length: 0x5\r\n')],
    [
      400,
      'a huge Content-Length',
      line('POST / HTTP/1.1', `host: a\r\ncontent-length: ${'9'.repeat(16)}\r\n`),
    ],
    [400, 'an empty Content-Length', line('POST / HTTP/1.1', 'host: a\r\ncontent-length:\r\n')],
    [400, 'two Transfer-Encodings', chunkedPost('a').replace('host', 'transfer-encoding: chunked\r\nhost')],
    [501, 'another coding', chunkedPost('a').replace('chunked', 'gzip, chunked')],
    [501, 'a coding of another name', chunkedPost('a').replace('chunked', 'xchunked')],
    [501, 'the coding identity', chunkedPost('a').replace('chunked', 'identity')],
    [400, 'a space before the colon', get('host : a\r\n')],
    [400, 'a continuation line', get('host: a\r\n b\r\n')],
    [400, 'a continuation of the request line', get(' x: y\r\nhost: a\r\n')],
    [400, 'a bare LF', get('host: a\nx: y\r\n')],
    [400, 'a bare LF after the request line', 'GET / HTTP/1.1\nhost: a\r\n\r\n'],
    [400, 'a bare CR', get('host: a\rx: y\r\n')],
    [400, 'a NUL', get('host: a\r\nx: \0\r\n')],
    [400, 'a field without a name', get('host: a\r\n: y\r\n')],
    [400, 'a field without a colon', get('host: a\r\nx\r\n')],
    [400, 'a name in UTF-8', get('host: a\r\né: y\r\n')],
    [400, 'no Host', get('')],
    [400, 'two Hosts', get('host: a\r\nhost: a\r\n')],
    [400, 'an empty Host', get('host:\r\n')],
    [400, 'a Host with a user', get('host: u@a\r\n')],
    [400, 'a Host with a path', get('host: a/b\r\n')],
    [400, 'a Host with a bad port', get('host: a:99999\r\n')],
    [400, 'a Host with an invalid address', get('host: 1.2.3.4.5\r\n')],
    [400, 'an absolute target', line('GET http://a/ HTTP/1.1')],
    [400, 'a target without a slash', line('GET a HTTP/1.1')],
    [400, 'an asterisk', line('OPTIONS * HTTP/1.1')],
    [400, 'a fragment', line('GET /#a HTTP/1.1')],
    [400, 'a target in UTF-8', line('GET /é HTTP/1.1')],
    [400, 'two spaces', line('GET  / HTTP/1.1')],
    [400, 'a space in the target', line('GET /a b HTTP/1.1')],
    [400, 'a tab', line('GET\t/ HTTP/1.1')],
    [400, 'no version', line('GET /')],
    [400, 'a version in lower case', line('GET / http/1.1')],
    [400, 'an invalid method', line('G@T / HTTP/1.1')],
    [400, 'two empty lines before it', `\r\n\r\n${GET}`],
    [501, 'CONNECT', line('CONNECT a:443 HTTP/1.1')],
    [501, 'TRACE', line('TRACE / HTTP/1.1')],
    [501, 'a method in lower case', line('get / HTTP/1.1')],
    [505, 'HTTP/1.0', line('GET / HTTP/1.0')],
    [505, 'HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    [400, 'GET with a body', post('hello').replace('POST', 'GET')],
    [400, 'HEAD with chunks', chunkedPost('hello').replace('POST', 'HEAD')],
    [417, 'another expectation', post('hello', 'expect: 200-ok\r\n')],
    [413, 'a body beyond the limit', post('x'.repeat(1001))],
    [413, 'chunks beyond the limit', chunkedPost('x'.repeat(600), 'x'.repeat(600))],
    [431, 'a long header', get(`host: a\r\nx: ${'y'.repeat(16_384)}\r\n`)],
    [431, 'many headers', get(`host: a\r\n${'x: y\r\n'.repeat(100)}`)],
    [414, 'a long target', line(`GET /${'y'.repeat(16_384)} HTTP/1.1`)],
    [400, 'a chunk without a length', chunks('\r\nhello\r\n0\r\n\r\n')],
    [400, 'a negative chunk', chunks('-5\r\nhello\r\n0\r\n\r\n')],
    [400, 'a chunk with 0x', chunks('0x5\r\nhello\r\n0\r\n\r\n')],
    [400, 'a chunk with a space', chunks(' 5\r\nhello\r\n0\r\n\r\n')],
    [400, 'a huge chunk', chunks('fffffffffffff\r\nhello\r\n0\r\n\r\n')],
    [400, 'a chunk that ends too late', chunks('3\r\nhello\r\n0\r\n\r\n')],
    [400, 'a chunk that ends with LF', chunks('5\r\nhello\n0\r\n\r\n')],
    [400, 'a length that ends with LF', chunks('5\nhello\r\n0\r\n\r\n')],
    [400, 'a long extension', chunks(`5;${'a'.repeat(2000)}\r\nhello\r\n0\r\n\r\n`)],
    [400, 'many trailers', chunks(`0\r\n${'a: b\r\n'.repeat(70)}\r\n`)],
  ])('%s: %s', async (status, _, request) => {
    handled.length = 0
    const answers = await answersTo(handler, request + NEXT, { maxBody: 1000 })
    expect(answers.map((each) => each.status)).toEqual([status])
    expect(answers[0]!.fields).toMatchObject({
      connection: 'close',
      'content-type': 'text/plain;charset=UTF-8',
    })
    expect(handled).not.toContain('http://a/smuggled')
  })

  test.each([
    ['in the head', GET.slice(0, -3)],
    ['in the body', post('hello').slice(0, -1)],
    ['in the chunks', chunkedPost('hello').slice(0, -4)],
  ])('400: cut %s', async (_, request) => {
    expect(await answersTo(handler, request)).toMatchObject([{ status: 400 }])
  })
})

describe('a request is served (the control)', () => {
  test.each([
    ['plain', GET, 'GET '],
    ['with a body', post('hello'), 'POST hello'],
    ['with chunks', chunkedPost('hel', 'lo'), 'POST hello'],
    ['with extensions and trailers', chunks('5;a=b\r\nhello\r\n0\r\nx: y\r\n\r\n'), 'POST hello'],
    ['with a length in capitals', chunks('A\r\n0123456789\r\n0\r\n\r\n'), 'POST 0123456789'],
    ['with blanks around a value', get('host: \t a \t\r\n'), 'GET '],
    ['of a Host with a port', get('host: a.b-c_d:80\r\n'), 'GET '],
    ['of a Host in IPv6', get('host: [::1]:8080\r\n'), 'GET '],
    ['with an empty body', post(''), 'POST '],
    ['of another method', post('x').replace('POST', 'PROPFIND'), 'PROPFIND x'],
    ['after an empty line', `\r\n${GET}`, 'GET '],
    ['with bytes in a value', get('host: a\r\nx: \xe9\xa0\r\n'), 'GET '],
  ])('%s', async (_, request, body) => {
    const answers = await answersTo(handler, request + GET, { maxBody: 1000 })
    expect(answers).toMatchObject([
      { status: 200, body },
      { status: 200, body: 'GET ' },
    ])
  })
})

test('the bytes of a value reach the handler, one character each', async () => {
  const [answer] = await answersTo(
    (request) =>
      new Response(JSON.stringify([...request.headers.get('x')!].map((each) => each.charCodeAt(0)))),
    Uint8Array.from(get('host: a\r\nx: \xe9\xa0\xc3\r\n'), (each) => each.charCodeAt(0)),
  )
  expect(answer!.body).toBe('[233,160,195]')
})

test('however a client splits what it sends, the answers are the same', async () => {
  const sent = [
    GET,
    post('hello'),
    chunkedPost('hel', 'lo'),
    get('host: a\r\nx: \xe9\r\n'),
    post('x'.repeat(300)),
  ].join('')
  const whole = await answersTo(handler, sent)
  expect(whole).toHaveLength(5)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 400 }), async (size) => {
      expect(await answersTo(handler, sent, {}, size)).toEqual(whole)
    }),
    { numRuns: 60 },
  )
})

test('whatever a client sends, it gets whole answers, and the session ends', async () => {
  const part = fc.oneof(
    fc.constantFrom(
      GET,
      post('hello'),
      chunkedPost('a', 'b'),
      'host: a\r\n',
      '\r\n',
      'GET / HTTP/1.1\r\n',
      'content-length: 3\r\n',
      '0\r\n\r\n',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  const statuses = new Set<number>()
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 8 }),
      fc.integer({ min: 1, max: 60 }),
      async (parts, size) => {
        const bytes = Uint8Array.from(parts.join(''), (each) => each.charCodeAt(0) & 0xff)
        for (const { status } of await answersTo(handler, bytes, {}, size)) statuses.add(status)
      },
    ),
    { numRuns: 300 },
  )
  expect([...statuses].sort()).toEqual(expect.arrayContaining([200, 400]))
})

test('a head that comes byte by byte is read in proportion to its length', async () => {
  const long = get(`host: a\r\nx: ${' '.repeat(15_000)}y${' '.repeat(1000)}\r\n`)
  expect(await answersTo(handler, long, {}, 1)).toMatchObject([{ status: 200 }])
})

test('a body that comes byte by byte is copied in proportion to its length', async () => {
  const { set } = Uint8Array.prototype
  let copied = 0
  const spy = vi.spyOn(Uint8Array.prototype, 'set').mockImplementation(function (
    this: Uint8Array,
    bytes,
    at,
  ) {
    copied += bytes.length
    set.call(this, bytes, at)
  })
  try {
    const body = 'x'.repeat(20_000)
    expect(await answersTo(handler, post(body), {}, 1)).toMatchObject([{ body: `POST ${body}` }])
    expect(copied).toBeGreaterThan(body.length)
    expect(copied).toBeLessThan(20 * body.length)
  } finally {
    spy.mockRestore()
  }
})
