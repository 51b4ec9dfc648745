/** How an endpoint handles packets for new, existing and unknown connections, and how it closes connections. */
import { beforeEach, describe, expect, test } from 'vitest'
import { Op, Shutdown } from '../../src/vsock/packet.ts'
import { EndpointRig } from './endpoint-rig.ts'

let rig: EndpointRig

beforeEach(() => {
  rig = new EndpointRig()
})

describe('closing', () => {
  test('shuts down both directions; a pending connect ends immediately', () => {
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

  test('keeps the connection until its pending packets have been sent', () => {
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

  test('with a request creates a connection if there is a listener with room', () => {
    rig.listen(5000)
    expect(rig.receive(request)).toBe(false)
    expect(rig.accepted).toMatchObject([
      { state: 'established', credit: 77, local: { cid: 4, port: 5000 }, remote: { cid: 3, port: 1 } },
    ])
    expect(rig.sent).toMatchObject([{ operation: Op.RESPONSE }])
  })

  test.each([
    ['there is no listener', () => {}],
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
  ])('with a request is answered with a reset to its sender if %s', (_, prepare) => {
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
  ])('without a connection (%s) is answered with a reset of the same type', (_, header, type) => {
    rig.listen(5000)
    rig.receive(header)
    expect(rig.sent).toMatchObject([{ operation: Op.RST, type }])
    expect(rig.accepted).toEqual([])
  })

  test('gets no answer if it is a reset without a connection, or has another CID', () => {
    rig.listen(5000)
    rig.receive({ operation: Op.RST })
    for (const wrong of [{ sourceCid: 5 }, { destinationCid: 5 }])
      for (const operation of [Op.REQUEST, Op.RW]) expect(rig.receive({ ...wrong, operation })).toBe(false)
    expect([rig.sent, rig.accepted]).toEqual([[], []])
  })

  test.each([{ type: 2 }, { operation: Op.REQUEST }, { type: 2, operation: Op.RST }])(
    'with %j resets its connection',
    (header) => {
      const one = rig.endpoint.connect(1)
      rig.answer(one, Op.RESPONSE)
      rig.sent.length = 0
      expect(rig.answer(one, Op.RW, header)).toBe(true)
      expect([one.closeReason, rig.endpoint.size]).toEqual(['reset', 0])
      expect(rig.sent).toMatchObject([{ operation: Op.RST, type: 1 }])
    },
  )

  test('without a connection is answered later if the ring is full; at most 64 answers are kept, in order', () => {
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
