/** Output streams: what a write may have, when it waits, and how it fails; by the glue's form and by the raw one. */
import { describe, expect, test } from 'vitest'
import { createInputStreams, InputStream } from '../../src/kernel/input-streams.ts'
import { createOutputStreams, OutputStream } from '../../src/kernel/output-streams.ts'
import { createStreamErrors } from '../../src/kernel/stream-errors.ts'
import { guest, handleTable, methodOf, Rig, rawOf } from './rig.ts'

interface Face {
  checkWrite(): bigint
  write(bytes: Uint8Array): void
  blockingWriteAndFlush(bytes: Uint8Array): void
  flush(): void
  blockingFlush(): void
  writeZeroes(length: bigint): void
  blockingWriteZeroesAndFlush(length: bigint): void
  splice(from: unknown, length: bigint): bigint
  blockingSplice(from: unknown, length: bigint): bigint
  subscribe(): { ready(): boolean }
}
const CLOSED = expect.objectContaining({ payload: { tag: 'closed' } })
const FAILED = expect.objectContaining({ payload: expect.objectContaining({ tag: 'last-operation-failed' }) })
const BEYOND = 'exceeds what check-write permitted'

/** A sink with `room`. */
class Sink {
  room: number
  closed = false
  failure: string | undefined
  readonly taken: number[] = []
  dropped = 0
  /** Whether the next write is the last one. */
  ends = false
  constructor(room: number) {
    this.room = room
  }
  write(bytes: Uint8Array): void {
    this.taken.push(...bytes)
    this.closed ||= this.ends
  }
  drop(): void {
    this.dropped += 1
  }
}

function streams() {
  const rig = new Rig()
  const errors = createStreamErrors()
  const inputs = createInputStreams(rig.link, rig.poll, errors)
  const outputs = createOutputStreams(rig.link, rig.poll, errors, inputs)
  const open = (sink: Sink) => outputs.create(new OutputStream(sink)) as unknown as Face
  /** An input stream of these bytes. */
  const from = (...bytes: number[]) => {
    const source = {
      get available() {
        return bytes.length
      },
      ended: false,
      failure: undefined,
      read: (target: Uint8Array) => {
        const part = bytes.splice(0, target.byteLength)
        target.set(part)
        return part.length
      },
      drop() {},
    }
    return { bytes, source, face: inputs.type.create(new InputStream(source)) }
  }
  return { rig, outputs, open, from }
}

describe('check-write', () => {
  test('tells the room there is', () => {
    const { open } = streams()
    expect(open(new Sink(7)).checkWrite()).toBe(7n)
    expect(open(new Sink(0)).checkWrite()).toBe(0n)
  })

  test('takes in what has arrived', () => {
    const { rig, open } = streams()
    const connection = rig.link.endpoint.connect(8000)
    open(new Sink(7)).checkWrite()
    expect(connection.state).toBe('closed')
  })
})

test('a flush takes in what has arrived', () => {
  for (const name of ['flush', 'blockingFlush'] as const) {
    const { rig, open } = streams()
    const connection = rig.link.endpoint.connect(8000)
    open(new Sink(7))[name]()
    expect(connection.state).toBe('closed')
  }
})

test('a closed sink takes nothing, and says whether it failed', () => {
  const { open, from } = streams()
  const calls: ((stream: Face) => unknown)[] = [
    (stream) => stream.checkWrite(),
    (stream) => stream.write(new Uint8Array(1)),
    (stream) => stream.blockingWriteAndFlush(new Uint8Array(1)),
    (stream) => stream.flush(),
    (stream) => stream.blockingFlush(),
    (stream) => stream.writeZeroes(1n),
    (stream) => stream.blockingWriteZeroesAndFlush(1n),
    (stream) => stream.splice(from(1).face, 1n),
    (stream) => stream.blockingSplice(from(1).face, 1n),
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
  test('may have as many bytes as there is room for, and no more', () => {
    const { open } = streams()
    const sink = new Sink(2)
    open(sink).write(Uint8Array.of(1, 2))
    open(sink).writeZeroes(2n)
    expect(sink.taken).toEqual([1, 2, 0, 0])
    expect(() => open(sink).write(new Uint8Array(3))).toThrow(BEYOND)
    expect(() => open(sink).writeZeroes(3n)).toThrow(BEYOND)
    expect(sink.taken).toHaveLength(4)
  })

  test('of zeroes may have 65,536 of them, however much room there is', () => {
    const { open } = streams()
    const sink = new Sink(1 << 20)
    open(sink).writeZeroes(65_536n)
    expect(sink.taken).toHaveLength(65_536)
    expect(() => open(sink).writeZeroes(65_537n)).toThrow(BEYOND)
    expect(() => open(sink).writeZeroes(2n ** 64n - 1n)).toThrow(BEYOND)
  })

  test('that blocks may have 4096 bytes, and waits inside the sink', () => {
    const { open } = streams()
    const sink = new Sink(0)
    open(sink).blockingWriteAndFlush(new Uint8Array(4096))
    open(sink).blockingWriteZeroesAndFlush(4096n)
    expect(sink.taken).toHaveLength(8192)
    expect(() => open(sink).blockingWriteAndFlush(new Uint8Array(4097))).toThrow('4096 bytes')
    expect(() => open(sink).blockingWriteZeroesAndFlush(4097n)).toThrow('4096 bytes')
    expect(sink.taken).toHaveLength(8192)
  })

  test('that blocks fails where the sink is closed meanwhile', () => {
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
  ])('with room for %d moves at most that, and at most %d: %d', (room, length, moved) => {
    const { open, from } = streams()
    const sink = new Sink(room)
    const { bytes, face } = from(1, 2, 3, 4, 5)
    expect(open(sink)[name](face, length)).toBe(BigInt(moved))
    expect(sink.taken).toEqual([1, 2, 3, 4, 5].slice(0, moved))
    expect(bytes).toEqual([1, 2, 3, 4, 5].slice(moved))
  })

  test('waits only where it blocks: for room, and for bytes', () => {
    const { rig, open, from } = streams()
    const sink = new Sink(0)
    const { bytes, face } = from()
    rig.events.push(
      () => {
        sink.room = 1
      },
      () => {
        bytes.push(8)
      },
    )
    expect(open(sink)[name](face, 3n)).toBe(name === 'splice' ? 0n : 1n)
    expect(rig.sleeps).toHaveLength(name === 'splice' ? 0 : 2)
  })
})

test('a stream is ready when it has room, or is closed', () => {
  const sink = new Sink(0)
  const pollable = streams().open(sink).subscribe()
  expect(pollable.ready()).toBe(false)
  sink.room = 1
  expect(pollable.ready()).toBe(true)
  Object.assign(sink, { room: 0, closed: true })
  expect(pollable.ready()).toBe(true)
})

test('a stream that is dropped drops its sink', () => {
  const sink = new Sink(0)
  ;(streams().open(sink) as unknown as Disposable)[Symbol.dispose]()
  expect(sink.dropped).toBe(1)
})

describe('a raw call', () => {
  function raw(sink: Sink) {
    const { rig, outputs } = streams()
    const [own, others] = [handleTable(), handleTable()]
    const { context, view, bytesAt } = guest(1, [own, others])
    const handle = outputs.createHandle(new OutputStream(sink), own)
    const call = (name: string, ...numbers: number[]) =>
      rawOf(methodOf(outputs.face, name), context)(handle, ...numbers)
    return { rig, own, others, view, bytesAt, call }
  }
  /** Each with its arguments before the result, the result's length, and where a failure's payload begins in it. */
  const CALLS: readonly [name: string, numbers: number[], length: number, payload: number][] = [
    ['checkWrite', [], 16, 8],
    ['write', [200, 2], 12, 4],
    ['blockingWriteAndFlush', [200, 2], 12, 4],
    ['flush', [], 12, 4],
    ['blockingFlush', [], 12, 4],
  ]

  test.each(CALLS)('%s writes that it was done', (name, numbers) => {
    const { call, view, bytesAt } = raw(new Sink(7))
    bytesAt(100, 16).fill(255)
    call(name, ...numbers, 100)
    expect(view.getUint8(100)).toBe(0)
    if (name === 'checkWrite') expect(view.getBigUint64(108, true)).toBe(7n)
  })

  test.each(CALLS)('%s writes that the sink is closed, or a handle to why', (name, numbers, _, payload) => {
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
  })

  test.each(CALLS)('%s is trapped for a result beyond the memory', (name, numbers, length, payload) => {
    const sink = new Sink(7)
    const { call } = raw(sink)
    call(name, ...numbers, 65_536 - length)
    expect(() => call(name, ...numbers, 65_537 - length)).toThrow('out of bounds')
    sink.closed = true
    call(name, ...numbers, 65_528 - payload)
    expect(() => call(name, ...numbers, 65_529 - payload)).toThrow('out of bounds')
  })

  test('takes the bytes from the memory', () => {
    const sink = new Sink(9)
    const { call, bytesAt } = raw(sink)
    bytesAt(200, 3).set([1, 2, 3])
    call('write', 200, 2, 100)
    call('blockingWriteAndFlush', 201, 2, 100)
    expect(sink.taken).toEqual([1, 2, 2, 3])
    expect(() => call('write', 65_535, 2, 100)).toThrow('out of bounds')
    expect(() => call('write', 200, 10, 100)).toThrow(BEYOND)
  })

  test('subscribe gives a handle in the other table', () => {
    const sink = new Sink(0)
    const { rig, call, own, others } = raw(sink)
    const { state, table } = rig.poll.pollables.find([own, others], call('subscribe') as number)
    expect(table).toBe(others)
    expect(state.ready()).toBe(false)
    sink.room = 1
    expect(state.ready()).toBe(true)
  })
})
