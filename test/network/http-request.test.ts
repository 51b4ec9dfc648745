/** Requests as they are written. */
import { describe, expect, test } from 'vitest'
import { type OutgoingRequest, writeRequest } from '../../src/network/http-request.ts'
import { MemorySocket } from './memory-socket.ts'

const OWN = 'accept: */*\r\nuser-agent: webclave\r\naccept-encoding: identity\r\n'
const GET: OutgoingRequest = {
  method: 'GET',
  target: '/a?b=1',
  authority: 'host:8443',
  fields: [],
  body: undefined,
}

async function written(changes: Partial<OutgoingRequest>) {
  const socket = new MemorySocket()
  await writeRequest(socket, { ...GET, ...changes })
  return socket
}
const bytes = (text: string) => new TextEncoder().encode(text)

test('the host comes first, and what nobody has set is set', async () => {
  const { text, writes } = await written({ fields: [['x-one', '1']] })
  expect(text).toBe(`GET /a?b=1 HTTP/1.1\r\nhost: host:8443\r\nx-one: 1\r\n${OWN}\r\n`)
  expect(writes).toBe(1)
})

test('a field of the request replaces the one that would be set', async () => {
  const { text } = await written({
    fields: [
      ['accept', 'a'],
      ['user-agent', 'b'],
      ['accept-encoding', 'gzip'],
    ],
  })
  expect(text).toContain('\r\naccept: a\r\nuser-agent: b\r\naccept-encoding: gzip\r\n\r\n')
  expect(text).not.toContain('webclave')
})

test('fields that say how the message is framed are never the caller’s', async () => {
  const names = [
    'host',
    'content-length',
    'transfer-encoding',
    'connection',
    'keep-alive',
    'upgrade',
    'te',
    'trailer',
    'expect',
    'proxy-connection',
  ]
  const { text } = await written({ fields: names.map((name) => [name, 'evil']), body: bytes('abc') })
  expect(text).not.toContain('evil')
  expect(text.match(/content-length/g)).toHaveLength(1)
})

test('a character of a value is a byte', async () => {
  expect((await written({ fields: [['x', 'voil\xc3\xa0\x80']] })).text).toContain('x: voil\xc3\xa0\x80\r\n')
})

test.each([
  ['GET', undefined, ''],
  ['DELETE', undefined, ''],
  ['POST', undefined, 'content-length: 0\r\n'],
  ['PUT', undefined, 'content-length: 0\r\n'],
  ['PATCH', undefined, 'content-length: 0\r\n'],
  ['GET', '', 'content-length: 0\r\n'],
  ['POST', 'abc', 'content-length: 3\r\n'],
])('%s with the body %j: %j', async (method, body, length) => {
  const { text } = await written({ method, body: body === undefined ? undefined : bytes(body) })
  expect(text).toBe(`${method} /a?b=1 HTTP/1.1\r\nhost: host:8443\r\n${OWN}${length}\r\n${body ?? ''}`)
})

test('a large body is written in parts', async () => {
  const body = new Uint8Array(200_000).map((_, at) => at % 251)
  const { text, writes } = await written({ method: 'POST', body })
  expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe(Buffer.from(body).toString('latin1'))
  expect(text).toContain('content-length: 200000\r\n')
  expect(writes).toBe(4)
})

describe('a stream', () => {
  async function* chunks(...texts: (string | number)[]) {
    for (const text of texts) yield (typeof text === 'number' ? text : bytes(text)) as Uint8Array
  }

  test('is sent in chunks, without empty ones, which would end it', async () => {
    const { text } = await written({ method: 'POST', body: chunks('hello', '', '0123456789abcdef') })
    expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe('5\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n')
    expect(text).toContain('transfer-encoding: chunked\r\n')
    expect(text).not.toContain('content-length')
  })

  test('of nothing is an empty body', async () => {
    expect((await written({ method: 'POST', body: chunks() })).text).toMatch(/\r\n\r\n0\r\n\r\n$/)
  })

  test('with something else than bytes ends there', async () => {
    const socket = new MemorySocket()
    const sent = writeRequest(socket, { ...GET, method: 'POST', body: chunks('a', 1, 'b') })
    await expect(sent).rejects.toThrow(TypeError)
    expect(socket.text).toMatch(/\r\n\r\n1\r\na\r\n$/)
  })

  test('is left when the connection is lost', async () => {
    const socket = new MemorySocket()
    let isLeft = false
    async function* body() {
      try {
        for (;;) yield bytes('abc')
      } finally {
        isLeft = true
      }
    }
    socket.onWrite = () => socket.writes === 5 && socket.close()
    await expect(writeRequest(socket, { ...GET, method: 'POST', body: body() })).rejects.toThrow('closed')
    expect(isLeft).toBe(true)
  })
})
