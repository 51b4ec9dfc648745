/** Input streams: how much a read returns, when it waits, and how it fails, as a method and as a lowered call. */
import { describe, expect, test } from 'vitest'
import { createInputStreams, InputStream } from '../../src/kernel/input-streams.ts'
import { createStreamErrors } from '../../src/kernel/stream-errors.ts'
import { guest, handleTable, methodOf, Rig, rawOf } from './rig.ts'

const NAMES = ['read', 'blockingRead', 'skip', 'blockingSkip'] as const
type ResourceObject = Record<(typeof NAMES)[number], (length: bigint) => Uint8Array | bigint> & {
  subscribe(): { ready(): boolean }
}
const CLOSED = expect.objectContaining({ payload: { tag: 'closed' } })

/** A source of `length` bytes with increasing values. */
class Source {
  available: number
  ended = false
  failure: string | undefined
  dropped = 0
  awaited: boolean[] = []
  /** Maximum number of bytes per read. */
  most = Number.POSITIVE_INFINITY
  #next = 1
  constructor(length: number) {
    this.available = length
  }
  set isAwaited(is: boolean) {
    this.awaited.push(is)
  }
  read(target: Uint8Array): number {
    const length = Math.min(target.byteLength, this.available, this.most)
    for (let at = 0; at < length; at++) target[at] = this.#next++
    this.available -= length
    return length
  }
  drop(): void {
    this.dropped += 1
  }
}

function streams() {
  const rig = new Rig()
  const errors = createStreamErrors()
  const made = createInputStreams(rig.link, rig.poll, errors)
  const open = (source: Source) => made.type.create(new InputStream(source)) as unknown as ResourceObject
  return { rig, errors, made, open }
}
const count = (result: Uint8Array | bigint) => Number(typeof result === 'bigint' ? result : result.byteLength)

describe.each(NAMES)('%s', (name) => {
  test.each([
    [5, 3n, 3],
    [5, 5n, 5],
    [5, 6n, 5],
    [5, 0n, 0],
    [5, 2n ** 64n - 1n, 5],
    [65_537, 65_535n, 65_535],
    [65_537, 65_536n, 65_536],
    [65_537, 65_537n, 65_536],
    [65_537, 2n ** 32n, 65_536],
  ])('with %d bytes available, requesting %d returns %d', (available, length, given) => {
    const source = new Source(available)
    expect(count(streams().open(source)[name](length))).toBe(given)
    expect(source.available).toBe(available - given)
  })

  test('of an ended source returns the rest, and then the end', () => {
    const { open } = streams()
    const source = new Source(1)
    source.ended = true
    const stream = open(source)
    expect(count(stream[name](9n))).toBe(1)
    expect(() => stream[name](9n)).toThrow(CLOSED)
    expect(() => stream[name](0n)).toThrow(CLOSED)
  })

  test('of a failed source reports why', () => {
    const { open, errors } = streams()
    const source = Object.assign(new Source(0), { ended: true, failure: 'it was torn' })
    let thrown: { payload?: { tag: string; val: { toDebugString(): string } } } = {}
    try {
      open(source)[name](1n)
    } catch (error) {
      thrown = error as typeof thrown
    }
    expect(thrown.payload?.tag).toBe('last-operation-failed')
    expect(thrown.payload?.val).toBeInstanceOf(errors.resourceClass)
    expect(thrown.payload?.val.toDebugString()).toBe('it was torn')
  })

  test('sets isAwaited while it processes received packets', () => {
    const { open } = streams()
    const source = new Source(1)
    open(source)[name](1n)
    expect(source.awaited).toEqual([true, false])
  })
})

test('only a blocking read waits, and not for a length of zero', () => {
  const { rig, open } = streams()
  const source = new Source(0)
  const stream = open(source)
  expect(stream.read(1n)).toHaveLength(0)
  expect(stream.blockingRead(0n)).toHaveLength(0)
  expect(rig.sleeps).toEqual([])
  rig.events.push(() => {
    source.available = 2
  })
  expect(stream.blockingRead(9n)).toEqual(Uint8Array.of(1, 2))
  expect(rig.sleeps).toHaveLength(1)
  rig.events.push(() => {
    source.ended = true
  })
  expect(() => stream.blockingRead(9n)).toThrow(CLOSED)
  expect(() => open(new Source(0)).blockingRead(1n)).toThrow('for ever')
})

test('a read processes received packets, and sends pending ones', () => {
  const { rig, open } = streams()
  const connection = rig.link.endpoint.connect(8000)
  expect(connection.state).toBe('connecting')
  open(new Source(0)).read(1n)
  expect(connection.state).toBe('closed')
})

test('a read returns only the bytes that the source moved', () => {
  const source = Object.assign(new Source(5), { most: 2 })
  expect(streams().open(source).read(5n)).toEqual(Uint8Array.of(1, 2))
})

test('a stream is ready if there is something to read, or at its end', () => {
  const { open } = streams()
  const source = new Source(0)
  const pollable = open(source).subscribe()
  expect(pollable.ready()).toBe(false)
  source.available = 1
  expect(pollable.ready()).toBe(true)
  Object.assign(source, { available: 0, ended: true })
  expect(pollable.ready()).toBe(true)
})

test('dropping a stream drops its source', () => {
  const source = new Source(0)
  ;(streams().open(source) as unknown as Disposable)[Symbol.dispose]()
  expect(source.dropped).toBe(1)
})

describe.each(['read', 'blockingRead'])('the lowered form of %s', (name) => {
  function raw(source: Source) {
    const { rig, made, open } = streams()
    const [own, others] = [handleTable(), handleTable()]
    const { context, view, bytesAt } = guest(1, [own, others])
    view.setUint32(100, 0xffffffff)
    const handle = made.type.createHandle(new InputStream(source), own)
    return {
      rig,
      open,
      handle,
      own,
      others,
      view,
      bytesAt,
      call: rawOf(methodOf(made.type.resourceClass, name), context),
    }
  }

  test('writes the bytes to memory from realloc, and pointer and length into the result', () => {
    const { call, handle, view, bytesAt } = raw(new Source(5))
    call(handle, 3n, 100)
    expect([view.getUint8(100), view.getUint32(104, true), view.getUint32(108, true)]).toEqual([0, 4096, 3])
    expect([...bytesAt(4096, 4)]).toEqual([1, 2, 3, 0])
    call(handle, -1n, 100)
    expect([view.getUint32(104, true), view.getUint32(108, true)]).toEqual([4099, 2])
    expect([...bytesAt(4099, 3)]).toEqual([4, 5, 0])
    const other = raw(new Source(5))
    other.call(other.handle, -(2n ** 63n), 100)
    expect(other.view.getUint32(108, true)).toBe(5)
  })

  test('reports how many bytes the source moved', () => {
    const { call, handle, view } = raw(Object.assign(new Source(5), { most: 2 }))
    call(handle, 5n, 100)
    expect(view.getUint32(108, true)).toBe(2)
  })

  test('writes the end, and a failure with a handle to the error', () => {
    const source = Object.assign(new Source(0), { ended: true, failure: undefined as string | undefined })
    const { call, handle, view, own, others } = raw(source)
    call(handle, 1n, 100)
    expect([view.getUint8(100), view.getUint8(104)]).toEqual([1, 1])
    expect(others).toHaveLength(2)
    source.failure = 'it was torn'
    call(handle, 1n, 100)
    expect([view.getUint8(100), view.getUint8(104), view.getInt32(108, true)]).toEqual([1, 0, 1])
    expect([own.length, others.length]).toEqual([4, 4])
  })

  test('always traps for a result beyond the memory', () => {
    const { call, handle } = raw(new Source(1))
    call(handle, 0n, 65_524)
    expect(() => call(handle, 0n, 65_525)).toThrow('out of bounds')
    const failed = raw(Object.assign(new Source(0), { ended: true }))
    failed.call(failed.handle, 0n, 65_524)
    expect(() => failed.call(failed.handle, 0n, 65_525)).toThrow('out of bounds')
  })

  test('traps for an invalid handle', () => {
    const { call } = raw(new Source(1))
    expect(() => call(2, 1n, 100)).toThrow('dropped or belongs to another resource type')
  })
})

test('the lowered form of subscribe returns a handle in the other table', () => {
  const { rig, made } = streams()
  const [own, others] = [handleTable(), handleTable()]
  const { context } = guest(1, [own, others])
  const source = new Source(0)
  const handle = made.type.createHandle(new InputStream(source), own)
  const pollable = rawOf(methodOf(made.type.resourceClass, 'subscribe'), context)(handle) as number
  const { state, table } = rig.poll.pollables.find([own, others], pollable)
  expect(table).toBe(others)
  expect(state.ready()).toBe(false)
  source.available = 1
  expect(state.ready()).toBe(true)
})
