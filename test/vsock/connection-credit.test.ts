/** The packets that a connection sends, and its credit in both directions. */
import { describe, expect, test } from 'vitest'
import { Op, Shutdown } from '../../src/vsock/packet.ts'
import { LENGTH, open } from './connection-rig.ts'

describe('a sent packet', () => {
  test('has both addresses, this end’s buffer length and forward count', () => {
    const { connection, sent, receive } = open()
    receive(Op.RW, {}, new Uint8Array(10))
    connection.read(new Uint8Array(7))
    expect(connection.write(Uint8Array.of(1, 2), 9)).toBe(2)
    expect(sent).toEqual([
      {
        header: {
          ...{ sourceCid: 4, destinationCid: 3, sourcePort: 1, destinationPort: 2, length: 2, type: 1 },
          ...{ operation: Op.RW, flags: 0, bufferAllocation: LENGTH, forwardCount: 7 },
        },
        payload: Uint8Array.of(1, 2),
      },
    ])
    expect([connection.bytesSent, connection.bytesReceived]).toEqual([2, 10])
  })

  test('has at most the given bytes, the credit, and the room of the ring', () => {
    const { connection, sent } = open()
    const lengths = [
      [10, 20],
      [10, 4],
      [300, 200],
      [1, 1],
    ].map(([length, room]) => connection.write(new Uint8Array(length!), room!))
    expect(lengths).toEqual([10, 4, 86, 0])
    expect(sent.map(({ payload }) => payload.byteLength)).toEqual([10, 4, 86])
    expect(connection.credit).toBe(0)
    expect(open().connection.write(new Uint8Array(1), -1)).toBe(0)
  })

  test('is counted only if the ring accepted it', () => {
    const { connection, ring } = open()
    ring.isFull = true
    expect(connection.write(new Uint8Array(5), 9)).toBe(0)
    expect([connection.credit, connection.bytesSent]).toEqual([100, 0])
  })

  test('is sent after all pending control packets; the first of those carries the credit', () => {
    const { connection, ring, notified, operations, receive } = open()
    ring.isFull = true
    receive(Op.CREDIT_REQUEST)
    connection.shutdown(Shutdown.RECEIVE)
    expect(notified.unsettled).toBe(2)
    expect([connection.flush(), connection.write(new Uint8Array(5), 9)]).toEqual([false, 0])
    ring.isFull = false
    expect(connection.write(new Uint8Array(5), 9)).toBe(5)
    expect(operations()).toEqual([Op.SHUTDOWN, Op.RW])
    expect(connection.flush()).toBe(true)
    expect(operations()).toEqual([])
  })
})

describe('credit', () => {
  test('is the peer’s room minus the bytes in flight, even if the counters have wrapped around', () => {
    const { connection, receive } = open()
    connection.write(new Uint8Array(60), 99)
    expect(connection.credit).toBe(40)
    receive(Op.CREDIT_UPDATE, { bufferAllocation: 50, forwardCount: 20 })
    expect(connection.credit).toBe(10)
    receive(Op.CREDIT_UPDATE, { bufferAllocation: 30, forwardCount: 20 })
    expect(connection.credit).toBe(0)
    // A peer that claims to have received more than was sent: the bytes in flight wrap around.
    receive(Op.CREDIT_UPDATE, { bufferAllocation: 0xffffffff, forwardCount: 61 })
    expect(connection.credit).toBe(0)
    receive(Op.CREDIT_UPDATE, { bufferAllocation: 0xffffffff, forwardCount: 60 })
    expect(connection.credit).toBe(0xffffffff)
  })

  test('is returned when half of the buffer has been read, not before', () => {
    const { connection, receive, operations, sent } = open()
    receive(Op.RW, {}, new Uint8Array(LENGTH))
    connection.read(new Uint8Array(LENGTH / 2 - 1))
    expect(operations()).toEqual([])
    connection.read(new Uint8Array(1))
    expect(sent[0]?.header.forwardCount).toBe(LENGTH / 2)
    expect(operations()).toEqual([Op.CREDIT_UPDATE])
    connection.read(new Uint8Array(LENGTH / 2 - 1))
    expect(operations()).toEqual([])
  })

  test('is sent with every packet, so that no packet is needed for it alone', () => {
    const { connection, receive, operations } = open()
    receive(Op.RW, {}, new Uint8Array(LENGTH))
    connection.read(new Uint8Array(LENGTH / 2 - 1))
    connection.write(new Uint8Array(1), 9)
    connection.read(new Uint8Array(LENGTH / 2 - 1))
    expect(operations()).toEqual([Op.RW])
  })

  test('is sent on a credit request', () => {
    const { receive, operations } = open()
    receive(Op.CREDIT_REQUEST)
    expect(operations()).toEqual([Op.CREDIT_UPDATE])
  })

  test('is zero before the connection is established, and not returned after its end', () => {
    expect(open('connecting').connection.credit).toBe(0)
    const { connection, receive, operations } = open()
    receive(Op.RW, {}, new Uint8Array(LENGTH))
    receive(Op.SHUTDOWN, { flags: Shutdown.BOTH })
    operations()
    expect(connection.read(new Uint8Array(LENGTH))).toBe(LENGTH)
    expect([connection.credit, operations()]).toEqual([0, []])
  })
})
