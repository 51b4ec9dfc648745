/** What an endpoint does with each packet: a new connection, an old one's, and nobody's; and how it closes one. */
import { beforeEach, describe, expect, test } from 'vitest'
import { Op, Shutdown } from '../../src/vsock/packet.ts'
import { EndpointRig } from './endpoint-rig.ts'

let rig: EndpointRig

beforeEach(() => {
  rig = new EndpointRig()
})

describe('closing', () => {
  test('shuts down both directions; while connecting it ends at once, with a reset', () => {
    const one = rig.endpoint.connect(1)
    rig.endpoint.closeConnection(one)
    expect(one.closeReason).toBe('closed')
    const other = rig.endpoint.connect(2)
    rig.answer(other, Op.RESPONSE)
    rig.sent.length = 0
    rig.endpoint.closeConnection(other)
    expect(rig.sent).toMatchObject([{ operation: Op.SHUTDOWN, flags: Shutdown.BOTH }])
    expect(other.state).toBe('established')
    rig.endpoint.flush()
    expect(rig.endpoint.size).toBe(1)
    expect(rig.answer(other, Op.RST)).toBe(true)
    expect([other.closeReason, rig.endpoint.size]).toEqual(['closed', 0])
  })

  test('keeps the connection until owed packets have been sent', () => {
    const one = rig.endpoint.connect(1)
    rig.isFull = true
    one.abort('reset', true)
    expect([rig.endpoint.flush(), rig.endpoint.size]).toEqual([false, 1])
    rig.isFull = false
    rig.sent.length = 0
    expect([rig.endpoint.flush(), rig.endpoint.size]).toEqual([true, 0])
    expect(rig.sent).toMatchObject([{ operation: Op.RST }])
  })
})

describe('a packet', () => {
  const request = { operation: Op.REQUEST }

  test('of a request makes a connection if there is a listener with room', () => {
    rig.listen(5000)
    expect(rig.receive(request)).toBe(false)
    expect(rig.accepted).toMatchObject([
      { state: 'established', credit: 77, local: { cid: 4, port: 5000 }, remote: { cid: 3, port: 1 } },
    ])
    expect(rig.sent).toMatchObject([{ operation: Op.RESPONSE }])
  })

  test.each([
    ['nobody listens', () => {}],
    [
      'the listener has no room',
      () => void rig.listening.set(5000, { hasRoom: () => false, accept: () => {} }),
    ],
    [
      'there is no buffer',
      () => {
        rig = new EndpointRig(4095)
        rig.listen(5000)
      },
    ],
  ])('of a request is reset where %s, and its answer goes back to where it came from', (_, prepare) => {
    prepare()
    expect(rig.receive(request)).toBe(false)
    expect(rig.sent).toEqual([
      {
        ...{ sourceCid: 4, destinationCid: 3, sourcePort: 5000, destinationPort: 1, length: 0, type: 1 },
        ...{ operation: Op.RST, flags: 0, bufferAllocation: 0, forwardCount: 0 },
      },
    ])
    expect([rig.accepted, rig.endpoint.size]).toEqual([[], 0])
  })

  test.each([
    ['data', { operation: Op.RW }, 1],
    ['a response', { operation: Op.RESPONSE }, 1],
    ['another type', { operation: Op.REQUEST, type: 2 }, 2],
  ])('of no connection that is %s is reset by its own type', (_, header, type) => {
    rig.listen(5000)
    rig.receive(header)
    expect(rig.sent).toMatchObject([{ operation: Op.RST, type }])
    expect(rig.accepted).toEqual([])
  })

  test('that resets no connection gets no answer, nor does one from or to another CID', () => {
    rig.listen(5000)
    rig.receive({ operation: Op.RST })
    for (const wrong of [{ sourceCid: 5 }, { destinationCid: 5 }])
      for (const operation of [Op.REQUEST, Op.RW]) expect(rig.receive({ ...wrong, operation })).toBe(false)
    expect([rig.sent, rig.accepted]).toEqual([[], []])
  })

  test.each([{ type: 2 }, { operation: Op.REQUEST }, { type: 2, operation: Op.RST }])(
    'that is %j resets the connection that it comes to',
    (header) => {
      const one = rig.endpoint.connect(1)
      rig.answer(one, Op.RESPONSE)
      rig.sent.length = 0
      expect(rig.answer(one, Op.RW, header)).toBe(true)
      expect([one.closeReason, rig.endpoint.size]).toEqual(['reset', 0])
      expect(rig.sent).toMatchObject([{ operation: Op.RST, type: 1 }])
    },
  )

  test('without a connection is answered later if the ring is full, at most 64 of them, in order', () => {
    rig.isFull = true
    for (let port = 1; port <= 70; port++) rig.receive({ sourcePort: port })
    expect(rig.endpoint.flush()).toBe(false)
    rig.isFull = false
    expect(rig.endpoint.flush()).toBe(true)
    expect(rig.sent.map(({ destinationPort }) => destinationPort)).toEqual(
      Array.from({ length: 64 }, (_, at) => at + 1),
    )
    expect(rig.endpoint.flush()).toBe(true)
    expect(rig.sent).toHaveLength(64)
  })
})
