/** Output streams as lowered calls: bytes come from the guest's memory, and the result is written to it. */
import { describe, expect, test } from 'vitest'
import { OutputStream } from '../../src/kernel/output-streams.ts'
import { guest, handleTable, methodOf, rawOf } from './rig.ts'
import { Sink, streams } from './sink-rig.ts'

const BEYOND = 'exceeds what check-write permitted'

describe('a lowered call', () => {
  function raw(sink: Sink) {
    const { rig, outputs } = streams()
    const [own, others] = [handleTable(), handleTable()]
    const { context, view, bytesAt } = guest(1, [own, others])
    const handle = outputs.createHandle(new OutputStream(sink), own)
    const call = (name: string, ...numbers: number[]) =>
      rawOf(methodOf(outputs.resourceClass, name), context)(handle, ...numbers)
    return { rig, own, others, view, bytesAt, call }
  }
  /** Each call with its arguments before the result, the length of the result, and the offset of an error in it. */
  const CALLS: readonly [name: string, numbers: number[], length: number, payload: number][] = [
    ['checkWrite', [], 16, 8],
    ['write', [200, 2], 12, 4],
    ['blockingWriteAndFlush', [200, 2], 12, 4],
    ['flush', [], 12, 4],
    ['blockingFlush', [], 12, 4],
  ]

  test.each(CALLS)('%s writes its success', (name, numbers) => {
    const { call, view, bytesAt } = raw(new Sink(7))
    bytesAt(100, 16).fill(255)
    call(name, ...numbers, 100)
    expect(view.getUint8(100)).toBe(0)
    if (name === 'checkWrite') expect(view.getBigUint64(108, true)).toBe(7n)
  })

  test.each(CALLS)(
    '%s writes that the sink is closed, or a handle to the error',
    (name, numbers, _, payload) => {
      const sink = Object.assign(new Sink(7), { closed: true })
      const { call, view, own, others } = raw(sink)
      call(name, ...numbers, 100)
      expect([view.getUint8(100), view.getUint8(100 + payload)]).toEqual([1, 1])
      sink.failure = 'it was torn'
      view.setUint8(100 + payload, 255)
      call(name, ...numbers, 100)
      expect([view.getUint8(100), view.getUint8(100 + payload)]).toEqual([1, 0])
      expect(view.getInt32(104 + payload, true)).toBe(1)
      expect([own.length, others.length]).toEqual([4, 4])
    },
  )

  test.each(CALLS)('%s traps for a result beyond the memory', (name, numbers, length, payload) => {
    const sink = new Sink(7)
    const { call } = raw(sink)
    call(name, ...numbers, 65_536 - length)
    expect(() => call(name, ...numbers, 65_537 - length)).toThrow('out of bounds')
    sink.closed = true
    call(name, ...numbers, 65_528 - payload)
    expect(() => call(name, ...numbers, 65_529 - payload)).toThrow('out of bounds')
  })

  test('reads the bytes from the memory', () => {
    const sink = new Sink(9)
    const { call, bytesAt } = raw(sink)
    bytesAt(200, 3).set([1, 2, 3])
    call('write', 200, 2, 100)
    call('blockingWriteAndFlush', 201, 2, 100)
    expect(sink.taken).toEqual([1, 2, 2, 3])
    expect(() => call('write', 65_535, 2, 100)).toThrow('out of bounds')
    expect(() => call('write', 200, 10, 100)).toThrow(BEYOND)
  })

  test('subscribe returns a handle in the other table', () => {
    const sink = new Sink(0)
    const { rig, call, own, others } = raw(sink)
    const { state, table } = rig.poll.pollables.find([own, others], call('subscribe') as number)
    expect(table).toBe(others)
    expect(state.ready()).toBe(false)
    sink.room = 1
    expect(state.ready()).toBe(true)
  })
})
