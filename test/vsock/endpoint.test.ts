/** The semantics of virtio-vsock (virtio 1.2, section 5.10.6) and of Linux's implementation of it. */
import { beforeEach, describe, expect, test } from 'vitest'
import { BUFFER_LENGTH } from '../../src/vsock/buffer-pool.ts'
import type { Connection } from '../../src/vsock/connection.ts'
import { CLOSE_TIMEOUT, CONNECT_TIMEOUT, MAX_CONNECTIONS } from '../../src/vsock/endpoint.ts'
import { Op, type PacketHeader, Shutdown, TYPE_STREAM } from '../../src/vsock/packet.ts'
import { ENCLAVE, PARENT, Pair, readBytes } from './pair.ts'

const PORT = 5000
const text = (words: string) => new TextEncoder().encode(words)
const read = (connection: Connection) => new TextDecoder().decode(readBytes(connection, 1 << 20))

let pair: Pair
let accepted: Connection[]

beforeEach(() => {
  pair = new Pair()
  accepted = []
  pair.enclave.listening.set(PORT, {
    hasRoom: () => accepted.length < MAX_CONNECTIONS,
    accept: (connection) => accepted.push(connection),
  })
})

/** An established connection's two ends: the parent's, which connected, and the enclave's. */
function connected(): [Connection, Connection] {
  const near = pair.parent.endpoint.connect(PORT)
  pair.settle()
  return [near, accepted.at(-1)!]
}

function inject(header: Partial<PacketHeader>, payload = new Uint8Array(0)): void {
  const whole = {
    sourceCid: PARENT,
    destinationCid: ENCLAVE,
    sourcePort: 1,
    destinationPort: PORT,
    length: payload.byteLength,
    type: TYPE_STREAM,
    operation: Op.RW,
    flags: 0,
    bufferAllocation: BUFFER_LENGTH,
    forwardCount: 0,
    ...header,
  }
  pair.enclave.endpoint.receive({ header: whole, payload })
  pair.settle()
}

describe('connecting', () => {
  test('a listener gives both ends an established connection with each other’s address', () => {
    const [near, far] = connected()
    expect([near.state, far.state]).toEqual(['established', 'established'])
    expect(near.remote).toEqual({ cid: ENCLAVE, port: PORT })
    expect(far.remote).toEqual({ cid: PARENT, port: near.local.port })
  })

  test('a port on which nobody listens refuses', () => {
    const near = pair.parent.endpoint.connect(PORT + 1)
    pair.settle()
    expect(near).toMatchObject({ state: 'closed', closeReason: 'refused' })
  })

  test('a listener without room refuses', () => {
    pair.enclave.listening.set(PORT, { hasRoom: () => false, accept: () => {} })
    const near = pair.parent.endpoint.connect(PORT)
    pair.settle()
    expect(near.closeReason).toBe('refused')
  })

  test('a peer that does not answer times out', () => {
    const near = pair.parent.endpoint.connect(PORT)
    pair.time = CONNECT_TIMEOUT - 1
    expect(pair.parent.endpoint.expire()).toBe(CONNECT_TIMEOUT)
    expect(near.state).toBe('connecting')
    pair.time = CONNECT_TIMEOUT
    pair.parent.endpoint.expire()
    expect(near).toMatchObject({ state: 'closed', closeReason: 'timed-out' })
  })

  test.each([-1, 0.5, 0xffffffff, Number.NaN])('port %s is refused', (port) => {
    expect(() => pair.parent.endpoint.connect(port)).toThrow(
      expect.objectContaining({ code: 'E_VSOCK_PORT' }),
    )
  })

  test('begins at a port on which nobody listens, unless somebody does on every one', () => {
    pair.parent.listening.set(49152, { hasRoom: () => true, accept: () => {} })
    expect(pair.parent.endpoint.connect(PORT).local.port).toBe(49153)
    pair.parent.listening.get = () => ({ hasRoom: () => true, accept: () => {} })
    const ports = [pair.parent.endpoint.connect(PORT), pair.parent.endpoint.connect(PORT)]
    pair.settle()
    expect(ports.map(({ state }) => state)).toEqual(['established', 'established'])
    expect(ports[0]!.local.port).not.toBe(ports[1]!.local.port)
  })

  test('more than 1024 connections are refused, and closing one makes room', () => {
    const all = Array.from({ length: MAX_CONNECTIONS }, () => pair.parent.endpoint.connect(PORT))
    expect(() => pair.parent.endpoint.connect(PORT)).toThrow(
      expect.objectContaining({ code: 'E_VSOCK_TOO_MANY' }),
    )
    pair.settle()
    pair.parent.endpoint.closeConnection(all[0]!)
    pair.settle()
    expect(pair.parent.endpoint.connect(PORT).state).toBe('connecting')
  })
})

describe('bytes', () => {
  test('arrive in order in both directions', () => {
    const [near, far] = connected()
    near.write(text('to the enclave'), 1 << 16)
    far.write(text('to the parent'), 1 << 16)
    pair.settle()
    expect([read(far), read(near)]).toEqual(['to the enclave', 'to the parent'])
  })

  test('stop at the peer’s buffer and go on when it reads', () => {
    const [near, far] = connected()
    const chunk = new Uint8Array(65536)
    let sent = 0
    for (let count = near.write(chunk, 1 << 16); count > 0; count = near.write(chunk, 1 << 16)) {
      sent += count
      pair.settle()
    }
    expect(sent).toBe(BUFFER_LENGTH)
    expect(far.readable).toBe(BUFFER_LENGTH)
    readBytes(far, 65536)
    pair.settle()
    // Credit comes back by halves of the buffer.
    expect(near.credit).toBe(0)
    readBytes(far, 65536)
    pair.settle()
    expect(near.credit).toBe(131072)
  })

  test('a peer that sends more than its credit is reset', () => {
    const [near, far] = connected()
    const header = { sourcePort: near.local.port, destinationPort: PORT }
    for (let count = 0; count < 4; count++) inject(header, new Uint8Array(65536))
    expect(far.state).toBe('established')
    inject(header, new Uint8Array(1))
    expect(far.closeReason).toBe('reset')
    expect(near.closeReason).toBe('reset')
  })
})

describe('closing', () => {
  test('one half: the peer reads to the end and can still answer', () => {
    const [near, far] = connected()
    near.write(text('question'), 1 << 16)
    near.shutdown(Shutdown.SEND)
    pair.settle()
    expect(far.ended).toBe(true)
    expect(read(far)).toBe('question')
    expect(near.write(text('more'), 1 << 16)).toBe(0)
    expect(far.write(text('answer'), 1 << 16)).toBe(6)
    pair.settle()
    expect(read(near)).toBe('answer')
  })

  test('in order: what was sent is still read, both ends say closed, nothing is left', () => {
    const [near, far] = connected()
    near.write(text('last words'), 1 << 16)
    pair.parent.endpoint.closeConnection(near)
    pair.settle()
    expect([near.closeReason, far.closeReason]).toEqual(['closed', 'closed'])
    expect(read(far)).toBe('last words')
    expect([pair.parent.endpoint.size, pair.enclave.endpoint.size]).toEqual([0, 0])
  })

  test('from both ends at once', () => {
    const [near, far] = connected()
    pair.parent.endpoint.closeConnection(near)
    pair.enclave.endpoint.closeConnection(far)
    pair.settle()
    expect([near.closeReason, far.closeReason]).toEqual(['closed', 'closed'])
    expect([pair.parent.endpoint.size, pair.enclave.endpoint.size]).toEqual([0, 0])
  })

  test('bytes on their way to an end that has stopped reading are dropped, not an error', () => {
    const [near, far] = connected()
    far.write(text('late'), 1 << 16)
    near.shutdown(Shutdown.RECEIVE)
    pair.settle()
    expect([near.state, far.state]).toEqual(['established', 'established'])
    expect(far.writable).toBe(false)
  })

  test('abruptly: the peer sees a reset and loses what it had not read', () => {
    const [near, far] = connected()
    near.write(text('lost'), 1 << 16)
    pair.settle()
    near.abort('reset', true)
    pair.settle()
    expect(far.closeReason).toBe('reset')
    expect(far.readable).toBe(0)
    expect(read(far)).toBe('')
  })

  test('a peer that never says farewell is given up', () => {
    const [near] = connected()
    pair.parent.endpoint.closeConnection(near)
    pair.time = CLOSE_TIMEOUT
    pair.parent.endpoint.expire()
    expect(near.closeReason).toBe('closed')
  })
})

describe('packets that do not belong', () => {
  test('data for no connection, of another type, or a second request never make one', () => {
    const [near, far] = connected()
    const header = { sourcePort: near.local.port, destinationPort: PORT }
    inject({ sourcePort: 77 }, new Uint8Array(3))
    expect(pair.enclave.endpoint.size).toBe(1)
    inject({ ...header, operation: Op.REQUEST })
    expect(far.closeReason).toBe('reset')
  })

  test.each([
    ['a wrong type', { type: 2 }],
    ['an unknown operation', { operation: 99 }],
    ['a response to nothing', { operation: Op.RESPONSE }],
  ])('%s resets the connection', (_, fields) => {
    const [near, far] = connected()
    inject({ sourcePort: near.local.port, ...fields })
    expect(far.closeReason).toBe('reset')
  })

  test('a forged source CID is ignored', () => {
    const [near, far] = connected()
    inject({ sourcePort: near.local.port, sourceCid: 5, operation: Op.RST })
    expect(far.state).toBe('established')
  })

  test('a flood of them makes a bounded number of answers', () => {
    for (let port = 0; port < 100_000; port++) {
      pair.enclave.endpoint.receive({
        header: {
          sourceCid: PARENT,
          destinationCid: ENCLAVE,
          sourcePort: port,
          destinationPort: 9,
          length: 0,
          type: TYPE_STREAM,
          operation: Op.RW,
          flags: 0,
          bufferAllocation: 0,
          forwardCount: 0,
        },
        payload: new Uint8Array(0),
      })
    }
    let answers = 0
    while (pair.parent.receive()) answers += 1
    expect(answers).toBeGreaterThan(0)
    expect(answers).toBeLessThanOrEqual((1 << 18) / 64)
  })
})
