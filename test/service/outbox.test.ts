/** The frames that wait to be written: joined within a turn, in order, one write at a time. */
import { beforeEach, describe, expect, test } from 'vitest'
import { Outbox } from '../../src/service/outbox.ts'
import { bytes, FakeSink } from './fake-sink.ts'

const SMALL = 16 * 1024

let sink: FakeSink
let outbox: Outbox
beforeEach(() => {
  sink = new FakeSink()
  outbox = new Outbox(sink)
})

describe('frames', () => {
  test('of one turn are written at once, and one turn is requested', () => {
    outbox.push(bytes(1))
    outbox.push(bytes(2, 3))
    expect(sink.scheduled).toHaveLength(1)
    expect(sink.writes).toEqual([])
    sink.endTurn()
    expect(sink.writes).toEqual([Uint8Array.of(1, 1, 2, 2, 2)])
  })

  test('that come while one is written wait for it, and are then joined', async () => {
    outbox.push(bytes(1))
    sink.endTurn()
    for (const value of [2, 3]) outbox.push(bytes(value))
    outbox.flush()
    expect(sink.scheduled).toHaveLength(0)
    expect(sink.writes).toHaveLength(1)
    await sink.endWrite()
    expect(sink.writes[1]).toEqual(Uint8Array.of(2, 2, 3, 3))
    await sink.endWrite()
    expect(sink.writes).toHaveLength(2)
    outbox.push(bytes(4))
    expect(sink.scheduled).toHaveLength(1)
  })

  test('keep their order around large ones, which are written as they are', () => {
    sink.isSynchronous = true
    const large = [bytes(3, SMALL + 1), bytes(4, SMALL + 1), bytes(7, SMALL + 1)]
    const frames = [bytes(1), bytes(2), large[0]!, large[1]!, bytes(5, SMALL), bytes(6), large[2]!, bytes(8)]
    for (const frame of frames) outbox.push(frame)
    sink.endTurn()
    expect(sink.writes.map((part) => part.length)).toEqual([4, SMALL + 1, SMALL + 1, SMALL + 2, SMALL + 1, 2])
    expect(Buffer.concat(sink.writes).equals(Buffer.concat(frames))).toBe(true)
    for (const frame of large) expect(sink.writes).toContain(frame)
  })

  test('are joined at most 1024 at a time, however many there are', async () => {
    outbox.push(bytes(0))
    outbox.flush()
    for (let count = 0; count < 300_000; count++) outbox.push(bytes(count))
    sink.isSynchronous = true
    await sink.endWrite()
    expect(sink.errors).toEqual([])
    const joined = sink.writes.slice(1)
    expect(joined).toHaveLength(Math.ceil(300_000 / 1024))
    expect(joined.map((part) => part.length)).toEqual([...Array(292).fill(2048), 2 * (300_000 - 292 * 1024)])
  })

  test('are written from 16 on, before the turn ends', async () => {
    for (let count = 1; count < 16; count++) outbox.push(bytes(count))
    expect(sink.writes).toEqual([])
    outbox.push(bytes(16))
    expect(sink.writes.map((part) => part.length)).toEqual([32])
    for (let count = 17; count < 40; count++) outbox.push(bytes(count))
    expect(sink.writes).toHaveLength(1)
    await sink.endWrite()
    expect(sink.writes.map((part) => part.length)).toEqual([32, 46])
    expect(Buffer.concat(sink.writes).filter((_, at) => at % 2)).toEqual(
      Buffer.from(Array.from({ length: 39 }, (_, at) => at + 1)),
    )
    await sink.endWrite()
    sink.endTurn()
    expect(sink.writes).toHaveLength(2)
  })

  test('are written at once by flush, and not again when the turn ends', () => {
    sink.isSynchronous = true
    outbox.push(bytes(1))
    outbox.flush()
    expect(sink.writes).toHaveLength(1)
    sink.endTurn()
    expect(sink.writes).toHaveLength(1)
  })
})

describe('what waits', () => {
  test('is counted until it has been written', async () => {
    outbox.push(bytes(1, 10))
    outbox.push(bytes(2, SMALL + 1))
    expect(outbox.length).toBe(10 + SMALL + 1)
    sink.endTurn()
    expect(outbox.length).toBe(10 + SMALL + 1)
    await sink.endWrite()
    expect(outbox.length).toBe(SMALL + 1)
    await sink.endWrite()
    expect(outbox.length).toBe(0)
  })

  test('is awaited by emptied, also what was added meanwhile', async () => {
    await outbox.emptied()
    outbox.push(bytes(1))
    let isEmpty = false
    const waiting = Promise.all([outbox.emptied(), outbox.emptied()]).then(() => {
      isEmpty = true
    })
    sink.endTurn()
    outbox.push(bytes(2))
    await sink.endWrite()
    expect(isEmpty).toBe(false)
    await sink.endWrite()
    await waiting
    outbox.push(bytes(3))
    isEmpty = false
    const again = outbox.emptied().then(() => {
      isEmpty = true
    })
    sink.endTurn()
    await new Promise((after) => setImmediate(after))
    expect(isEmpty).toBe(false)
    await sink.endWrite()
    await again
  })

  test('is dropped after a failed write: the error is told once, and nobody waits any more', async () => {
    outbox.push(bytes(1))
    sink.endTurn()
    outbox.push(bytes(2))
    const waiting = outbox.emptied()
    await sink.endWrite(new Error('broken'))
    await waiting
    expect(sink.errors).toEqual([new Error('broken')])
    expect(sink.writes).toHaveLength(1)
    expect(outbox.length).toBe(0)
    outbox.push(bytes(3))
    sink.endTurn()
    expect(sink.writes[1]).toEqual(bytes(3))
  })

  test('is dropped too if the write throws at once', async () => {
    const broken = new Outbox({
      ...sink,
      write: () => {
        throw new Error('broken at once')
      },
    })
    broken.push(bytes(1))
    sink.endTurn()
    await broken.emptied()
    expect(sink.errors).toEqual([new Error('broken at once')])
  })
})
