/** The semantics of virtio-vsock (virtio 1.2, section 5.10.6) and of Linux's implementation of it. */
import { describe, expect, test } from 'vitest'
import { BUFFER_LENGTH } from '../../src/vsock/buffer-pool.ts'
import type { Connection } from '../../src/vsock/connection.ts'
import { CLOSE_TIMEOUT, CONNECT_TIMEOUT, MAX_CONNECTIONS } from '../../src/vsock/endpoint.ts'
import { Shutdown } from '../../src/vsock/packet.ts'
import { ListeningPair } from './listening-pair.ts'
import { ENCLAVE, PARENT, readBytes } from './pair.ts'

const PORT = 5000
const text = (value: string) => new TextEncoder().encode(value)
const read = (connection: Connection) => new TextDecoder().decode(readBytes(connection, 1 << 20))

const ends = new ListeningPair()

describe('connecting', () => {
  test('a connection to a listener is established at both ends, with each other’s address', () => {
    const [parentEnd, enclaveEnd] = ends.connected()
    expect([parentEnd.state, enclaveEnd.state]).toEqual(['established', 'established'])
    expect(parentEnd.remote).toEqual({ cid: ENCLAVE, port: PORT })
    expect(enclaveEnd.remote).toEqual({ cid: PARENT, port: parentEnd.local.port })
  })

  test('a port without a listener refuses', () => {
    const parentEnd = ends.pair.parent.endpoint.connect(PORT + 1)
    ends.pair.settle()
    expect(parentEnd).toMatchObject({ state: 'closed', closeReason: 'refused' })
  })

  test('a listener without room refuses connections', () => {
    ends.pair.enclave.listening.set(PORT, { hasRoom: () => false, accept: () => {} })
    const parentEnd = ends.pair.parent.endpoint.connect(PORT)
    ends.pair.settle()
    expect(parentEnd.closeReason).toBe('refused')
  })

  test('a connect times out if the peer does not answer', () => {
    const parentEnd = ends.pair.parent.endpoint.connect(PORT)
    ends.pair.time = CONNECT_TIMEOUT - 1
    expect(ends.pair.parent.endpoint.expire()).toBe(CONNECT_TIMEOUT)
    expect(parentEnd.state).toBe('connecting')
    ends.pair.time = CONNECT_TIMEOUT
    ends.pair.parent.endpoint.expire()
    expect(parentEnd).toMatchObject({ state: 'closed', closeReason: 'timed-out' })
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

  test('more than 1024 connections are refused; another one is possible after one was closed', () => {
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
    const [parentEnd, enclaveEnd] = ends.connected()
    parentEnd.write(text('to the enclave'), 1 << 16)
    enclaveEnd.write(text('to the parent'), 1 << 16)
    ends.pair.settle()
    expect([read(enclaveEnd), read(parentEnd)]).toEqual(['to the enclave', 'to the parent'])
  })

  test('are not sent while the peer’s buffer is full, and are sent again when it reads', () => {
    const [parentEnd, enclaveEnd] = ends.connected()
    const chunk = new Uint8Array(65536)
    let sent = 0
    for (let count = parentEnd.write(chunk, 1 << 16); count > 0; count = parentEnd.write(chunk, 1 << 16)) {
      sent += count
      ends.pair.settle()
    }
    expect(sent).toBe(BUFFER_LENGTH)
    expect(enclaveEnd.readable).toBe(BUFFER_LENGTH)
    readBytes(enclaveEnd, BUFFER_LENGTH / 2 - 65536)
    ends.pair.settle()
    // Credit is returned when half of the buffer has been read.
    expect(parentEnd.credit).toBe(0)
    readBytes(enclaveEnd, 65536)
    ends.pair.settle()
    expect(parentEnd.credit).toBe(BUFFER_LENGTH / 2)
  })

  test('a peer that sends more than its credit is reset', () => {
    const [parentEnd, enclaveEnd] = ends.connected()
    const header = { sourcePort: parentEnd.local.port, destinationPort: PORT }
    for (let sent = 0; sent < BUFFER_LENGTH; sent += 65536) ends.inject(header, new Uint8Array(65536))
    expect(enclaveEnd.state).toBe('established')
    ends.inject(header, new Uint8Array(1))
    expect(enclaveEnd.closeReason).toBe('reset')
    expect(parentEnd.closeReason).toBe('reset')
  })
})

describe('closing', () => {
  test('one direction lets the peer read to the end and still answer', () => {
    const [parentEnd, enclaveEnd] = ends.connected()
    parentEnd.write(text('question'), 1 << 16)
    parentEnd.shutdown(Shutdown.SEND)
    ends.pair.settle()
    expect(enclaveEnd.ended).toBe(true)
    expect(read(enclaveEnd)).toBe('question')
    expect(parentEnd.write(text('more'), 1 << 16)).toBe(0)
    expect(enclaveEnd.write(text('answer'), 1 << 16)).toBe(6)
    ends.pair.settle()
    expect(read(parentEnd)).toBe('answer')
  })

  test('normally lets the peer read all sent bytes, and leaves no connection at either end', () => {
    const [parentEnd, enclaveEnd] = ends.connected()
    parentEnd.write(text('last bytes'), 1 << 16)
    ends.pair.parent.endpoint.closeConnection(parentEnd)
    ends.pair.settle()
    expect([parentEnd.closeReason, enclaveEnd.closeReason]).toEqual(['closed', 'closed'])
    expect(read(enclaveEnd)).toBe('last bytes')
    expect([ends.pair.parent.endpoint.size, ends.pair.enclave.endpoint.size]).toEqual([0, 0])
  })

  test('works from both ends at once', () => {
    const [parentEnd, enclaveEnd] = ends.connected()
    ends.pair.parent.endpoint.closeConnection(parentEnd)
    ends.pair.enclave.endpoint.closeConnection(enclaveEnd)
    ends.pair.settle()
    expect([parentEnd.closeReason, enclaveEnd.closeReason]).toEqual(['closed', 'closed'])
    expect([ends.pair.parent.endpoint.size, ends.pair.enclave.endpoint.size]).toEqual([0, 0])
  })

  test('for reading discards bytes in flight, without an error', () => {
    const [parentEnd, enclaveEnd] = ends.connected()
    enclaveEnd.write(text('late'), 1 << 16)
    parentEnd.shutdown(Shutdown.RECEIVE)
    ends.pair.settle()
    expect([parentEnd.state, enclaveEnd.state]).toEqual(['established', 'established'])
    expect(enclaveEnd.writable).toBe(false)
  })

  test('with a reset is reported to the peer, which loses its unread bytes', () => {
    const [parentEnd, enclaveEnd] = ends.connected()
    parentEnd.write(text('lost'), 1 << 16)
    ends.pair.settle()
    parentEnd.abort('reset', true)
    ends.pair.settle()
    expect(enclaveEnd.closeReason).toBe('reset')
    expect(enclaveEnd.readable).toBe(0)
    expect(read(enclaveEnd)).toBe('')
  })

  test('ends after CLOSE_TIMEOUT if the peer does not answer', () => {
    const [parentEnd] = ends.connected()
    ends.pair.parent.endpoint.closeConnection(parentEnd)
    ends.pair.time = CLOSE_TIMEOUT
    ends.pair.parent.endpoint.expire()
    expect(parentEnd.closeReason).toBe('closed')
  })
})
