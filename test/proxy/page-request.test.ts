/** Requests of hostile guests to a page: what can be read in two ways, what is too long, and bodies in any pieces. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { PageInHand, requestFor } from './page-guest.ts'

const MIB = 1024 * 1024
const received: { url: string; body: string }[] = []

beforeEach(() => {
  received.length = 0
  vi.stubGlobal('fetch', async (url: URL, { body }: { body?: Uint8Array }) => {
    received.push({ url: url.href, body: Buffer.from(body ?? []).toString('latin1') })
    return new Response('ok')
  })
})
afterEach(() => void vi.unstubAllGlobals())

const page = () => new PageInHand({ allowlist: ['a.example:*', '*.a.example:*', '127.0.0.0/8:*', '[::1]:*'] })
const post = (fields: readonly string[], body = '') => requestFor('http://a.example/', fields, 'POST', body)
const chunked = ['Transfer-Encoding: chunked']

describe('is answered with an error, and never sent:', () => {
  const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`
  test.each<[string, string, number]>([
    ['two lengths', post(['Content-Length: 1', 'Content-Length: 1'], 'a'), 400],
    ['a list of lengths', post(['Content-Length: 1, 1'], 'a'), 400],
    ['a signed length', post(['Content-Length: +1'], 'a'), 400],
    ['a length and a coding', post([...chunked, 'Content-Length: 1'], '1\r\na\r\n0\r\n\r\n'), 400],
    ['two codings', post([...chunked, ...chunked], '0\r\n\r\n'), 400],
    ['another coding', post(['Transfer-Encoding: gzip, chunked'], '0\r\n\r\n'), 501],
    ['two hosts', requestFor('http://a.example/', ['Host: b.example']), 400],
    ['no host', lines('GET http://a.example/ HTTP/1.1', 'Accept: */*'), 400],
    ['a line feed alone', 'GET http://a.example/ HTTP/1.1\nHost: a.example\n\n', 400],
    ['one in a field', requestFor('http://a.example/', ['X: 1\nY: 2']), 400],
    ['a carriage return in a field', requestFor('http://a.example/', ['X: 1\rY: 2']), 400],
    ['a folded field', requestFor('http://a.example/', ['X: 1', ' 2']), 400],
    ['a space before the colon', requestFor('http://a.example/', ['X : 1']), 400],
    ['bytes that are not ASCII', requestFor('http://a.example/', ['X: é']), 400],
    ['an empty line first', `\r\n${requestFor('http://a.example/')}`, 400],
    ['HTTP/1.0', lines('GET http://a.example/ HTTP/1.0', 'Host: a.example'), 505],
    ['another protocol', '\x16\x03\x01\x02\x00\r\n\r\n', 400],
    ['origin form', requestFor('/path'), 400],
    ['another scheme', requestFor('ftp://a.example/'), 400],
    ['a file', requestFor('file:///etc/passwd'), 400],
    ['data', requestFor('data:text/plain,a'), 400],
    ['credentials', requestFor('http://user:word@a.example/'), 400],
    ['a user', requestFor('http://user@a.example/'), 400],
    ['a fragment', requestFor('http://a.example/#a'), 400],
    ['a backslash', requestFor('http://a.example\\@b.example/'), 400],
    ['no host in the URL', requestFor('http:///a.example/'), 400],
    ['port 0', requestFor('http://a.example:0/'), 400],
    ['a port too large', requestFor('http://a.example:65536/'), 400],
    ['a short address', requestFor('http://127.1/'), 400],
    ['an octal address', requestFor('http://0177.0.0.1/'), 400],
    ['an address as one number', requestFor('http://2130706433/'), 400],
    ['a hexadecimal address', requestFor('http://1.0x7f/'), 400],
    ['a percent sign in the host', requestFor('http://%61.example/'), 400],
    ['a zone', requestFor('http://[::1%25lo]/'), 400],
    ['a body with GET', requestFor('http://a.example/', ['Content-Length: 1'], 'GET', 'a'), 400],
    ['TRACE', requestFor('http://a.example/', [], 'TRACE'), 400],
    ['a method with a space', requestFor('http://a.example/', [], 'GET GET'), 400],
    ['a line that is too long', requestFor(`http://a.example/${'a'.repeat(70_000)}`), 431],
    [
      'fields that are too long',
      requestFor('http://a.example/', Array(100).fill(`X: ${'a'.repeat(1000)}`)),
      431,
    ],
    ['too many fields', requestFor('http://a.example/', Array(201).fill('X: a')), 431],
    ['a body that is too long', post([`Content-Length: ${16 * MIB + 1}`]), 413],
    ['a chunk that is too long', post(chunked, `${(16 * MIB + 1).toString(16)}\r\n`), 413],
    ['chunks that are too long', post(chunked, `a00000\r\n${'a'.repeat(10 * MIB)}\r\na00000\r\n`), 413],
    ['a chunk without a length', post(chunked, 'x\r\na\r\n'), 400],
    ['a negative length of a chunk', post(chunked, '-1\r\na\r\n'), 400],
    ['a chunk without CRLF', post(chunked, '1\r\nab\r\n0\r\n\r\n'), 400],
    ['a line feed alone after a chunk', post(chunked, '1\r\na\n0\r\n\r\n'), 400],
    ['a line of a chunk that is too long', post(chunked, `5;${'a'.repeat(1023)}\r\nhello\r\n0\r\n\r\n`), 431],
    ['too many trailers', post(chunked, `0\r\n${'X: a\r\n'.repeat(65)}\r\n`), 431],
    ['a body that ends early', post(['Content-Length: 5'], 'abc'), 400],
    ['chunks that end early', post(chunked, '5\r\nabc'), 400],
    ['a head that ends early', 'GET http://a.example/ HTTP/1.1\r\nHost: a', 400],
  ])('%s', async (_, text, status) => {
    const one = page()
    const answer = await one.ask(text)
    expect([answer.status, answer.fields.get('x-proxy-error')]).toEqual([status, 'E_PROXY_REQUEST'])
    expect(received).toEqual([])
    expect(one.entries).toMatchObject([{ code: 'E_PROXY_REQUEST', end: 'refused' }])
  })

  test('nothing, if nothing is sent', async () => {
    const one = page()
    expect(await one.exchange('')).toBe('')
    expect(one.entries).toEqual([])
  })
})

test.each([
  ['http://a.example', 'http://a.example/'],
  ['http://A.Example.:80/x', 'http://a.example./x'],
  ['HTTPS://a.example?q', 'https://a.example/?q'],
  ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/'],
  ['http://[::1]:80/', 'http://[::1]/'],
  ['http://[0:0:0:0:0:0:0:1]/', 'http://[::1]/'],
  ['http://a.example/@b', 'http://a.example/@b'],
])('%s is requested as %s', async (target, url) => {
  expect(await page().ask(requestFor(target))).toMatchObject({ status: 200 })
  expect(received).toEqual([{ url, body: '' }])
})

describe('a body', () => {
  const parts = '5;name=value\r\nhello\r\n0006\r\n world\r\n0\r\nTrailer: x\r\n\r\n'
  test.each([1, 2, 3, 7, 1e6])('in chunks, in pieces of %i bytes, arrives whole', async (size) => {
    expect(await page().ask(post(chunked, parts), size)).toMatchObject({ status: 200 })
    expect(received[0]!.body).toBe('hello world')
  })

  test.each([1, 5, 1e6])('of a known length, in pieces of %i bytes, arrives whole', async (size) => {
    expect(await page().ask(post(['Content-Length: 11'], 'hello world'), size)).toMatchObject({ status: 200 })
    expect(received[0]!.body).toBe('hello world')
  })

  test('in chunks may have as much beside it as the limits say', async () => {
    const text = `5;${'a'.repeat(1022)}\r\nhello\r\n0\r\n${'X: a\r\n'.repeat(64)}\r\n`
    expect(await page().ask(post(chunked, text))).toMatchObject({ status: 200 })
    expect(received[0]!.body).toBe('hello')
  })

  test.each([
    ['of a known length', post([`Content-Length: ${16 * MIB}`], 'a'.repeat(16 * MIB))],
    ['in chunks', post(chunked, `${`100000\r\n${'a'.repeat(MIB)}\r\n`.repeat(16)}0\r\n\r\n`)],
  ])('%s may have 16 MiB', async (_, text) => {
    expect(await page().ask(text, 65_536)).toMatchObject({ status: 200 })
    expect(received[0]!.body.length).toBe(16 * MIB)
  })

  test('is refused with 503 while others of the enclave fill its share, and not later', async () => {
    const one = page()
    const waiting = [1, 2].map(() => one.connect())
    const half = 'a'.repeat(16 * MIB - 1)
    for (const { say } of waiting) say(post([`Content-Length: ${16 * MIB}`], half))
    const big = post(['Content-Length: 100000'], 'a'.repeat(100_000))
    await expect.poll(async () => (await one.ask(big)).status).toBe(503)
    expect(one.entries.at(-1)).toMatchObject({ code: 'E_PROXY_BUSY', end: 'refused' })
    // However many others of the enclave come and go meanwhile.
    for (let count = 0; count < 4; count++) expect((await one.ask(big)).status).toBe(503)
    for (const { guest, say } of waiting) {
      say('a')
      guest.end()
    }
    await Promise.all(waiting.map(({ done }) => done))
    expect(await one.ask(big)).toMatchObject({ status: 200 })
    await one.proxy.close()
  })
})
