/** An endpoint's limits and deadlines, at their exact values. */
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/vsock/connection.ts'
import {
  assertPort,
  CLOSE_TIMEOUT,
  CONNECT_TIMEOUT,
  MAX_BACKLOG,
  MAX_CONNECTIONS,
  PORT_ANY,
} from '../../src/vsock/endpoint.ts'
import { Op, Shutdown } from '../../src/vsock/packet.ts'
import { EndpointRig } from './endpoint-rig.ts'

const EPHEMERAL = 49_152
const code = (name: string) => expect.objectContaining({ code: name })

let rig: EndpointRig

beforeEach(() => {
  rig = new EndpointRig()
})

describe('limits and ports', () => {
  test('limits and timeouts are those of Linux', () => {
    expect([MAX_CONNECTIONS, MAX_BACKLOG, PORT_ANY]).toEqual([1024, 128, 2 ** 32 - 1])
    expect([CONNECT_TIMEOUT, CLOSE_TIMEOUT]).toEqual([2000, 8000])
  })

  test.each([0, 1, 2 ** 32 - 2])('port %d is valid', (port) => {
    expect(() => assertPort(port)).not.toThrow()
  })

  test.each([-1, 0.5, 2 ** 32 - 1, 2 ** 32, Number.NaN])('port %d is invalid', (port) => {
    expect(() => assertPort(port)).toThrow(code('E_VSOCK_PORT'))
    expect(() => rig.endpoint.connect(port)).toThrow(code('E_VSOCK_PORT'))
  })
})

describe('connecting', () => {
  test('uses the next ephemeral port each time', () => {
    expect([1, 2, 1].map((port) => rig.endpoint.connect(port).local)).toEqual(
      [0, 1, 2].map((more) => ({ cid: 4, port: EPHEMERAL + more })),
    )
  })

  test('skips at most 64 ports with a listener, and then uses the next port in any case', () => {
    for (let more = 0; more < 64; more++) rig.listen(EPHEMERAL + more)
    expect(rig.endpoint.connect(1).local.port).toBe(EPHEMERAL + 64)
    rig = new EndpointRig(1 << 30)
    for (let more = 0; more < 66; more++) rig.listen(EPHEMERAL + more)
    expect(rig.endpoint.connect(1).local.port).toBe(EPHEMERAL + 64)
  })

  test('skips a local port that has a connection to the same remote port, but not to another', () => {
    rig.listen(EPHEMERAL)
    rig.receive({ operation: Op.REQUEST, sourcePort: 1, destinationPort: EPHEMERAL })
    rig.listening.clear()
    expect(rig.endpoint.connect(1).local.port).toBe(EPHEMERAL + 1)
    rig = new EndpointRig(1 << 30)
    rig.listen(EPHEMERAL)
    rig.receive({ operation: Op.REQUEST, sourcePort: 2, destinationPort: EPHEMERAL })
    rig.listening.clear()
    expect(rig.endpoint.connect(1).local.port).toBe(EPHEMERAL)
  })

  test('is possible up to 1024 times, and only while the pool has buffers', () => {
    for (let made = 0; made < 1024; made++) rig.endpoint.connect(1)
    expect([rig.endpoint.size, [...rig.endpoint.connections].length]).toEqual([1024, 1024])
    expect(() => rig.endpoint.connect(1)).toThrow(code('E_VSOCK_TOO_MANY'))
    rig = new EndpointRig(4096)
    const one = rig.endpoint.connect(1)
    expect(() => rig.endpoint.connect(1)).toThrow(code('E_VSOCK_TOO_MANY'))
    rig.answer(one, Op.RST)
    expect(rig.endpoint.size).toBe(0)
    rig.endpoint.connect(1)
  })

  test('is refused after the endpoint was closed, which resets existing connections', () => {
    const one = rig.endpoint.connect(1)
    const other = rig.endpoint.connect(2)
    rig.answer(other, Op.RESPONSE)
    rig.sent.length = 0
    rig.endpoint.close()
    expect([one.closeReason, other.closeReason, rig.endpoint.size]).toEqual(['reset', 'reset', 0])
    expect([rig.endpoint.flush(), rig.sent, rig.endpoint.expire()]).toEqual([
      true,
      [],
      Number.POSITIVE_INFINITY,
    ])
    expect(() => rig.endpoint.connect(1)).toThrow(code('E_VSOCK_CLOSED'))
  })
})

describe('deadlines', () => {
  test('expire returns the next deadline, and each connection times out at its own', () => {
    expect(rig.endpoint.expire()).toBe(Number.POSITIVE_INFINITY)
    const one = rig.endpoint.connect(1)
    rig.time = 5
    const other = rig.endpoint.connect(2, 100)
    expect(rig.endpoint.expire()).toBe(105)
    rig.time = 105
    expect([rig.endpoint.expire(), other.closeReason, one.state]).toEqual([2000, 'timed-out', 'connecting'])
    rig.time = 1999
    expect([rig.endpoint.expire(), one.state]).toEqual([2000, 'connecting'])
    rig.time = 2000
    rig.endpoint.expire()
    expect([one.closeReason, rig.endpoint.expire()]).toEqual(['timed-out', Number.POSITIVE_INFINITY])
  })

  test('an established connection has no deadline, nor has a connect without a timeout', () => {
    const one = rig.endpoint.connect(1)
    rig.answer(one, Op.RESPONSE)
    const other = rig.endpoint.connect(2, Number.POSITIVE_INFINITY)
    rig.time = 1e12
    expect([rig.endpoint.expire(), one.state, other.state]).toEqual([
      Number.POSITIVE_INFINITY,
      'established',
      'connecting',
    ])
  })

  test('a refused connection has no deadline', () => {
    const one = rig.endpoint.connect(1)
    rig.answer(one, Op.RST)
    expect(rig.endpoint.expire()).toBe(Number.POSITIVE_INFINITY)
  })

  test('a connection that closes before its deadline has none any more', () => {
    const refused = rig.endpoint.connect(1)
    rig.answer(refused, Op.RST)
    const closing = rig.endpoint.connect(2)
    rig.answer(closing, Op.RESPONSE)
    rig.endpoint.closeConnection(closing)
    expect(rig.endpoint.expire()).toBe(8000)
    rig.answer(closing, Op.RST)
    expect([refused.closeReason, closing.closeReason, rig.endpoint.expire()]).toEqual([
      'refused',
      'closed',
      Number.POSITIVE_INFINITY,
    ])
  })

  test('a close without an answer ends after eight seconds, still with the reason closed', () => {
    const one = rig.endpoint.connect(1)
    rig.answer(one, Op.RESPONSE)
    rig.time = 10
    rig.endpoint.closeConnection(one)
    expect(rig.endpoint.expire()).toBe(8010)
    rig.time = 8010
    rig.endpoint.expire()
    expect(one.closeReason).toBe('closed')
  })
})

describe('a closed connection with unread bytes', () => {
  const SMALLEST = 4096
  /** A connection whose peer has sent three bytes and closed, in a pool with one buffer. */
  function closedWithUnread() {
    rig = new EndpointRig(SMALLEST)
    rig.listen(5000)
    const { accepted } = rig
    const to = { sourcePort: 1, destinationPort: 5000 }
    rig.receive({ ...to, operation: Op.REQUEST })
    rig.receive({ ...to, operation: Op.RW }, Uint8Array.of(1, 2, 3))
    rig.receive({ ...to, operation: Op.SHUTDOWN, flags: Shutdown.BOTH })
    expect([accepted[0]!.state, accepted[0]!.readable]).toEqual(['closed', 3])
    return accepted[0]!
  }
  const another = () => rig.endpoint.connect(1)

  test('counts towards the limit, and keeps its buffer', () => {
    closedWithUnread()
    expect([rig.endpoint.size, [...rig.endpoint.connections].length]).toEqual([1, 0])
    expect(another).toThrow(code('E_VSOCK_TOO_MANY'))
  })

  test('counts until it is read to its end, and is released only once', () => {
    const connection = closedWithUnread()
    connection.read(new Uint8Array(2))
    expect(another).toThrow(code('E_VSOCK_TOO_MANY'))
    expect(connection.read(new Uint8Array(2))).toBe(1)
    expect(connection.read(new Uint8Array(2))).toBe(0)
    expect(rig.endpoint.size).toBe(0)
    another()
    expect(another).toThrow(code('E_VSOCK_TOO_MANY'))
  })

  test.each<[string, (connection: Connection) => void]>([
    ['is closed', (connection) => rig.endpoint.closeConnection(connection)],
    ['is shut down for reading', (connection) => connection.shutdown(Shutdown.RECEIVE)],
  ])('counts until it %s', (_, discard) => {
    const connection = closedWithUnread()
    connection.shutdown(Shutdown.SEND)
    expect(connection.readable).toBe(3)
    for (let times = 0; times < 2; times++) discard(connection)
    expect([connection.readable, rig.endpoint.size]).toEqual([0, 0])
    another()
    expect(another).toThrow(code('E_VSOCK_TOO_MANY'))
  })

  test('counts until it is garbage collected', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const held = [closedWithUnread()]
    rig.accepted.length = 0
    collect()
    await pause(1)
    expect(rig.endpoint.size).toBe(held.length)
    held.length = 0
    while (rig.endpoint.size > 0) {
      collect()
      await pause(1)
    }
    another()
  })

  test('prevents another connection if there are 1,024 of them', () => {
    rig = new EndpointRig(1 << 30)
    rig.listen(5000)
    for (let sourcePort = 0; sourcePort < 1024; sourcePort++) {
      const to = { sourcePort, destinationPort: 5000 }
      rig.receive({ ...to, operation: Op.REQUEST })
      rig.receive({ ...to, operation: Op.RW }, Uint8Array.of(1))
      rig.receive({ ...to, operation: Op.SHUTDOWN, flags: Shutdown.BOTH })
    }
    expect(rig.endpoint.size).toBe(1024)
    expect(another).toThrow(code('E_VSOCK_TOO_MANY'))
  })
})
