/** qingtian:enclave/vsock as the glue calls it: the states of connections and listening ports, and who owns them. */
import { describe, expect, test } from 'vitest'
import { Shutdown } from '../../src/vsock/packet.ts'
import { CID } from './rig.ts'
import { vsock } from './socket-rig.ts'

const withPayload = (payload: unknown) => expect.objectContaining({ payload })
const RESET = withPayload(expect.objectContaining({ tag: 'last-operation-failed' }))
const CLOSED = withPayload({ tag: 'closed' })
const drop = (held: Disposable) => held[Symbol.dispose]()

describe('a connection', () => {
  test('has the addresses of both ends', () => {
    const { calls, connected } = vsock()
    const { near, far } = connected()
    expect(near.localAddress()).toEqual(far.remote)
    expect(near.remoteAddress()).toEqual({ cid: 3, port: 8000 })
    expect([near.localAddress().cid, calls.localCid()]).toEqual([CID, CID])
  })

  test.each([
    [2, 8000, 'unreachable'],
    [4, 8000, 'unreachable'],
    [2, 2 ** 32 - 1, 'unreachable'],
    [3, 2 ** 32 - 1, 'invalid-argument'],
  ])('to %d:%d fails with %s', (cid, port, payload) => {
    expect(() => vsock().connect(port, cid)).toThrow(withPayload(payload))
    expect(() => vsock().connect(2 ** 32 - 2, 3)).not.toThrow()
  })

  test('has no streams until its outcome is known, and then gives them once', () => {
    const { rig, connect } = vsock()
    const near = connect()
    expect(near.subscribe().ready()).toBe(true)
    expect(near.streams()).toHaveLength(2)
    expect(() => near.streams()).toThrow(withPayload('invalid-argument'))
    rig.room = -1
    const waiting = connect()
    expect(() => waiting.streams()).toThrow(withPayload('would-block'))
    expect(waiting.subscribe().ready()).toBe(false)
  })

  test('reports in its streams why it failed', () => {
    const { rig, connect, connected } = vsock()
    const refused = connect(8009)
    expect(refused.subscribe().ready()).toBe(true)
    expect(() => refused.streams()).toThrow(withPayload('refused'))
    const { near, far } = connected()
    far.abort('reset', true)
    expect(() => near.streams()).toThrow(withPayload('reset'))
    rig.room = -1
    const late = connect()
    rig.time = 2000
    rig.link.endpoint.expire()
    expect(() => late.streams()).toThrow(withPayload('timed-out'))
  })

  test('that was closed normally still has its streams, with the data that arrived before', () => {
    const { connected } = vsock()
    const { near, far } = connected()
    far.write(Uint8Array.of(1), 9)
    far.shutdown(Shutdown.BOTH)
    const [input, output] = near.streams()
    expect([...input.read(9n)]).toEqual([1])
    expect(() => input.read(9n)).toThrow(CLOSED)
    expect(() => output.checkWrite()).toThrow(CLOSED)
  })

  test('carries bytes in both directions, within the peer’s credit', () => {
    const { connected } = vsock()
    const { near, far } = connected()
    const [input, output] = near.streams()
    expect(input.subscribe().ready()).toBe(false)
    far.write(Uint8Array.of(1, 2), 9)
    expect([...input.read(9n)]).toEqual([1, 2])
    const credit = output.checkWrite()
    expect(credit).toBe(BigInt(far.bufferLength))
    output.write(new Uint8Array(Number(credit)))
    expect([far.readable, output.checkWrite()]).toEqual([far.bufferLength, 0n])
  })

  test('that was reset fails both of its streams', () => {
    const { connected } = vsock()
    const { near, far } = connected()
    const [input, output] = near.streams()
    far.abort('reset', true)
    expect(() => input.read(1n)).toThrow(RESET)
    expect(() => output.checkWrite()).toThrow(RESET)
  })

  test.each([
    ['receive', [true, false]],
    ['send', [false, true]],
    ['both', [true, true]],
  ])('shut down with %s is shut down for the peer', (how, [stopsReading, ends]) => {
    const { connected } = vsock()
    const { near, far } = connected()
    near.shutdown(how)
    expect([!far.writable, far.ended]).toEqual([stopsReading, ends])
  })

  test('that is not established cannot be shut down', () => {
    const { rig, connect } = vsock()
    rig.room = -1
    const near = connect()
    expect(() => near.shutdown('both')).toThrow(withPayload('not-connected'))
  })

  test('is closed when it and both of its streams were dropped, in any order', () => {
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
    ]) {
      const { near, far } = vsock().connected()
      const held = [near, ...near.streams()]
      for (const [done, at] of order.entries()) {
        expect(far.state).toBe('established')
        drop(held[at]!)
        if (at === 2) expect([far.ended, far.writable]).toEqual([true, done < 2])
      }
      expect(far.state).toBe('closed')
    }
  })

  test('whose streams were not taken is closed when it is dropped', () => {
    const { near, far } = vsock().connected()
    drop(near)
    expect(far.state).toBe('closed')
  })

  test('is one of at most 1024; another is possible when one was closed', () => {
    const { rig, connect, connected } = vsock()
    const first = connected()
    for (let made = 1; made < 1024; made++) connect()
    expect(() => connect()).toThrow(withPayload('too-many-sockets'))
    first.far.abort('reset', true)
    rig.parent.flush()
    rig.link.pump()
    connect()
    expect(() => connect()).toThrow(withPayload('too-many-sockets'))
  })
})

describe('a listening port', () => {
  const LAST = 2 ** 32 - 2

  test.each([
    [6000, 1],
    [6000, 128],
    [0, 1],
    [LAST, 1],
  ])('%d can be listened on with a backlog of %d', (port, backlog) => {
    const { calls } = vsock()
    expect(calls.Listener.listen(port, backlog).localAddress()).toEqual({ cid: CID, port })
  })

  test.each([
    [6000, 0],
    [6000, 129],
    [LAST + 1, 1],
  ])('%d cannot be listened on with a backlog of %d', (port, backlog) => {
    expect(() => vsock().calls.Listener.listen(port, backlog)).toThrow(withPayload('invalid-argument'))
  })

  test('has one listener at a time', () => {
    const { calls } = vsock()
    const one = calls.Listener.listen(6000, 1)
    expect(() => calls.Listener.listen(6000, 1)).toThrow(withPayload('address-in-use'))
    drop(one)
    calls.Listener.listen(6000, 1)
  })

  test('is one of at most 256', () => {
    const { calls } = vsock()
    const ports = Array.from({ length: 256 }, (_, at) => calls.Listener.listen(1000 + at, 1))
    expect(() => calls.Listener.listen(5000, 1)).toThrow(withPayload('too-many-sockets'))
    drop(ports[0]!)
    calls.Listener.listen(5000, 1)
    expect(() => calls.Listener.listen(5001, 1)).toThrow(withPayload('too-many-sockets'))
  })

  test('returns waiting connections, oldest first, at most as many as its backlog', () => {
    const { rig, calls } = vsock()
    const port = calls.Listener.listen(6000, 2)
    const ready = port.subscribe()
    expect(ready.ready()).toBe(false)
    expect(() => port.accept()).toThrow(withPayload('would-block'))
    const [one, two, three] = [rig.parent.connect(6000), rig.parent.connect(6000), rig.parent.connect(6000)]
    expect(port.accept().remoteAddress().port).toBe(one.local.port)
    expect([one.state, two.state, three.closeReason]).toEqual(['established', 'established', 'refused'])
    expect(ready.ready()).toBe(true)
    const near = port.accept()
    expect(near.remoteAddress()).toEqual({ cid: 3, port: two.local.port })
    two.write(Uint8Array.of(4), 9)
    expect([...near.streams()[0].read(9n)]).toEqual([4])
    expect(() => port.accept()).toThrow(withPayload('would-block'))
  })

  test('that is dropped resets waiting connections, and rejects others', () => {
    const { rig, calls } = vsock()
    const port = calls.Listener.listen(6000, 2)
    const [one, two] = [rig.parent.connect(6000), rig.parent.connect(6000)]
    rig.link.pump()
    drop(port)
    expect([one.closeReason, two.closeReason]).toEqual(['reset', 'reset'])
    const late = rig.parent.connect(6000)
    rig.link.pump()
    expect(late.closeReason).toBe('refused')
  })
})
