/** TLS sessions: data both ways, their end, and what the parent instance sees of them. */
import { randomBytes } from 'node:crypto'
import { createServer as createPlainServer, type Socket } from 'node:net'
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls'
import { describe, expect, test, vi } from 'vitest'
import { openConnection } from '../../src/network/index.ts'
import { TlsSocket } from '../../src/network/tls.ts'
import { codeOf, MemorySocket } from './memory-socket.ts'
import { listen, localhost, openSession, reach, readAll, tlsHost } from './tls-rig.ts'

const host = tlsHost()

async function serve(act: (socket: TLSSocket) => void, options: TlsOptions = {}) {
  const server = createServer({ key: localhost.keyPem, cert: localhost.pem, ...options }, (socket) => {
    socket.on('error', () => {})
    act(socket)
  })
  return { server, port: await listen(server) }
}
const VERSIONS = ['TLSv1.3', 'TLSv1.2'] as const
const only = (version: (typeof VERSIONS)[number]) => ({ minVersion: version, maxVersion: version })

describe.each(VERSIONS)('%s', (version) => {
  test.each([1, 100, 1399, Number.POSITIVE_INFINITY])(
    'carries data both ways, whatever the pieces: %d',
    async (size) => {
      const length = size === 1 ? 40_000 : 3 * (1 << 20) + 7
      const { port, server } = await serve((socket) => socket.pipe(socket), only(version))
      const { session } = await openSession(host, port, { size })
      const data = randomBytes(length)
      const write = async () => {
        for (let at = 0, part = 1; at < length; at += part, part = (part * 3 + 1) % 100_003)
          await session.write(data.subarray(at, at + part))
        session.end()
      }
      const [received] = await Promise.all([readAll(session), write()])
      expect(received.equals(data)).toBe(true)
      session.close()
      server.close()
    },
  )

  test('a read gives at most the requested length', async () => {
    const { port, server } = await serve((socket) => socket.end('0123456789'.repeat(1000)), only(version))
    const { session } = await openSession(host, port)
    let text = ''
    for (let piece = await session.read(7); piece; piece = await session.read(7)) {
      expect(piece.byteLength).toBeLessThanOrEqual(7)
      text += Buffer.from(piece).toString()
    }
    expect(text).toBe('0123456789'.repeat(1000))
    expect(await session.read()).toBeUndefined()
    session.close()
    server.close()
  })

  test('after the end of one half, the other still carries data', async () => {
    const { port, server } = await serve(
      (socket) => {
        let text = ''
        socket.on('data', (data) => {
          text += data
        })
        socket.on('end', () => socket.end(`got ${text}`))
      },
      { ...only(version), allowHalfOpen: true } as TlsOptions,
    )
    const { session } = await openSession(host, port)
    await session.write(Buffer.from('abc'))
    session.end()
    session.end()
    expect(await codeOf(session.write(Buffer.from('more')))).toBe('E_NETWORK_CLOSED')
    expect((await readAll(session)).toString()).toBe('got abc')
    session.close()
    session.close()
    expect(await session.read()).toBeUndefined()
    expect(await codeOf(session.write(Buffer.from('more')))).toBe('E_NETWORK_CLOSED')
    server.close()
  })

  test('closing it tells the server, and ends a read that waits', async () => {
    const ended = Promise.withResolvers<void>()
    const { port, server } = await serve((socket) => socket.on('end', ended.resolve).resume(), only(version))
    const { session, under } = await openSession(host, port)
    const read = session.read()
    session.close()
    await ended.promise
    expect(await read).toBeUndefined()
    await vi.waitFor(() => expect(under.socket.destroyed).toBe(true))
    server.close()
  })

  test('the parent instance sees neither what is sent nor what is received', async () => {
    const [question, secret] = ['the question is secret', 'the answer is secret']
    const { port, server } = await serve(
      (socket) => socket.on('data', () => socket.end(secret)),
      only(version),
    )
    const { session, under } = await openSession(host, port)
    await session.write(Buffer.from(question))
    expect((await readAll(session)).toString()).toBe(secret)
    session.close()
    const seen = Buffer.concat(under.captured)
    expect(seen.byteLength).toBeGreaterThan(500)
    for (const text of [question, secret, 'secret']) expect(seen.includes(text)).toBe(false)
    server.close()
  })
})

test('without TLS the parent instance sees it: the capture is whole', async () => {
  const server = createPlainServer((socket) => socket.on('data', () => socket.end('the answer is secret')))
  const under = await reach(await listen(server))
  await under.write(Buffer.from('the question is secret'))
  await readAll(under)
  under.close()
  const seen = Buffer.concat(under.captured)
  for (const text of ['the question is secret', 'the answer is secret'])
    expect(seen.includes(text)).toBe(true)
  server.close()
})

test('through the proxy, with a name other than the host’s, and the version that was agreed on', async () => {
  for (const version of VERSIONS) {
    const { port, server } = await serve((socket) => socket.end('hi'), only(version))
    const under = await reach(port)
    let head = ''
    const answers = [Uint8Array.from(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))]
    const open = async () => ({
      ...under,
      read: async (length?: number) => answers.pop() ?? under.read(length),
      write: async (bytes: Uint8Array) => {
        if (head !== '') return under.write(bytes)
        head = Buffer.from(bytes).toString()
      },
    })
    const options = { tls: { name: 'localhost' } }
    const connection = await openConnection(tlsHost(undefined, open), { host: 'other', port: 443 }, options)
    expect(head).toMatch(/^CONNECT other:443 /)
    expect(connection.version).toBe(version)
    expect((await readAll(connection.socket)).toString()).toBe('hi')
    connection.socket.close()
    server.close()
  }
})

test('a session that cannot send its last bytes is closed all the same', async () => {
  const { port, server } = await serve((socket) => socket.resume())
  const under = await reach(port)
  let isStuck = false
  const stuck = {
    ...under,
    write: (bytes: Uint8Array) => (isStuck ? new Promise<void>(() => {}) : under.write(bytes)),
  }
  const later: (() => void)[] = []
  const slow = {
    ...tlsHost(),
    later(callback: () => void) {
      later.push(callback)
      return () => {}
    },
  }
  const session = await TlsSocket.open(slow, stuck, { name: 'localhost' })
  isStuck = true
  void session.write(Buffer.from('abc'))
  session.close()
  expect(under.socket.destroyed).toBe(false)
  for (const callback of later) callback()
  expect(under.socket.destroyed).toBe(true)
  server.close()
})

test('a connection that is lost under a session is an error of its reader', async () => {
  const { port, server } = await serve((socket) => socket.resume())
  const raw = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const { session } = await openSession(host, port)
  const read = codeOf(session.read())
  ;(await raw).resetAndDestroy()
  expect(await read).toBe('ECONNRESET')
  session.close()
  server.close()
})

test('a connection that is lost before a session gives its error, and leaves no session', async () => {
  for (let count = 0; count < 70; count++) {
    const under = new MemorySocket().fail()
    expect(await codeOf(TlsSocket.open(host, under, { name: 'localhost' }))).toBe('reset')
    await vi.waitFor(() => expect(under.isClosed).toBe(true))
  }
})
