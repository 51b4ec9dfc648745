/** The way through the proxy: what it is asked, and what its answers mean. */
import { describe, expect, test, vi } from 'vitest'
import { type Destination, openConnection } from '../../src/network/index.ts'
import { fromLatin1 } from '../../src/network/latin1.ts'
import { codeOf, hostOf, MemorySocket } from './memory-socket.ts'

const TO: Destination = { host: 'server', port: 443 }

/** What comes of a proxy that answers with `text`, in pieces of `size` bytes, and then ends if `isEnd`. */
async function through(text: string, { size, isEnd = true }: { size?: number; isEnd?: boolean } = {}) {
  const socket = new MemorySocket().send(text, size)
  if (isEnd) socket.finish()
  const outcome = await openConnection(
    hostOf(async () => socket),
    TO,
  ).then(
    (connection) => ({ connection, error: undefined }),
    (error: Error & { code: string; got?: string; what: string }) => ({ connection: undefined, error }),
  )
  return { socket, ...outcome }
}

test('it is asked on its port for the host', async () => {
  const socket = new MemorySocket().send('HTTP/1.1 200 OK\r\n\r\n')
  const open = vi.fn(async () => socket)
  const { socket: through, version } = await openConnection(hostOf(open), { host: '2001:db8::1', port: 25 })
  expect(open).toHaveBeenCalledWith(8000)
  expect(socket.text).toBe('CONNECT [2001:db8::1]:25 HTTP/1.1\r\nHost: [2001:db8::1]:25\r\n\r\n')
  expect(version).toBeUndefined()
  await through.write(new TextEncoder().encode('hello'))
  expect(socket.text).toMatch(/\r\n\r\nhello$/)
  through.end()
  expect([socket.isEnded, socket.isClosed]).toEqual([true, false])
  through.close()
  expect(socket.isClosed).toBe(true)
  const other = vi.fn(async () => new MemorySocket().send('HTTP/1.1 200 OK\r\n\r\n'))
  await openConnection(hostOf(other), TO, { proxyPort: 8443 })
  expect(other).toHaveBeenCalledWith(8443)
})

test.each([
  'HTTP/1.1 200 OK\r\n\r\n',
  'HTTP/1.0 200 Connection established\r\nVia: a\r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.1 200\r\n\r\n',
])('after %j, the server’s bytes follow, also early ones', async (head) => {
  for (const size of [1, 5, 1000]) {
    const { connection } = await through(`${head}SSH-2.0\r\nhello`, { size })
    let text = ''
    const { socket } = connection!
    for (let piece = await socket.read(3); piece; piece = await socket.read(3)) {
      expect(piece.byteLength).toBeLessThanOrEqual(3)
      text += fromLatin1(piece)
    }
    expect(text).toBe('SSH-2.0\r\nhello')
    expect(await socket.read()).toBeUndefined()
  }
})

describe('a refusal', () => {
  test.each([
    [
      'HTTP/1.1 403 Forbidden\r\n\r\nno rule allows server:443\n',
      'E_NETWORK_REFUSED',
      'no rule allows server:443',
    ],
    ['HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\n\r\n', 'E_NETWORK_REFUSED', 'status 403'],
    ['HTTP/1.1 502 Bad Gateway\r\n\r\nECONNREFUSED\n', 'E_NETWORK_CONNECT', 'ECONNREFUSED'],
    ['HTTP/1.1 502 Bad Gateway\r\n\r\nn\xc3\xa4chster Versuch', 'E_NETWORK_CONNECT', 'nächster Versuch'],
    ['HTTP/1.1 503 x\r\n\r\n', 'E_NETWORK_CONNECT', 'status 503'],
    ['HTTP/1.1 204 x\r\n\r\n', 'E_NETWORK_CONNECT', 'status 204'],
    ['HTTP/1.1 100 x\r\n\r\n', 'E_NETWORK_CONNECT', 'status 100'],
  ])('%j: %s, %s', async (text, code, got) => {
    for (const size of [1, 1000]) {
      const { error, socket } = await through(text, { size })
      expect(error).toMatchObject({ code, got, what: expect.stringContaining('server:443') })
      expect(socket.isClosed).toBe(true)
    }
  })

  test('with an endless text is cut', async () => {
    const { error, socket } = await through(`HTTP/1.1 403 x\r\n\r\n${'x'.repeat(100_000)}`, {
      size: 500,
      isEnd: false,
    })
    expect(error).toMatchObject({ code: 'E_NETWORK_REFUSED', got: 'x'.repeat(2000) })
    expect(socket.taken).toBeLessThan(5000)
  })

  test('is one also when the connection is lost after it', async () => {
    const socket = new MemorySocket().send('HTTP/1.1 403 x\r\n\r\nthe rule').fail()
    await expect(
      openConnection(
        hostOf(async () => socket),
        TO,
      ),
    ).rejects.toMatchObject({
      code: 'E_NETWORK_REFUSED',
      got: 'the rule',
    })
  })
})

describe('no proxy', () => {
  test.each([
    ['nothing', ''],
    ['half a line', 'HTTP/1.1 20'],
    ['half a head', 'HTTP/1.1 200 OK\r\nVia: a\r\n'],
    ['a status line of another kind', 'HTTP/2 200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a bare line feed', 'HTTP/1.1 200 OK\n\n'],
    ['an empty line', '\r\n\r\n'],
    ['bytes', '\0\x01\x02\xff'.repeat(30_000)],
    ['an endless line', `HTTP/1.1 200 ${'x'.repeat(1 << 20)}`],
    ['an endless head', `HTTP/1.1 200 OK\r\n${'Via: a\r\n'.repeat(10_000)}`],
    ['33 fields', `HTTP/1.1 200 OK\r\n${'Via: a\r\n'.repeat(32)}\r\n`],
  ])('is one that answers with %s', async (_, text) => {
    for (const size of [7, 1000]) {
      const { error, socket } = await through(text, { size })
      expect(error?.code).toBe('E_NETWORK_PROXY')
      expect(socket.isClosed).toBe(true)
      expect(socket.taken).toBeLessThan(10_000)
    }
  })

  test('is one that loses the connection', async () => {
    const socket = new MemorySocket().send('HTTP/1.1 200 OK\r\n').fail()
    expect(
      await codeOf(
        openConnection(
          hostOf(async () => socket),
          TO,
        ),
      ),
    ).toBe('E_NETWORK_PROXY')
  })

  test('says so, with what the parent instance answered', async () => {
    const refused = Object.assign(new Error('vsock: refused'), { code: 'refused' })
    const opened = openConnection(
      hostOf(() => Promise.reject(refused)),
      TO,
      { proxyPort: 7 },
    )
    await expect(opened).rejects.toMatchObject({
      code: 'E_NETWORK_PROXY',
      got: 'refused',
      what: expect.stringContaining('port 7'),
      cause: refused,
    })
  })
})
