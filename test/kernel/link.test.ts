/**
 * The kernel's link, the only place where an enclave waits: what it does before it sleeps, for how long it sleeps, and
 * what wakes it.
 */
import { describe, expect, test, vi } from 'vitest'
import { ListeningPort } from '../../src/kernel/link.ts'
import { PARENT_CID } from '../../src/vsock/packet.ts'
import { CID, connected, Rig } from './rig.ts'

const CONNECT_TIMEOUT = 2000

describe('a listening port', () => {
  test('has room for its backlog, and returns the oldest waiting connection first', () => {
    const port = new ListeningPort(6000, 2)
    const [one, two] = [connected().near, connected().near]
    expect([port.port, port.ready, port.hasRoom(), port.take()]).toEqual([6000, false, true, undefined])
    port.accept(one)
    expect([port.ready, port.hasRoom()]).toEqual([true, true])
    port.accept(two)
    expect(port.hasRoom()).toBe(false)
    expect(port.take()).toBe(one)
    expect(port.hasRoom()).toBe(true)
    expect(port.take()).toBe(two)
    expect(port.ready).toBe(false)
  })
})

describe('the link', () => {
  test('connects the enclave and its parent', () => {
    const { near, rig } = connected()
    expect([near.local.cid, near.remote.cid, rig.link.cid]).toEqual([CID, PARENT_CID, CID])
    rig.room = 77
    expect(rig.link.room).toBe(77)
  })

  test('passes connections to the listener on their port', () => {
    const { rig } = connected()
    const port = new ListeningPort(6000, 1)
    rig.link.listening.set(6000, port)
    const far = rig.parent.connect(6000)
    const other = rig.parent.connect(6001)
    rig.link.pump()
    expect([far.state, other.closeReason]).toEqual(['established', 'refused'])
    expect(port.ready).toBe(true)
  })

  test('acknowledges packets once after taking them, and only if there were any', () => {
    const { rig, near, far } = connected()
    rig.link.pump()
    expect(rig.reported).toEqual([])
    far.write(Uint8Array.of(1), 9)
    far.write(Uint8Array.of(2), 9)
    rig.link.pump()
    expect(near.readable).toBe(2)
    expect(rig.reported).toEqual(['acknowledged'])
  })

  test('sends pending packets when there is room again', () => {
    const rig = new Rig()
    rig.room = -1
    const connection = rig.link.endpoint.connect(8000)
    rig.link.pump()
    expect(connection.state).toBe('connecting')
    rig.room = 0
    rig.link.pump()
    rig.link.pump()
    expect(connection.closeReason).toBe('refused')
  })
})

describe('waiting', () => {
  test('returns at once if it is ready, but processes received packets first', () => {
    const { rig, near, far } = connected()
    far.write(Uint8Array.of(1), 9)
    rig.link.wait(() => near.readable === 1)
    expect(rig.sleeps).toEqual([])
  })

  test('continues until it is ready', () => {
    const { rig, near, far } = connected()
    rig.events.push(
      () => {},
      () => far.write(Uint8Array.of(1), 9),
    )
    rig.link.wait(() => near.readable === 1)
    expect(rig.sleeps).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
  })

  test('sleeps until its deadline, and ends then', () => {
    const { rig } = connected()
    rig.time = 100
    rig.events.push(() => {
      rig.time = 103
    })
    rig.link.wait(() => false, 110)
    expect([rig.sleeps, rig.time]).toEqual([[10, 7], 110])
  })

  test('reports the size of all memories at each wait, also if it does not sleep', () => {
    const { rig } = connected()
    const memory = new WebAssembly.Memory({ initial: 2 })
    rig.link.memories
      .add(memory)
      .add(new WebAssembly.Memory({ initial: 3 }))
      .add(memory)
    rig.link.wait(() => true)
    expect(rig.memoryPages).toBe(5)
    memory.grow(4)
    rig.link.wait(() => true)
    expect([rig.memoryPages, rig.sleeps]).toEqual([9, []])
  })

  test('does not start after the deadline', () => {
    const { rig } = connected()
    rig.time = 100
    rig.link.wait(() => false, 100)
    rig.link.wait(() => false, 99)
    expect(rig.sleeps).toEqual([])
  })

  test('aborts a connect at its timeout, whatever else it waits for', () => {
    const rig = new Rig()
    rig.room = -1
    const connection = rig.link.endpoint.connect(8000)
    rig.link.wait(() => connection.state === 'closed', CONNECT_TIMEOUT + 5)
    expect(connection.closeReason).toBe('timed-out')
    expect(rig.sleeps).toEqual([CONNECT_TIMEOUT])
  })
})

describe('a request to the security module', () => {
  test('is sent once, and sleeps until the response has arrived', () => {
    const { rig } = connected()
    rig.events.push(
      () => {},
      () => rig.answers.push(Uint8Array.of(2)),
    )
    expect(rig.link.exchange(Uint8Array.of(1))).toEqual(Uint8Array.of(2))
    expect(rig.requests).toEqual([Uint8Array.of(1)])
    expect(rig.sleeps).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
  })

  test('processes no packets meanwhile', () => {
    const { rig, near, far } = connected()
    far.write(Uint8Array.of(1), 9)
    rig.answers.push(Uint8Array.of(2))
    rig.link.exchange(Uint8Array.of(1))
    expect(near.readable).toBe(0)
    expect(rig.sleeps).toEqual([])
  })
})

describe('writing', () => {
  test('sends packets as large as the channel’s room', () => {
    const { rig, near, far } = connected()
    rig.room = 3
    rig.link.write(near, Uint8Array.of(1, 2, 3, 4, 5, 6, 7))
    expect(far.readable).toBe(7)
    expect(rig.sleeps).toEqual([])
    const bytes = new Uint8Array(7)
    far.read(bytes)
    expect([...bytes]).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  test('announces what it has sent before it waits', () => {
    const { rig, near } = connected()
    rig.room = 3
    rig.events.push(() => {
      expect(rig.reported).toContain('acknowledged')
      rig.room = 9
    })
    const send = vi.spyOn(rig.channel, 'push')
    send.mockImplementationOnce((...given) => {
      rig.room = 0
      expect(given[2], 'more is to come').toBe(true)
      return true
    })
    rig.link.write(near, Uint8Array.of(1, 2, 3, 4))
    expect(rig.events).toEqual([])
    expect(send.mock.lastCall?.[2]).toBe(false)
  })

  test('sleeps while the channel has no room', () => {
    const { rig, near, far } = connected()
    rig.room = 0
    rig.events.push(
      () => {},
      () => {
        rig.room = 9
      },
    )
    rig.link.write(near, Uint8Array.of(1))
    expect(rig.sleeps).toHaveLength(2)
    expect(far.readable).toBe(1)
  })

  test('sleeps while there is no credit', () => {
    const { rig, near, far } = connected()
    rig.link.write(near, new Uint8Array(near.credit))
    expect(near.credit).toBe(0)
    rig.events.push(
      () => {},
      () => far.read(new Uint8Array(far.readable)),
    )
    rig.link.write(near, Uint8Array.of(1))
    expect(rig.sleeps).toHaveLength(2)
    expect(far.readable).toBe(1)
  })

  test('stops when the connection ends', () => {
    const { rig, near, far } = connected()
    rig.room = 0
    rig.events.push(() => far.abort('reset', true))
    rig.link.write(near, Uint8Array.of(1))
    expect([near.state, rig.sleeps.length]).toEqual(['closed', 1])
    rig.link.write(near, Uint8Array.of(1))
    expect(rig.sleeps).toHaveLength(1)
  })

  test('of no bytes does nothing', () => {
    const { rig, near } = connected()
    rig.room = 0
    rig.link.write(near, new Uint8Array(0))
    expect(rig.sleeps).toEqual([])
  })
})
