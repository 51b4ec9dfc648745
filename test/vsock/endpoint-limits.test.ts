/** What an endpoint holds at most, when it gives up, and what it answers to packets of nobody: at the exact bounds. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/vsock/connection.ts'
import {
  type Acceptor,
  assertPort,
  CLOSE_TIMEOUT,
  CONNECT_TIMEOUT,
  Endpoint,
  MAX_BACKLOG,
  MAX_CONNECTIONS,
  PORT_ANY,
} from '../../src/vsock/endpoint.ts'
import { Op, type PacketHeader, Shutdown } from '../../src/vsock/packet.ts'

const EPHEMERAL = 49_152
let sent: PacketHeader[]
let isFull: boolean
let time: number
let listening: Map<number, Acceptor>
let accepted: Connection[]
let endpoint: Endpoint

beforeEach(() => {
  ;[sent, isFull, time, listening, accepted] = [[], false, 0, new Map(), []]
  endpoint = make(1 << 30)
})
function make(bufferPool: number): Endpoint {
  return new Endpoint({
    localCid: 4,
    remoteCid: 3,
    send(header) {
      if (!isFull) sent.push(header)
      return !isFull
    },
    acceptorOf: (port) => listening.get(port),
    bufferPool,
    now: () => time,
  })
}
const listen = (port: number) =>
  listening.set(port, { hasRoom: () => true, accept: (connection) => void accepted.push(connection) })
const receive = (more: Partial<PacketHeader>) =>
  endpoint.receive({
    header: {
      ...{ sourceCid: 3, destinationCid: 4, sourcePort: 1, destinationPort: 5000, length: 0, type: 1 },
      ...{ operation: Op.RW, flags: 0, bufferAllocation: 77, forwardCount: 0 },
      ...more,
    },
    payload: new Uint8Array(0),
  })
/** The answer of the peer to `connection`. */
const answer = ({ local, remote }: Connection, operation: number, more: Partial<PacketHeader> = {}) =>
  receive({ sourcePort: remote.port, destinationPort: local.port, operation, ...more })
const code = (name: string) => expect.objectContaining({ code: name })

describe('numbers', () => {
  test('are Linux’s', () => {
    expect([MAX_CONNECTIONS, MAX_BACKLOG, PORT_ANY]).toEqual([1024, 128, 2 ** 32 - 1])
    expect([CONNECT_TIMEOUT, CLOSE_TIMEOUT]).toEqual([2000, 8000])
  })

  test.each([0, 1, 2 ** 32 - 2])('a port can be %d', (port) => {
    expect(() => assertPort(port)).not.toThrow()
  })

  test.each([-1, 0.5, 2 ** 32 - 1, 2 ** 32, Number.NaN])('a port cannot be %d', (port) => {
    expect(() => assertPort(port)).toThrow(code('E_VSOCK_PORT'))
    expect(() => endpoint.connect(port)).toThrow(code('E_VSOCK_PORT'))
  })
})

describe('connecting', () => {
  test('takes the next ephemeral port each time', () => {
    expect([1, 2, 1].map((port) => endpoint.connect(port).local)).toEqual(
      [0, 1, 2].map((more) => ({ cid: 4, port: EPHEMERAL + more })),
    )
  })

  test('passes over 64 ports with a listener, and takes the next whether it has one or not', () => {
    for (let more = 0; more < 64; more++) listen(EPHEMERAL + more)
    expect(endpoint.connect(1).local.port).toBe(EPHEMERAL + 64)
    endpoint = make(1 << 30)
    listen(EPHEMERAL + 64)
    listen(EPHEMERAL + 65)
    expect(endpoint.connect(1).local.port).toBe(EPHEMERAL + 64)
  })

  test('passes over a port that a connection to the same port has, not to another', () => {
    listen(EPHEMERAL)
    receive({ operation: Op.REQUEST, sourcePort: 1, destinationPort: EPHEMERAL })
    listening.clear()
    expect(endpoint.connect(1).local.port).toBe(EPHEMERAL + 1)
    endpoint = make(1 << 30)
    listen(EPHEMERAL)
    receive({ operation: Op.REQUEST, sourcePort: 2, destinationPort: EPHEMERAL })
    listening.clear()
    expect(endpoint.connect(1).local.port).toBe(EPHEMERAL)
  })

  test('is possible 1024 times, and while there is memory for buffers', () => {
    for (let made = 0; made < 1024; made++) endpoint.connect(1)
    expect([endpoint.size, [...endpoint.connections].length]).toEqual([1024, 1024])
    expect(() => endpoint.connect(1)).toThrow(code('E_VSOCK_TOO_MANY'))
    endpoint = make(4096)
    const one = endpoint.connect(1)
    expect(() => endpoint.connect(1)).toThrow(code('E_VSOCK_TOO_MANY'))
    answer(one, Op.RST)
    expect(endpoint.size).toBe(0)
    endpoint.connect(1)
  })

  test('is possible no more once the link has ended, and what there was is reset', () => {
    const one = endpoint.connect(1)
    const other = endpoint.connect(2)
    answer(other, Op.RESPONSE)
    sent.length = 0
    endpoint.close()
    expect([one.closeReason, other.closeReason, endpoint.size]).toEqual(['reset', 'reset', 0])
    expect([endpoint.flush(), sent, endpoint.expire()]).toEqual([true, [], Number.POSITIVE_INFINITY])
    expect(() => endpoint.connect(1)).toThrow(code('E_VSOCK_CLOSED'))
  })
})

describe('time', () => {
  test('is told of the next end; each is given up when it has come', () => {
    expect(endpoint.expire()).toBe(Number.POSITIVE_INFINITY)
    const one = endpoint.connect(1)
    time = 5
    const other = endpoint.connect(2, 100)
    expect(endpoint.expire()).toBe(105)
    time = 105
    expect([endpoint.expire(), other.closeReason, one.state]).toEqual([2000, 'timed-out', 'connecting'])
    time = 1999
    expect([endpoint.expire(), one.state]).toEqual([2000, 'connecting'])
    time = 2000
    endpoint.expire()
    expect([one.closeReason, endpoint.expire()]).toEqual(['timed-out', Number.POSITIVE_INFINITY])
  })

  test('of an answered connect is over, and of one that waits for ever never comes', () => {
    const one = endpoint.connect(1)
    answer(one, Op.RESPONSE)
    const other = endpoint.connect(2, Number.POSITIVE_INFINITY)
    time = 1e12
    expect([endpoint.expire(), one.state, other.state]).toEqual([
      Number.POSITIVE_INFINITY,
      'established',
      'connecting',
    ])
  })

  test('of what is over is forgotten', () => {
    const one = endpoint.connect(1)
    answer(one, Op.RST)
    expect(endpoint.expire()).toBe(Number.POSITIVE_INFINITY)
  })

  test('of a farewell is eight seconds; it is an orderly end all the same', () => {
    const one = endpoint.connect(1)
    answer(one, Op.RESPONSE)
    time = 10
    endpoint.closeConnection(one)
    expect(endpoint.expire()).toBe(8010)
    time = 8010
    endpoint.expire()
    expect(one.closeReason).toBe('closed')
  })
})

describe('closing', () => {
  test('shuts both halves; while connecting it is over at once, and the peer is told', () => {
    const one = endpoint.connect(1)
    endpoint.closeConnection(one)
    expect(one.closeReason).toBe('closed')
    const other = endpoint.connect(2)
    answer(other, Op.RESPONSE)
    sent.length = 0
    endpoint.closeConnection(other)
    expect(sent).toMatchObject([{ operation: Op.SHUTDOWN, flags: Shutdown.BOTH }])
    expect(other.state).toBe('established')
    endpoint.flush()
    expect(endpoint.size).toBe(1)
    expect(answer(other, Op.RST)).toBe(true)
    expect([other.closeReason, endpoint.size]).toEqual(['closed', 0])
  })

  test('is remembered until what is owed has been sent', () => {
    const one = endpoint.connect(1)
    isFull = true
    one.abort('reset', true)
    expect([endpoint.flush(), endpoint.size]).toEqual([false, 1])
    isFull = false
    sent.length = 0
    expect([endpoint.flush(), endpoint.size]).toEqual([true, 0])
    expect(sent).toMatchObject([{ operation: Op.RST }])
  })
})

describe('a packet', () => {
  const request = { operation: Op.REQUEST }

  test('of a request makes a connection where somebody listens and has room', () => {
    listen(5000)
    expect(receive(request)).toBe(false)
    expect(accepted).toMatchObject([
      { state: 'established', credit: 77, local: { cid: 4, port: 5000 }, remote: { cid: 3, port: 1 } },
    ])
    expect(sent).toMatchObject([{ operation: Op.RESPONSE }])
  })

  test.each([
    ['nobody listens', () => {}],
    ['there is no room', () => void listening.set(5000, { hasRoom: () => false, accept: () => {} })],
    [
      'there is no buffer',
      () => {
        endpoint = make(4095)
        listen(5000)
      },
    ],
  ])('of a request is reset where %s, and its answer goes back to where it came from', (_, prepare) => {
    prepare()
    expect(receive(request)).toBe(false)
    expect(sent).toEqual([
      {
        ...{ sourceCid: 4, destinationCid: 3, sourcePort: 5000, destinationPort: 1, length: 0, type: 1 },
        ...{ operation: Op.RST, flags: 0, bufferAllocation: 0, forwardCount: 0 },
      },
    ])
    expect([accepted, endpoint.size]).toEqual([[], 0])
  })

  test.each([
    ['data', { operation: Op.RW }, 1],
    ['a response', { operation: Op.RESPONSE }, 1],
    ['another type', { operation: Op.REQUEST, type: 2 }, 2],
  ])('of no connection that is %s is reset by its own type', (_, header, type) => {
    listen(5000)
    receive(header)
    expect(sent).toMatchObject([{ operation: Op.RST, type }])
    expect(accepted).toEqual([])
  })

  test('that is a reset of nothing has no answer, nor has one from or to another CID', () => {
    listen(5000)
    receive({ operation: Op.RST })
    for (const wrong of [{ sourceCid: 5 }, { destinationCid: 5 }])
      for (const operation of [Op.REQUEST, Op.RW]) receive({ ...wrong, operation })
    expect([sent, accepted]).toEqual([[], []])
  })

  test.each([{ type: 2 }, { operation: Op.REQUEST }, { type: 2, operation: Op.RST }])(
    'that is %j resets the connection that it comes to',
    (header) => {
      const one = endpoint.connect(1)
      answer(one, Op.RESPONSE)
      sent.length = 0
      expect(answer(one, Op.RW, header)).toBe(true)
      expect([one.closeReason, endpoint.size]).toEqual(['reset', 0])
      expect(sent).toMatchObject([{ operation: Op.RST, type: 1 }])
    },
  )

  test('of nobody is answered later where the ring is full, 64 of them at most, in order', () => {
    isFull = true
    for (let port = 1; port <= 70; port++) receive({ sourcePort: port })
    expect(endpoint.flush()).toBe(false)
    isFull = false
    expect(endpoint.flush()).toBe(true)
    expect(sent.map(({ destinationPort }) => destinationPort)).toEqual(
      Array.from({ length: 64 }, (_, at) => at + 1),
    )
    expect(endpoint.flush()).toBe(true)
    expect(sent).toHaveLength(64)
  })
})
