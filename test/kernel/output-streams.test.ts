/** Output streams: the permitted size of a write, when it waits, and how it fails. */
import { describe, expect, test } from 'vitest'
import { type Output, Sink, streams } from './sink-rig.ts'

const CLOSED = expect.objectContaining({ payload: { tag: 'closed' } })
const FAILED = expect.objectContaining({ payload: expect.objectContaining({ tag: 'last-operation-failed' }) })
const BEYOND = 'exceeds what check-write permitted'

describe('check-write', () => {
  test('returns the room of the sink', () => {
    const { open } = streams()
    expect(open(new Sink(7)).checkWrite()).toBe(7n)
    expect(open(new Sink(0)).checkWrite()).toBe(0n)
  })

  test('processes received packets', () => {
    const { rig, open } = streams()
    const connection = rig.link.endpoint.connect(8000)
    open(new Sink(7)).checkWrite()
    expect(connection.state).toBe('closed')
  })
})

test('a flush processes received packets', () => {
  for (const name of ['flush', 'blockingFlush'] as const) {
    const { rig, open } = streams()
    const connection = rig.link.endpoint.connect(8000)
    open(new Sink(7))[name]()
    expect(connection.state).toBe('closed')
  }
})

test('a closed sink accepts nothing, and reports whether it failed', () => {
  const { open, from } = streams()
  const calls: ((stream: Output) => unknown)[] = [
    (stream) => stream.checkWrite(),
    (stream) => stream.write(new Uint8Array(1)),
    (stream) => stream.blockingWriteAndFlush(new Uint8Array(1)),
    (stream) => stream.flush(),
    (stream) => stream.blockingFlush(),
    (stream) => stream.writeZeroes(1n),
    (stream) => stream.blockingWriteZeroesAndFlush(1n),
    (stream) => stream.splice(from(1).object, 1n),
    (stream) => stream.blockingSplice(from(1).object, 1n),
  ]
  for (const call of calls) {
    const sink = Object.assign(new Sink(9), { closed: true })
    expect(() => call(open(sink))).toThrow(CLOSED)
    sink.failure = 'it was torn'
    expect(() => call(open(sink))).toThrow(FAILED)
    expect(sink.taken).toEqual([])
  }
})

describe('a write', () => {
  test('may have at most as many bytes as there is room for', () => {
    const { open } = streams()
    const sink = new Sink(2)
    open(sink).write(Uint8Array.of(1, 2))
    open(sink).writeZeroes(2n)
    expect(sink.taken).toEqual([1, 2, 0, 0])
    expect(() => open(sink).write(new Uint8Array(3))).toThrow(BEYOND)
    expect(() => open(sink).writeZeroes(3n)).toThrow(BEYOND)
    expect(sink.taken).toHaveLength(4)
  })

  test('of zeroes may have 65,536 of them, whatever the room', () => {
    const { open } = streams()
    const sink = new Sink(1 << 20)
    open(sink).writeZeroes(65_536n)
    expect(sink.taken).toHaveLength(65_536)
    expect(() => open(sink).writeZeroes(65_537n)).toThrow(BEYOND)
    expect(() => open(sink).writeZeroes(2n ** 64n - 1n)).toThrow(BEYOND)
  })

  test('that blocks may have 4096 bytes, and waits in the sink', () => {
    const { open } = streams()
    const sink = new Sink(0)
    open(sink).blockingWriteAndFlush(new Uint8Array(4096))
    open(sink).blockingWriteZeroesAndFlush(4096n)
    expect(sink.taken).toHaveLength(8192)
    expect(() => open(sink).blockingWriteAndFlush(new Uint8Array(4097))).toThrow('4096 bytes')
    expect(() => open(sink).blockingWriteZeroesAndFlush(4097n)).toThrow('4096 bytes')
    expect(sink.taken).toHaveLength(8192)
  })

  test('that blocks fails if the sink is closed meanwhile', () => {
    const sink = Object.assign(new Sink(9), { ends: true })
    expect(() => streams().open(sink).blockingWriteAndFlush(Uint8Array.of(1))).toThrow(CLOSED)
    expect(sink.taken).toEqual([1])
  })
})

describe.each(['splice', 'blockingSplice'] as const)('%s', (name) => {
  test.each([
    [4, 3n, 3],
    [4, 4n, 4],
    [4, 5n, 4],
    [4, 2n ** 64n - 1n, 4],
    [9, 9n, 5],
  ])('with room for %d and a length of %d moves %d', (room, length, moved) => {
    const { open, from } = streams()
    const sink = new Sink(room)
    const { bytes, object } = from(1, 2, 3, 4, 5)
    expect(open(sink)[name](object, length)).toBe(BigInt(moved))
    expect(sink.taken).toEqual([1, 2, 3, 4, 5].slice(0, moved))
    expect(bytes).toEqual([1, 2, 3, 4, 5].slice(moved))
  })

  test('waits only if it blocks: for room, and for bytes', () => {
    const { rig, open, from } = streams()
    const sink = new Sink(0)
    const { bytes, object } = from()
    rig.events.push(
      () => {
        sink.room = 1
      },
      () => {
        bytes.push(8)
      },
    )
    expect(open(sink)[name](object, 3n)).toBe(name === 'splice' ? 0n : 1n)
    expect(rig.sleeps).toHaveLength(name === 'splice' ? 0 : 2)
  })
})

test('a stream is ready if it has room, or is closed', () => {
  const sink = new Sink(0)
  const pollable = streams().open(sink).subscribe()
  expect(pollable.ready()).toBe(false)
  sink.room = 1
  expect(pollable.ready()).toBe(true)
  Object.assign(sink, { room: 0, closed: true })
  expect(pollable.ready()).toBe(true)
})

test('dropping a stream drops its sink', () => {
  const sink = new Sink(0)
  ;(streams().open(sink) as unknown as Disposable)[Symbol.dispose]()
  expect(sink.dropped).toBe(1)
})
