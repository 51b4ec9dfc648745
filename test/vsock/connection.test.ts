/** One end of a connection by itself: what it answers to each packet, and how it counts credit. */
import { describe, expect, test } from 'vitest'
import { Connection } from '../../src/vsock/connection.ts'
import { Op, type PacketHeader, Shutdown } from '../../src/vsock/packet.ts'

const LENGTH = 4096
const NOTHING = new Uint8Array(0)

function open(state: 'connecting' | 'established' = 'established') {
  const sent: { header: PacketHeader; payload: Uint8Array }[] = []
  const ring = { isFull: false }
  const connection = new Connection({ cid: 4, port: 1 }, { cid: 3, port: 2 }, LENGTH, (header, payload) => {
    if (ring.isFull) return false
    sent.push({ header, payload: payload.slice() })
    return true
  })
  const told = { changes: 0, unsettled: 0 }
  connection.onChange = () => void told.changes++
  connection.onUnsettled = () => void told.unsettled++
  const receive = (operation: number, more: Partial<PacketHeader> = {}, payload: Uint8Array = NOTHING) =>
    connection.receive({
      header: { ...headerOf(operation), length: payload.byteLength, ...more },
      payload: payload as Uint8Array<ArrayBuffer>,
    })
  const operations = () => sent.splice(0).map(({ header }) => header.operation)
  connection.request()
  if (state === 'established') receive(Op.RESPONSE)
  sent.length = 0
  Object.assign(told, { changes: 0, unsettled: 0 })
  return { connection, sent, ring, told, receive, operations }
}
const headerOf = (operation: number): PacketHeader => ({
  sourceCid: 3,
  destinationCid: 4,
  sourcePort: 2,
  destinationPort: 1,
  length: 0,
  type: 1,
  operation,
  flags: 0,
  bufferAllocation: 100,
  forwardCount: 0,
})

describe('a packet that is sent', () => {
  test('has both addresses, this end’s buffer, and what was read of it', () => {
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

  test('has as many bytes as there are, as credit allows, and as the ring has room for', () => {
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

  test('counts as sent only where the ring took it', () => {
    const { connection, ring } = open()
    ring.isFull = true
    expect(connection.write(new Uint8Array(5), 9)).toBe(0)
    expect([connection.credit, connection.bytesSent]).toEqual([100, 0])
  })

  test('comes after all that is owed; the first of that carries the credit', () => {
    const { connection, ring, told, operations, receive } = open()
    ring.isFull = true
    receive(Op.CREDIT_REQUEST)
    connection.shutdown(Shutdown.RECEIVE)
    expect(told.unsettled).toBe(2)
    expect([connection.flush(), connection.write(new Uint8Array(5), 9)]).toEqual([false, 0])
    ring.isFull = false
    expect(connection.write(new Uint8Array(5), 9)).toBe(5)
    expect(operations()).toEqual([Op.SHUTDOWN, Op.RW])
    expect(connection.flush()).toBe(true)
    expect(operations()).toEqual([])
  })
})

describe('credit', () => {
  test('is what the peer has room for, less what is on its way, also where the counts have turned around', () => {
    const { connection, receive } = open()
    connection.write(new Uint8Array(60), 99)
    expect(connection.credit).toBe(40)
    receive(Op.CREDIT_UPDATE, { bufferAllocation: 50, forwardCount: 20 })
    expect(connection.credit).toBe(10)
    receive(Op.CREDIT_UPDATE, { bufferAllocation: 30, forwardCount: 20 })
    expect(connection.credit).toBe(0)
    // A peer that says it has taken more than was sent: as if 2^32 less some were on their way.
    receive(Op.CREDIT_UPDATE, { bufferAllocation: 0xffffffff, forwardCount: 61 })
    expect(connection.credit).toBe(0)
    receive(Op.CREDIT_UPDATE, { bufferAllocation: 0xffffffff, forwardCount: 60 })
    expect(connection.credit).toBe(0xffffffff)
  })

  test('is given back when half of the buffer was read, not before', () => {
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

  test('goes with every packet, so that none is owed for it alone', () => {
    const { connection, receive, operations } = open()
    receive(Op.RW, {}, new Uint8Array(LENGTH))
    connection.read(new Uint8Array(LENGTH / 2 - 1))
    connection.write(new Uint8Array(1), 9)
    connection.read(new Uint8Array(LENGTH / 2 - 1))
    expect(operations()).toEqual([Op.RW])
  })

  test('is told when it is asked for', () => {
    const { receive, operations } = open()
    receive(Op.CREDIT_REQUEST)
    expect(operations()).toEqual([Op.CREDIT_UPDATE])
  })

  test('is none before the connection is established, and given back by none after', () => {
    expect(open('connecting').connection.credit).toBe(0)
    const { connection, receive, operations } = open()
    receive(Op.RW, {}, new Uint8Array(LENGTH))
    receive(Op.SHUTDOWN, { flags: Shutdown.BOTH })
    operations()
    expect(connection.read(new Uint8Array(LENGTH))).toBe(LENGTH)
    expect([connection.credit, operations()]).toEqual([0, []])
  })
})

describe('a peer', () => {
  test('may fill the buffer to its last byte, and is reset for one more', () => {
    const { connection, receive, operations } = open()
    receive(Op.RW, {}, new Uint8Array(LENGTH))
    expect([connection.state, connection.readable]).toEqual(['established', LENGTH])
    receive(Op.RW, {}, new Uint8Array(1))
    expect([connection.closeReason, connection.readable, operations()]).toEqual(['reset', 0, [Op.RST]])
  })

  test('that sends after it said that it would not is reset, also with nothing', () => {
    const { connection, receive } = open()
    receive(Op.SHUTDOWN, { flags: Shutdown.SEND })
    expect([connection.ended, connection.writable]).toEqual([true, true])
    receive(Op.RW)
    expect(connection.closeReason).toBe('reset')
  })

  test('that reads no more leaves nothing to write', () => {
    const { connection, receive } = open()
    receive(Op.SHUTDOWN, { flags: Shutdown.RECEIVE })
    expect([connection.ended, connection.writable, connection.credit]).toEqual([false, false, 0])
    receive(Op.SHUTDOWN, { flags: Shutdown.SEND | 4 })
    expect(connection.closeReason).toBe('closed')
  })

  test('that says nothing changes nothing', () => {
    const { connection, told, receive } = open()
    receive(Op.RW)
    receive(Op.SHUTDOWN, { flags: 4 })
    expect([connection.state, connection.ended, connection.writable]).toEqual(['established', false, true])
    expect([connection.bytesReceived, told.changes]).toEqual([0, 1])
  })

  test('that sends what is no longer read has it counted as read', () => {
    const { connection, receive, operations, sent } = open()
    connection.shutdown(Shutdown.RECEIVE)
    expect(connection.ended).toBe(true)
    operations()
    receive(Op.RW, {}, new Uint8Array(9))
    connection.write(new Uint8Array(1), 9)
    expect([sent[0]?.header.forwardCount, connection.bytesReceived, connection.readable]).toEqual([9, 0, 0])
  })

  test.each([Op.RESPONSE, 0, 8, 99])(
    'that sends operation %d to an established connection is reset',
    (operation) => {
      const { connection, receive, operations } = open()
      receive(operation)
      expect([connection.closeReason, operations()]).toEqual(['reset', [Op.RST]])
    },
  )

  test.each([Op.RW, Op.SHUTDOWN, Op.CREDIT_UPDATE, Op.CREDIT_REQUEST])(
    'that sends operation %d before its answer is reset',
    (operation) => {
      const { connection, receive, operations } = open('connecting')
      receive(operation)
      expect([connection.closeReason, connection.wasEstablished]).toEqual(['reset', false])
      expect(operations()).toEqual([Op.RST])
    },
  )

  test('that resets refuses, or ends what was there, and is told nothing', () => {
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

  test('is heard no more once all is over', () => {
    const { connection, told, receive, operations } = open()
    connection.abort('timed-out', false)
    connection.abort('reset', true)
    receive(Op.RW, {}, new Uint8Array(3))
    receive(Op.CREDIT_REQUEST)
    expect([connection.closeReason, connection.readable, operations()]).toEqual(['timed-out', 0, []])
    expect(told).toEqual({ changes: 1, unsettled: 1 })
  })
})

describe('this end', () => {
  test('says once for each half that it shuts it', () => {
    const { connection, sent, told } = open()
    for (const how of [Shutdown.SEND, Shutdown.SEND, Shutdown.BOTH, Shutdown.RECEIVE])
      connection.shutdown(how)
    expect(sent.map(({ header }) => header.flags)).toEqual([Shutdown.SEND, Shutdown.BOTH])
    expect([told.changes, connection.writable, connection.ended]).toEqual([2, false, true])
  })

  test('that stops reading forgets what it had not read; one that stops writing does not', () => {
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

  test('shuts nothing down that is not established', () => {
    const { connection, operations } = open('connecting')
    connection.shutdown(Shutdown.BOTH)
    expect([connection.ended, operations()]).toEqual([false, []])
  })

  test('that accepts is established, answers, and knows the peer’s room', () => {
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

  test('owes nothing but the reset once it has been ended, and that until there is room', () => {
    const { connection, ring, receive, operations } = open()
    ring.isFull = true
    receive(Op.CREDIT_REQUEST)
    connection.abort('reset', true)
    expect(connection.flush()).toBe(false)
    ring.isFull = false
    expect([connection.flush(), operations()]).toEqual([true, [Op.RST]])
  })

  test('that is closed in order keeps what came before, and its owner is told of each packet', () => {
    const { connection, told, receive } = open()
    receive(Op.RW, {}, new Uint8Array(3))
    receive(Op.CREDIT_UPDATE)
    expect(told.changes).toBe(2)
    connection.abort('closed', false)
    expect([connection.readable, connection.ended, connection.writable]).toEqual([3, true, false])
  })
})
