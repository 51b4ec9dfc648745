/** The semantics of virtio-vsock (virtio 1.2, section 5.10.6) and of Linux's implementation of it. */
import { describe, expect, test } from 'vitest'
import { BUFFER_LENGTH } from '../../src/vsock/buffer-pool.ts'
import type { Connection } from '../../src/vsock/connection.ts'
import { CLOSE_TIMEOUT, CONNECT_TIMEOUT, MAX_CONNECTIONS } from '../../src/vsock/endpoint.ts'
import { Shutdown } from '../../src/vsock/packet.ts'
import { ListeningPair } from './listening-pair.ts'
import { ENCLAVE, PARENT, readBytes } from './pair.ts'

const PORT = 5000
const text = (words: string) => new TextEncoder().encode(words)
const read = (connection: Connection) => new TextDecoder().decode(readBytes(connection, 1 << 20))

const ends = new ListeningPair()

describe('connecting', () => {
  test('a listener gives both ends an established connection with each other’s address', () => {
    const [near, far] = ends.connected()
    expect([near.state, far.state]).toEqual(['established', 'established'])
    expect(near.remote).toEqual({ cid: ENCLAVE, port: PORT })
    expect(far.remote).toEqual({ cid: PARENT, port: near.local.port })
  })

  test('a port without a listener refuses', () => {
    const near = ends.pair.parent.endpoint.connect(PORT + 1)
    ends.pair.settle()
    expect(near).toMatchObject({ state: 'closed', closeReason: 'refused' })
  })

  test('a listener without room refuses', () => {
    ends.pair.enclave.listening.set(PORT, { hasRoom: () => false, accept: () => {} })
    const near = ends.pair.parent.endpoint.connect(PORT)
    ends.pair.settle()
    expect(near.closeReason).toBe('refused')
  })

  test('a peer that does not answer times out', () => {
    const near = ends.pair.parent.endpoint.connect(PORT)
    ends.pair.time = CONNECT_TIMEOUT - 1
    expect(ends.pair.parent.endpoint.expire()).toBe(CONNECT_TIMEOUT)
    expect(near.state).toBe('connecting')
    ends.pair.time = CONNECT_TIMEOUT
    ends.pair.parent.endpoint.expire()
    expect(near).toMatchObject({ state: 'closed', closeReason: 'timed-out' })
  })

  test.each([-1, 0.5, 0xffffffff, Number.NaN])('port %s is refused', (port) => {
    expect(() => ends.pair.parent.endpoint.connect(port)).toThrow(
      expect.objectContaining({ code: 'E_VSOCK_PORT' }),
    )
  })

  test('uses a local port without a listener, unless all have one', () => {
    ends.pair.parent.listening.set(49152, { hasRoom: () => true, accept: () => {} })
    expect(ends.pair.parent.endpoint.connect(PORT).local.port).toBe(49153)
    ends.pair.parent.listening.get = () => ({ hasRoom: () => true, accept: () => {} })
    const ports = [ends.pair.parent.endpoint.connect(PORT), ends.pair.parent.endpoint.connect(PORT)]
    ends.pair.settle()
    expect(ports.map(({ state }) => state)).toEqual(['established', 'established'])
    expect(ports[0]!.local.port).not.toBe(ports[1]!.local.port)
  })

  test('more than 1024 connections are refused, and closing one makes room for another', () => {
    const all = Array.from({ length: MAX_CONNECTIONS }, () => ends.pair.parent.endpoint.connect(PORT))
    expect(() => ends.pair.parent.endpoint.connect(PORT)).toThrow(
      expect.objectContaining({ code: 'E_VSOCK_TOO_MANY' }),
    )
    ends.pair.settle()
    ends.pair.parent.endpoint.closeConnection(all[0]!)
    ends.pair.settle()
    expect(ends.pair.parent.endpoint.connect(PORT).state).toBe('connecting')
  })
})

describe('bytes', () => {
  test('arrive in order in both directions', () => {
    const [near, far] = ends.connected()
    near.write(text('to the enclave'), 1 << 16)
    far.write(text('to the parent'), 1 << 16)
    ends.pair.settle()
    expect([read(far), read(near)]).toEqual(['to the enclave', 'to the parent'])
  })

  test('stop at the peer’s buffer and go on when it reads', () => {
    const [near, far] = ends.connected()
    const chunk = new Uint8Array(65536)
    let sent = 0
    for (let count = near.write(chunk, 1 << 16); count > 0; count = near.write(chunk, 1 << 16)) {
      sent += count
      ends.pair.settle()
    }
    expect(sent).toBe(BUFFER_LENGTH)
    expect(far.readable).toBe(BUFFER_LENGTH)
    readBytes(far, 65536)
    ends.pair.settle()
    // Credit comes back by halves of the buffer.
    expect(near.credit).toBe(0)
    readBytes(far, 65536)
    ends.pair.settle()
    expect(near.credit).toBe(131072)
  })

  test('a peer that sends more than its credit is reset', () => {
    const [near, far] = ends.connected()
    const header = { sourcePort: near.local.port, destinationPort: PORT }
    for (let count = 0; count < 4; count++) ends.inject(header, new Uint8Array(65536))
    expect(far.state).toBe('established')
    ends.inject(header, new Uint8Array(1))
    expect(far.closeReason).toBe('reset')
    expect(near.closeReason).toBe('reset')
  })
})

describe('closing', () => {
  test('one direction: the peer reads to the end and can still answer', () => {
    const [near, far] = ends.connected()
    near.write(text('question'), 1 << 16)
    near.shutdown(Shutdown.SEND)
    ends.pair.settle()
    expect(far.ended).toBe(true)
    expect(read(far)).toBe('question')
    expect(near.write(text('more'), 1 << 16)).toBe(0)
    expect(far.write(text('answer'), 1 << 16)).toBe(6)
    ends.pair.settle()
    expect(read(near)).toBe('answer')
  })

  test('in order: what was sent is still read, both ends are closed, nothing is left', () => {
    const [near, far] = ends.connected()
    near.write(text('last words'), 1 << 16)
    ends.pair.parent.endpoint.closeConnection(near)
    ends.pair.settle()
    expect([near.closeReason, far.closeReason]).toEqual(['closed', 'closed'])
    expect(read(far)).toBe('last words')
    expect([ends.pair.parent.endpoint.size, ends.pair.enclave.endpoint.size]).toEqual([0, 0])
  })

  test('from both ends at once', () => {
    const [near, far] = ends.connected()
    ends.pair.parent.endpoint.closeConnection(near)
    ends.pair.enclave.endpoint.closeConnection(far)
    ends.pair.settle()
    expect([near.closeReason, far.closeReason]).toEqual(['closed', 'closed'])
    expect([ends.pair.parent.endpoint.size, ends.pair.enclave.endpoint.size]).toEqual([0, 0])
  })

  test('bytes in flight to an end that has stopped reading are dropped, without an error', () => {
    const [near, far] = ends.connected()
    far.write(text('late'), 1 << 16)
    near.shutdown(Shutdown.RECEIVE)
    ends.pair.settle()
    expect([near.state, far.state]).toEqual(['established', 'established'])
    expect(far.writable).toBe(false)
  })

  test('abruptly: the peer sees a reset and loses what it had not read', () => {
    const [near, far] = ends.connected()
    near.write(text('lost'), 1 << 16)
    ends.pair.settle()
    near.abort('reset', true)
    ends.pair.settle()
    expect(far.closeReason).toBe('reset')
    expect(far.readable).toBe(0)
    expect(read(far)).toBe('')
  })

  test('a peer that never sends RST is given up', () => {
    const [near] = ends.connected()
    ends.pair.parent.endpoint.closeConnection(near)
    ends.pair.time = CLOSE_TIMEOUT
    ends.pair.parent.endpoint.expire()
    expect(near.closeReason).toBe('closed')
  })
})
