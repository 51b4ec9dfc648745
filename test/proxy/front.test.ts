/** What guests ask for: CONNECT and SOCKS5, in any pieces; and what is refused. */
import { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { EnclaveError } from '../../src/base/error.ts'
import { readRequest } from '../../src/proxy/front.ts'

const read = (stream: Duplex, late = new AbortController().signal) => readRequest(stream, late)

/** A guest that sends `bytes` in pieces of `size`, and then ends; with what it received. */
function guest(bytes: Buffer | string, size = 1e6) {
  const rest = [...Buffer.from(bytes as string, 'latin1')]
  const received: Buffer[] = []
  const stream = new Duplex({
    read() {
      this.push(rest.length > 0 ? Buffer.from(rest.splice(0, size)) : null)
    },
    write(chunk: Buffer, _, done) {
      received.push(chunk)
      done()
    },
  })
  return { stream, received: () => Buffer.concat(received).toString('latin1') }
}
const socks = (...parts: (number | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part))))
const GREETING = [5, 1, 0] as const
const HTTP = 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n'
const named = (name: string) => socks(...GREETING, 5, 1, 0, 3, name.length, name, 1, 187)
const bad = expect.objectContaining({ code: 'E_PROXY_REQUEST' })

const REQUESTS: [string, Buffer | string, string, string, number][] = [
  ['CONNECT', HTTP, 'connect', 'a.example', 443],
  ['CONNECT without fields', 'CONNECT 1.1.1.1:1 HTTP/1.0\r\n\r\n', 'connect', '1.1.1.1', 1],
  ['CONNECT to IPv6', 'CONNECT [fd00::1]:443 HTTP/1.1\r\n\r\n', 'connect', 'fd00::1', 443],
  ['SOCKS5 with a name', named('a.example'), 'socks5', 'a.example', 443],
  ['SOCKS5 with IPv4', socks(5, 2, 1, 0, 5, 1, 0, 1, 1, 2, 3, 4, 0, 80), 'socks5', '1.2.3.4', 80],
  [
    'SOCKS5 with IPv6',
    socks(...GREETING, 5, 1, 0, 4, 0xfd, ...Array(14).fill(0), 1, 0, 80),
    'socks5',
    'fd00::1',
    80,
  ],
]

describe.each(REQUESTS)('%s', (_, bytes, protocol, address, port) => {
  test.each([1, 2, 7, 1e6])('in pieces of %i bytes is read, and what follows stays', async (size) => {
    const { stream } = guest(
      Buffer.concat([Buffer.from(bytes as string, 'latin1'), Buffer.from('rest')]),
      size,
    )
    const request = await read(stream)
    expect([request.protocol, request.destination]).toEqual([protocol, { address, port }])
    let rest = ''
    for await (const chunk of stream) rest += chunk
    expect(rest).toBe('rest')
  })
})

test('bytes that follow at once may be more than a request', async () => {
  const { stream } = guest(`${HTTP}${'a'.repeat(30_000)}`)
  await read(stream)
  let length = 0
  for await (const chunk of stream) length += chunk.length
  expect(length).toBe(30_000)
})

describe('the answer', () => {
  const denied = new EnclaveError('E_PROXY_NOT_ALLOWED', { what: 'not allowed', hint: 'the rule: a' })
  const failed = new EnclaveError('E_PROXY_CONNECT', { what: 'cannot connect' })

  test('to CONNECT is 200, or says why not', async () => {
    const answerTo = async (error?: EnclaveError) => {
      const { stream, received } = guest(HTTP)
      const request = await read(stream)
      if (error) request.refuse(error)
      else request.accept()
      return received()
    }
    expect(await answerTo()).toBe('HTTP/1.1 200 Connection established\r\n\r\n')
    expect(await answerTo(denied)).toMatch(
      /^HTTP\/1.1 403 Forbidden\r\n(?:.+\r\n)*X-Proxy-Error: E_PROXY_NOT_ALLOWED\r\n(?:.+\r\n)*\r\nE_PROXY_NOT_ALLOWED: not allowed; the rule: a\n$/,
    )
    expect(await answerTo(failed)).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n/)
  })

  test('to SOCKS5 is its code', async () => {
    const replyTo = async (error?: EnclaveError) => {
      const { stream, received } = guest(named('a'))
      const request = await read(stream)
      if (error) request.refuse(error)
      else request.accept()
      return [...Buffer.from(received(), 'latin1')].slice(0, 4)
    }
    expect(await replyTo()).toEqual([5, 0, 5, 0])
    expect(await replyTo(denied)).toEqual([5, 0, 5, 2])
    expect(await replyTo(failed)).toEqual([5, 0, 5, 5])
  })
})

describe('refused is', () => {
  test.each<[string, string]>([
    ['another method', 'GET http://a/ HTTP/1.1\r\n\r\n'],
    ['lines without CR', 'CONNECT a:1 HTTP/1.1\n\n\r\n\r\n'],
    ['a folded field', 'CONNECT a:1 HTTP/1.1\r\nA: b\r\n c\r\n\r\n'],
    ['a field without a colon', 'CONNECT a:1 HTTP/1.1\r\nA\r\n\r\n'],
    ['a body', 'CONNECT a:1 HTTP/1.1\r\nContent-Length: 5\r\n\r\n'],
    ['a body in chunks', 'CONNECT a:1 HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['another version', 'CONNECT a:1 HTTP/2\r\n\r\n'],
    ['no port', 'CONNECT a HTTP/1.1\r\n\r\n'],
  ])('CONNECT with %s, with 400', async (_, text) => {
    const { stream, received } = guest(text)
    await expect(read(stream)).rejects.toEqual(bad)
    expect(received()).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/)
  })

  test.each<[string, Buffer, number[]]>([
    ['no method without authentication', socks(5, 1, 2), [5, 0xff]],
    ['BIND', socks(...GREETING, 5, 2, 0, 1, 1, 2, 3, 4, 0, 80), [5, 0, 5, 7]],
    ['an unknown type of address', socks(...GREETING, 5, 1, 0, 2, 1, 2, 3, 4, 0, 80), [5, 0, 5, 8]],
  ])('SOCKS5 with %s', async (_, bytes, reply) => {
    const { stream, received } = guest(bytes)
    await expect(read(stream)).rejects.toEqual(bad)
    expect([...Buffer.from(received(), 'latin1')].slice(0, reply.length)).toEqual(reply)
  })

  test('a request that is cut anywhere', async () => {
    for (const bytes of [Buffer.from(HTTP), named('a.example')]) {
      for (let length = 1; length < bytes.length; length++) {
        await expect(read(guest(bytes.subarray(0, length)).stream), `${length}`).rejects.toEqual(bad)
      }
    }
    await expect(read(guest('').stream)).rejects.toEqual(bad)
  })

  test('a head that does not end within 8 KiB, of which no more is read', async () => {
    let sent = 0
    let answer = ''
    const stream = new Duplex({
      read() {
        sent += 1000
        this.push(
          Buffer.from(sent === 1000 ? `CONNECT a:1 HTTP/1.1\r\n`.padEnd(1000, 'a') : 'a'.repeat(1000)),
        )
      },
      write: (chunk: Buffer, _, done) => {
        answer += chunk
        done()
      },
    })
    await expect(read(stream)).rejects.toEqual(bad)
    expect(sent).toBeLessThan(100_000)
    expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/)
  })

  test.each(['', HTTP.slice(0, -1), Buffer.from([5, 1])])(
    'what does not arrive in time: %j',
    async (begin) => {
      const late = new AbortController()
      const stream = new Duplex({ read() {}, write: (_, __, done) => done() })
      stream.push(Buffer.from(begin as string, 'latin1'))
      const request = read(stream, late.signal)
      late.abort()
      await expect(request).rejects.toThrow(/nothing more in time/)
      expect(stream.destroyed).toBe(true)
      await expect(read(new Duplex({ read() {} }), late.signal)).rejects.toEqual(bad)
    },
  )
})
