/** The proxy's limits and defaults, and that ended connections leave nothing behind. */
import { getEventListeners, once } from 'node:events'
import { type AddressInfo, createServer, type Server, Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Listeners } from '../../src/parent/listeners.ts'
import { openProxy } from '../../src/proxy/index.ts'
import { FakeGuest, proxyFor } from './fake-guest.ts'

const TIMEOUT = 10_000

let server: Server
let port: number
/** Connections at the destination. */
let remotes: Socket[]
let received: number

beforeEach(async () => {
  remotes = []
  received = 0
  server = createServer({ allowHalfOpen: true }, (socket) => {
    remotes.push(socket)
    socket
      .on('error', () => {})
      .on('data', ({ length }) => {
        received += length
      })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  for (const socket of remotes) socket.destroy()
  server.close()
  await once(server, 'close')
})

const fakeTimers = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
const thrown = (code: string) => expect.objectContaining({ name: 'EnclaveError', code })
const tasks = async (count: number) => {
  for (let left = count; left > 0; left--) await new Promise(setImmediate)
}

describe('options', () => {
  test('the vsock port is 8000 by default', async () => {
    const { proxy, listensOn } = proxyFor(port)
    expect([proxy.port, listensOn]).toEqual([8000, 8000])
    const destination = { address: '127.0.0.1', port }
    await using given = openProxy(new Listeners(), { destination, allowlist: [destination], port: 8001 })
    expect(given.port).toBe(8001)
  })

  test.each(['maxConnections', 'connectTimeout'])('%s must be a positive integer', (name) => {
    expect(() => proxyFor(port, { [name]: 1 })).not.toThrow()
    for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1'])
      expect(() => proxyFor(port, { [name]: value })).toThrow(thrown('E_PROXY_OPTIONS'))
  })

  test('a mistyped one is refused by name, because without it more is allowed', () => {
    const mistyped = { denny: ['*.example.com:*'] } as object
    expect(() => proxyFor(port, mistyped)).toThrow(
      expect.objectContaining({ code: 'E_PROXY_OPTIONS', got: '"denny"' }),
    )
    expect(() => proxyFor(port, { deny: ['*.example.com:*'] })).not.toThrow()
  })

  test('an aborted signal makes openProxy throw its reason', () => {
    const signal = AbortSignal.abort(new Error('not wanted'))
    const listeners = new Listeners()
    const destination = { address: '127.0.0.1', port }
    expect(() => openProxy(listeners, { destination, allowlist: [destination], signal })).toThrow(
      'not wanted',
    )
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(() => listeners.listen(8000, () => {})).not.toThrow()
  })
})

describe('concurrent connections', () => {
  test.each([
    [1, { maxConnections: 1 }],
    [2, { maxConnections: 2 }],
    [512, {}],
  ])('are at most %i with %o; another one is accepted when one has ended', async (most, options) => {
    const { proxy, accept } = proxyFor(port, options)
    const guests = Array.from({ length: most }, (_, at) => new FakeGuest(4 + (at % 2)))
    const ended = guests.map(accept)
    expect(proxy.connections).toBe(most)
    const more = new FakeGuest()
    const refused = accept(more)
    expect([more.resets, proxy.connections]).toEqual([1, most])
    expect(guests.map(({ resets }) => resets)).toEqual(guests.map(() => 0))
    await refused
    guests[0]!.reset()
    await ended[0]
    expect(proxy.connections).toBe(most - 1)
    const next = new FakeGuest()
    void accept(next)
    expect([next.resets, proxy.connections]).toEqual([0, most])
    await proxy.close()
    expect(proxy.connections).toBe(0)
  })

  test('of one enclave are at most three quarters of them, so that others have some', async () => {
    const { proxy, accept } = proxyFor(port, { maxConnections: 8 })
    const own = Array.from({ length: 7 }, () => new FakeGuest(4))
    for (const guest of own) void accept(guest)
    expect(own.map(({ resets }) => resets)).toEqual([0, 0, 0, 0, 0, 0, 1])
    const other = new FakeGuest(5)
    void accept(other)
    expect([other.resets, proxy.connections]).toEqual([0, 7])
    await proxy.close()
  })
})

describe('a destination that does not answer', () => {
  beforeEach(() => {
    fakeTimers()
    vi.spyOn(Socket.prototype, 'connect').mockReturnThis()
  })

  test.each([
    [TIMEOUT, {}],
    [1, { connectTimeout: 1 }],
    [500, { connectTimeout: 500 }],
  ])('causes a reset after %i ms with %o', async (time, options) => {
    const { proxy, accept } = proxyFor(port, options)
    const guest = new FakeGuest()
    const ended = accept(guest)
    await vi.advanceTimersByTimeAsync(time - 1)
    await tasks(2)
    expect([guest.resets, proxy.connections]).toEqual([0, 1])
    await vi.advanceTimersByTimeAsync(1)
    await tasks(10)
    expect([guest.resets, proxy.connections, vi.getTimerCount()]).toEqual([1, 0, 0])
    await ended
  })

  test('is not awaited once the proxy is closed', async () => {
    const { proxy, accept } = proxyFor(port)
    const guest = new FakeGuest()
    const ended = accept(guest)
    await proxy.close()
    await ended
    expect([guest.resets, proxy.connections, vi.getTimerCount()]).toEqual([1, 0, 0])
  })
})

describe('a connection', () => {
  test('that is established has no timeout', async () => {
    fakeTimers()
    const { proxy, accept } = proxyFor(port)
    const guest = new FakeGuest()
    const ended = accept(guest)
    await expect.poll(() => [remotes.length, vi.getTimerCount()]).toEqual([1, 0])
    await vi.advanceTimersByTimeAsync(10 * TIMEOUT)
    await tasks(2)
    expect([guest.resets, proxy.connections]).toEqual([0, 1])
    guest.reset()
    await ended
  })

  test.each(['the guest', 'the proxy'])(
    'closed by %s counts until the destination’s socket is closed',
    async (closedBy) => {
      const connecting = vi.spyOn(Socket.prototype, 'connect')
      const { proxy, accept } = proxyFor(port)
      const guest = new FakeGuest()
      const ended = accept(guest)
      await expect.poll(() => remotes.length).toBe(1)
      const remote = connecting.mock.contexts[0] as Socket
      expect(remote.closed).toBe(false)
      if (closedBy === 'the guest') guest.reset()
      else void proxy.close()
      await ended
      expect([remote.closed, proxy.connections]).toEqual([true, 0])
    },
  )

  test('to a destination without a listener is reset', async () => {
    const { port: free } = await (async () => {
      const other = createServer().listen(0, '127.0.0.1')
      await once(other, 'listening')
      const address = other.address() as AddressInfo
      other.close()
      await once(other, 'close')
      return address
    })()
    const { proxy, accept } = proxyFor(free)
    const guest = new FakeGuest()
    await accept(guest)
    expect([guest.resets, proxy.connections]).toEqual([1, 0])
  })

  test('closed by the guest delivers all data, and is then closed', async () => {
    const { accept } = proxyFor(port)
    const guest = new FakeGuest()
    const ended = accept(guest)
    await expect.poll(() => remotes.length).toBe(1)
    const length = 1 << 16
    for (let count = 0; count < 64; count++) guest.send(new Uint8Array(length))
    guest.end()
    guest.closing.resolve('closed')
    // The destination never ends its own side.
    await ended
    await expect.poll(() => remotes[0]!.readableEnded).toBe(true)
    expect(received).toBe(64 * length)
  })

  test('whose destination has ended its side still relays the guest’s data', async () => {
    const connecting = vi.spyOn(Socket.prototype, 'connect')
    const { proxy, accept } = proxyFor(port)
    const guest = new FakeGuest()
    const ended = accept(guest)
    await expect.poll(() => remotes.length).toBe(1)
    remotes[0]!.end('welcome')
    await expect.poll(() => Buffer.concat(guest.received).toString()).toBe('welcome')
    await tasks(5)
    expect([guest.resets, proxy.connections]).toEqual([0, 1])
    guest.send(new Uint8Array(10))
    guest.end()
    await ended
    expect((connecting.mock.contexts[0] as Socket).closed).toBe(true)
    await expect.poll(() => remotes[0]!.readableEnded).toBe(true)
    expect([received, guest.resets]).toEqual([10, 0])
  })

  test('is closed when the guest, after ending its side, also closes the connection', async () => {
    const { proxy, accept } = proxyFor(port)
    const guest = new FakeGuest()
    const ended = accept(guest)
    await expect.poll(() => remotes.length).toBe(1)
    guest.end()
    await expect.poll(() => remotes[0]!.readableEnded).toBe(true)
    await tasks(5)
    expect(proxy.connections).toBe(1)
    guest.closing.resolve('closed')
    await ended
    expect(proxy.connections).toBe(0)
  })
})

describe('closing the proxy', () => {
  test('removes its event listener from the signal', async () => {
    const { signal } = new AbortController()
    const { proxy } = proxyFor(port, { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await proxy.close()
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('is awaited by Symbol.asyncDispose', async () => {
    const { proxy, accept } = proxyFor(port)
    const guest = new FakeGuest()
    const ended = accept(guest)
    await proxy[Symbol.asyncDispose]()
    expect([guest.resets, proxy.connections]).toEqual([1, 0])
    await ended
  })
})
