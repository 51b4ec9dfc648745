/** One end of a connection: its answer to each packet, and its state. */
import { describe, expect, test } from 'vitest'
import { Connection } from '../../src/vsock/connection.ts'
import { Op, Shutdown } from '../../src/vsock/packet.ts'
import { headerOf, LENGTH, open } from './connection-rig.ts'

describe('a peer', () => {
  test('may fill the buffer completely, and is reset for one byte more', () => {
    const { connection, receive, operations } = open()
    receive(Op.RW, {}, new Uint8Array(LENGTH))
    expect([connection.state, connection.readable]).toEqual(['established', LENGTH])
    receive(Op.RW, {}, new Uint8Array(1))
    expect([connection.closeReason, connection.readable, operations()]).toEqual(['reset', 0, [Op.RST]])
  })

  test('is reset if it sends after its shutdown, even an empty packet', () => {
    const { connection, receive } = open()
    receive(Op.SHUTDOWN, { flags: Shutdown.SEND })
    expect([connection.ended, connection.writable]).toEqual([true, true])
    receive(Op.RW)
    expect(connection.closeReason).toBe('reset')
  })

  test('makes the connection not writable when it stops reading', () => {
    const { connection, receive } = open()
    receive(Op.SHUTDOWN, { flags: Shutdown.RECEIVE })
    expect([connection.ended, connection.writable, connection.credit]).toEqual([false, false, 0])
    receive(Op.SHUTDOWN, { flags: Shutdown.SEND | 4 })
    expect(connection.closeReason).toBe('closed')
  })

  test('changes nothing with an empty packet, or a SHUTDOWN without flags', () => {
    const { connection, notified, receive } = open()
    receive(Op.RW)
    receive(Op.SHUTDOWN, { flags: 4 })
    expect([connection.state, connection.ended, connection.writable]).toEqual(['established', false, true])
    expect([connection.bytesReceived, notified.changes]).toEqual([0, 1])
  })

  test('gets its credit back for bytes that are not read because this end stopped reading', () => {
    const { connection, receive, operations, sent } = open()
    connection.shutdown(Shutdown.RECEIVE)
    expect(connection.ended).toBe(true)
    operations()
    receive(Op.RW, {}, new Uint8Array(9))
    connection.write(new Uint8Array(1), 9)
    expect([sent[0]?.header.forwardCount, connection.bytesReceived, connection.readable]).toEqual([9, 0, 0])
  })

  test.each([Op.RESPONSE, 0, 8, 99])(
    'is reset if it sends operation %d to an established connection',
    (operation) => {
      const { connection, receive, operations } = open()
      receive(operation)
      expect([connection.closeReason, operations()]).toEqual(['reset', [Op.RST]])
    },
  )

  test.each([Op.RW, Op.SHUTDOWN, Op.CREDIT_UPDATE, Op.CREDIT_REQUEST])(
    'is reset if it sends operation %d before its response',
    (operation) => {
      const { connection, receive, operations } = open('connecting')
      receive(operation)
      expect([connection.closeReason, connection.wasEstablished]).toEqual(['reset', false])
      expect(operations()).toEqual([Op.RST])
    },
  )

  test('refuses or ends the connection with a reset, and gets no answer', () => {
    const refused = open('connecting')
    refused.receive(Op.RST)
    expect([refused.connection.closeReason, refused.operations()]).toEqual(['refused', []])
    const reset = open()
    reset.receive(Op.RST)
    expect([reset.connection.closeReason, reset.connection.wasEstablished]).toEqual(['reset', true])
    for (const [how, reason] of [
      [Shutdown.SEND, 'reset'],
      [Shutdown.RECEIVE, 'reset'],
      [Shutdown.BOTH, 'closed'],
    ] as const) {
      const closing = open()
      closing.connection.shutdown(how)
      closing.receive(Op.RST)
      expect(closing.connection.closeReason).toBe(reason)
    }
  })

  test('is ignored once the connection is closed', () => {
    const { connection, notified, receive, operations } = open()
    connection.abort('timed-out', false)
    connection.abort('reset', true)
    receive(Op.RW, {}, new Uint8Array(3))
    receive(Op.CREDIT_REQUEST)
    expect([connection.closeReason, connection.readable, operations()]).toEqual(['timed-out', 0, []])
    expect(notified).toEqual({ changes: 1, unsettled: 1 })
  })
})

describe('this end', () => {
  test('sends SHUTDOWN once for each direction', () => {
    const { connection, sent, notified } = open()
    for (const how of [Shutdown.SEND, Shutdown.SEND, Shutdown.BOTH, Shutdown.RECEIVE])
      connection.shutdown(how)
    expect(sent.map(({ header }) => header.flags)).toEqual([Shutdown.SEND, Shutdown.BOTH])
    expect([notified.changes, connection.writable, connection.ended]).toEqual([2, false, true])
  })

  test('discards unread bytes when it stops reading, not when it stops writing', () => {
    for (const [how, left] of [
      [Shutdown.SEND, 3],
      [Shutdown.RECEIVE, 0],
    ] as const) {
      const { connection, receive } = open()
      receive(Op.RW, {}, new Uint8Array(3))
      connection.shutdown(how)
      expect(connection.readable).toBe(left)
    }
  })

  test('does not shut down a connection that is not established', () => {
    const { connection, operations } = open('connecting')
    connection.shutdown(Shutdown.BOTH)
    expect([connection.ended, operations()]).toEqual([false, []])
  })

  test('is established, responds, and knows the peer’s credit after accept', () => {
    const sent: number[] = []
    const connection = new Connection(
      { cid: 4, port: 1 },
      { cid: 3, port: 2 },
      LENGTH,
      ({ operation }) => sent.push(operation) > 0,
    )
    connection.deadline = 5
    connection.accept({ ...headerOf(Op.REQUEST), bufferAllocation: 33 })
    expect([connection.state, connection.wasEstablished, connection.credit]).toEqual([
      'established',
      true,
      33,
    ])
    expect([sent, connection.deadline]).toEqual([[Op.RESPONSE], Number.POSITIVE_INFINITY])
  })

  test('sends only the reset after an abort, once the ring has room', () => {
    const { connection, ring, receive, operations } = open()
    ring.isFull = true
    receive(Op.CREDIT_REQUEST)
    connection.abort('reset', true)
    expect(connection.flush()).toBe(false)
    ring.isFull = false
    expect([connection.flush(), operations()]).toEqual([true, [Op.RST]])
  })

  test('keeps received bytes after a normal close, and notifies its owner of each packet', () => {
    const { connection, notified, receive } = open()
    receive(Op.RW, {}, new Uint8Array(3))
    receive(Op.CREDIT_UPDATE)
    expect(notified.changes).toBe(2)
    connection.abort('closed', false)
    expect([connection.readable, connection.ended, connection.writable]).toEqual([3, true, false])
  })
})
