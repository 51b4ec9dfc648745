/** The memory of the TLS module: how many sessions there may be, and that none of them leaves anything. */
import { createServer, type Server } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NetworkHost } from '../../src/network/index.ts'
import { TlsSocket } from '../../src/network/tls.ts'
import { codeOf, MemorySocket } from './memory-socket.ts'
import { authority, listen, localhost, openSession, readAll, tlsHost } from './tls-rig.ts'

let server: Server
let port: number
beforeAll(async () => {
  server = createServer({ key: localhost.keyPem, cert: localhost.pem }, (socket) =>
    socket.on('error', () => {}).pipe(socket),
  )
  server.on('tlsClientError', () => {})
  port = await listen(server)
})
afterAll(() => void server.close())

async function exchange(host: NetworkHost, text = 'hello') {
  const { session } = await openSession(host, port)
  await session.write(Buffer.from(text))
  session.end()
  const received = (await readAll(session)).toString()
  session.close()
  return received
}

test('64 sessions at a time, which all work; a closed one makes room for another', async () => {
  const host = tlsHost()
  const opened: Awaited<ReturnType<typeof openSession>>[] = []
  while (opened.length < 64) opened.push(await openSession(host, port))
  expect(await codeOf(openSession(host, port))).toBe('E_TLS_MEMORY')
  const texts = opened.map((_, index) => `${index} `.repeat(10_000))
  const received = await Promise.all(
    opened.map(async ({ session }, index) => {
      await session.write(Buffer.from(texts[index]!))
      session.end()
      return (await readAll(session)).toString()
    }),
  )
  expect(received).toEqual(texts)
  expect(await codeOf(openSession(host, port))).toBe('E_TLS_MEMORY')
  opened[7]!.session.close()
  expect(await exchange(host)).toBe('hello')
  const { session } = await openSession(host, port)
  expect(await codeOf(openSession(host, port))).toBe('E_TLS_MEMORY')
  for (const one of [session, ...opened.map((pair) => pair.session)]) one.close()
  expect(await exchange(host)).toBe('hello')
})

test('64 handshakes at a time', async () => {
  const host = tlsHost()
  const opening = Array.from({ length: 64 }, () => openSession(host, port).then(() => 'open'))
  const outcomes = await Promise.all(opening.map((one) => one.catch(({ code }) => code)))
  expect(outcomes.filter((outcome) => outcome !== 'open')).toEqual([])
})

describe('in a module whose memory roots fill', () => {
  /** Roots in excess, of which some can be read; the others find no memory. */
  const EXCESS = 16_000
  let most = 0
  const filled = (count: number) => {
    const host = tlsHost(authority.pem.repeat(count))
    const begin = host.tls.begin
    return {
      ...host,
      tls: {
        ...host.tls,
        begin(seed: Uint8Array, roots: Uint8Array) {
          const result = begin(seed, roots)
          most = new DataView(result!.buffer, result!.byteOffset).getUint32(0, true)
          return result
        },
      },
    }
  }

  test('there is none for a session, which is its own error', async () => {
    expect(await codeOf(openSession(filled(EXCESS), port))).toBe('E_TLS_MEMORY')
    expect(most).toBeGreaterThan(100)
    expect(most).toBeLessThan(EXCESS)
  })

  /** How many sessions can be open at a time. */
  async function capacity(host: NetworkHost): Promise<number> {
    const opened: TlsSocket[] = []
    for (;;) {
      const code = await codeOf(openSession(host, port).then(({ session }) => opened.push(session)))
      if (code === 'E_TLS_MEMORY') break
      expect(opened.length).toBeLessThan(10)
    }
    for (const session of opened) session.close()
    return opened.length
  }

  test('500 sessions, one after the other, leave nothing: there is room for as many as before', async () => {
    const host = filled(most - 100)
    const before = await capacity(host)
    expect(before).toBeGreaterThan(0)
    for (let count = 0; count < 500; count++) {
      const under = new MemorySocket().finish()
      if (count % 5 === 0) expect(await exchange(host), `${count}`).toBe('hello')
      // Given up at once, and in the middle of the handshake.
      else if (count % 5 < 3)
        expect(await codeOf(TlsSocket.open(host, under, { name: 'localhost' }))).toBe('E_TLS_TRUNCATED')
      else expect(await codeOf(openSession(host, port, { name: 'other' }))).toBe('E_TLS_NAME')
    }
    expect(await capacity(host)).toBe(before)
  })
})

describe('a module that is lost', () => {
  /** After `lose`, the module answers once like one whose instance has trapped; then there is a new one. */
  function fragile() {
    let { tls } = tlsHost()
    let isLost = false
    const run: NetworkHost['tls']['run'] = (...args) => {
      if (!isLost) return tls.run(...args)
      isLost = false
      tls = tlsHost().tls
      return undefined
    }
    const lose = () => {
      isLost = true
    }
    const begin: NetworkHost['tls']['begin'] = (...args) => tls.begin(...args)
    const open: NetworkHost['tls']['open'] = (...args) => tls.open(...args)
    const close: NetworkHost['tls']['close'] = (handle) => tls.close(handle)
    return { host: { ...tlsHost(), tls: { begin, open, run, close } }, lose }
  }

  test('takes all its sessions with it, and none of them reaches a session of the next', async () => {
    const { host, lose } = fragile()
    const [first, second] = [await openSession(host, port), await openSession(host, port)]
    lose()
    expect(await codeOf(second.session.write(Buffer.from('abc')))).toBe('E_TLS_RECORD')
    // The handles of the new module begin where those of the old one did.
    const third = await openSession(host, port)
    const before = third.under.captured.length
    const sent = first.under.captured.length
    expect(await codeOf(first.session.write(Buffer.from('secret of the first')))).toBe('E_TLS_RECORD')
    expect(await codeOf(second.session.read())).toBe('E_TLS_RECORD')
    expect(first.under.captured.length).toBe(sent)
    first.session.close()
    second.session.close()
    await third.session.write(Buffer.from('third'))
    third.session.end()
    expect((await readAll(third.session)).toString()).toBe('third')
    expect(third.under.captured.length).toBeGreaterThan(before)
    third.session.close()
  })
})
