/** The listening ports of a parent instance: how they are opened and closed, and what a failing handler causes. */
import { beforeEach, describe, expect, test } from 'vitest'
import { Listeners, type SocketHandler } from '../../src/parent/listeners.ts'
import type { Connection } from '../../src/vsock/connection.ts'
import type { SocketCarrier } from '../../src/vsock/socket-carrier.ts'

/** The connections that were closed. */
let closed: Connection[]
const carrier = { closeConnection: (connection: Connection) => void closed.push(connection) } as SocketCarrier
const connection = () =>
  ({
    local: { cid: 3, port: 8000 },
    remote: { cid: 4, port: 50_000 },
    state: 'established',
    onChange() {},
    hasEnded: true,
  }) as unknown as Connection
const ignore: SocketHandler = () => {}
const refused = (code: string) => expect.objectContaining({ code })

let listeners: Listeners
beforeEach(() => {
  closed = []
  listeners = new Listeners()
})

describe('a port', () => {
  test('has its own listener', () => {
    expect(listeners.acceptorOf(8000, carrier)).toBeUndefined()
    expect(listeners.listen(8000, ignore).port).toBe(8000)
    expect(listeners.acceptorOf(8000, carrier)?.hasRoom()).toBe(true)
    expect(listeners.acceptorOf(8001, carrier)).toBeUndefined()
  })

  test('is in use until its listener is closed or disposed of', () => {
    const listener = listeners.listen(8000, ignore)
    expect(() => listeners.listen(8000, ignore)).toThrow(refused('E_VSOCK_PORT_TAKEN'))
    listener.close()
    expect(listeners.acceptorOf(8000, carrier)).toBeUndefined()
    listeners.listen(8000, ignore)[Symbol.dispose]()
    expect(listeners.acceptorOf(8000, carrier)).toBeUndefined()
  })

  test('is not closed by a listener that was closed before', () => {
    const before = listeners.listen(8000, ignore)
    before.close()
    listeners.listen(8000, ignore)
    before.close()
    expect(listeners.acceptorOf(8000, carrier)).toBeDefined()
  })

  test('must be valid, and must not be the heartbeat’s', () => {
    expect(() => listeners.listen(9000, ignore)).toThrow(refused('E_VSOCK_PORT_TAKEN'))
    expect(listeners.listen(9001, ignore).port).toBe(9001)
    expect(() => listeners.listen(-1, ignore)).toThrow(refused('E_VSOCK_PORT'))
  })

  test('needs a handler, and takes only a signal besides', () => {
    for (const handler of [undefined, null, 5, {}])
      expect(() => listeners.listen(8000, handler as never)).toThrow(refused('E_PARENT_OPTION'))
    for (const options of [
      null,
      5,
      [],
      { signal: 5 },
      { signal: null },
      { signal: {} },
      { signal: new EventTarget() },
    ])
      expect(() => listeners.listen(8000, ignore, options as object)).toThrow(refused('E_PARENT_OPTION'))
    expect(listeners.acceptorOf(8000, carrier)).toBeUndefined()
    expect(listeners.listen(8000, ignore, { signal: undefined } as object).port).toBe(8000)
  })

  test('is closed with all others by close', () => {
    listeners.listen(8000, ignore)
    listeners.listen(8001, ignore)
    listeners.close()
    expect([8000, 8001].map((port) => listeners.acceptorOf(port, carrier))).toEqual([undefined, undefined])
  })

  test('is resolved by resolvePort only if it has no listener', () => {
    const resolved: number[] = []
    const resolving = new Listeners((port) => {
      resolved.push(port)
      return port === 8001 ? ignore : undefined
    })
    resolving.listen(8000, ignore)
    expect([8000, 8001, 8002].map((port) => resolving.acceptorOf(port, carrier) !== undefined)).toEqual([
      true,
      true,
      false,
    ])
    expect(resolved).toEqual([8001, 8002])
  })
})

describe('a signal', () => {
  test('closes the port', () => {
    const controller = new AbortController()
    listeners.listen(8000, ignore, { signal: controller.signal })
    controller.abort()
    expect(listeners.acceptorOf(8000, carrier)).toBeUndefined()
  })

  test('that has already aborted prevents listening', () => {
    expect(() => listeners.listen(8000, ignore, { signal: AbortSignal.abort(new Error('enough')) })).toThrow(
      'enough',
    )
    expect(listeners.acceptorOf(8000, carrier)).toBeUndefined()
  })

  test('has its event listener removed when the port is closed', () => {
    const { signal } = new AbortController()
    const calls: string[] = []
    for (const name of ['addEventListener', 'removeEventListener'] as const) {
      const original = signal[name].bind(signal) as (...args: unknown[]) => void
      signal[name] = (...args: unknown[]) => {
        calls.push(name)
        original(...args)
      }
    }
    listeners.listen(8000, ignore, { signal }).close()
    expect(calls).toEqual(['addEventListener', 'removeEventListener'])
  })
})

describe('a handler', () => {
  const accept = async (handler: SocketHandler) => {
    listeners.listen(8000, handler)
    const given = connection()
    listeners.acceptorOf(8000, carrier)!.accept(given)
    await new Promise((resolve) => setImmediate(resolve))
    return closed.includes(given)
  }

  test('gets the connection, which stays open', async () => {
    let remote: unknown
    const take: SocketHandler = (socket) => {
      remote = socket.remote
    }
    expect(await accept(take)).toBe(false)
    expect(remote).toEqual({ cid: 4, port: 50_000 })
  })

  test('is called for at most 1,024 concurrent connections of an enclave, and again once one call has returned', async () => {
    const returns: (() => void)[] = []
    listeners.listen(8000, () => new Promise((resolve) => returns.push(resolve)))
    const acceptor = () => listeners.acceptorOf(8000, carrier)!
    for (let count = 0; count < 1024; count++) {
      expect(acceptor().hasRoom()).toBe(true)
      acceptor().accept(connection())
    }
    expect(acceptor().hasRoom()).toBe(false)
    // Another enclave's connections are counted separately.
    expect(listeners.acceptorOf(8000, { ...carrier })!.hasRoom()).toBe(true)
    returns[0]!()
    await new Promise((resolve) => setImmediate(resolve))
    expect(acceptor().hasRoom()).toBe(true)
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])('that %s closes its connection', async (_, handler) => {
    expect(await accept(handler)).toBe(true)
  })
})
