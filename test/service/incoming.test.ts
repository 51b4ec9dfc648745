/** The items that the peer sends: their order, their end, and what a hostile peer cannot do. */
import { beforeEach, describe, expect, test } from 'vitest'
import { Incoming } from '../../src/service/incoming.ts'
import { itemCost, STREAM_WINDOW } from '../../src/service/protocol.ts'

const done = { done: true, value: undefined }
const item = (value: unknown) => ({ done: false, value })
const refused = expect.objectContaining({ code: 'E_SERVICE_FRAME' })
/** The length of an item of which a window has exactly eight. */
const EIGHTH = STREAM_WINDOW / 8 - itemCost(0)

let taken: number[]
let stops: number
let incoming: Incoming
beforeEach(() => {
  taken = []
  stops = 0
  incoming = new Incoming({ onTaken: (cost) => taken.push(cost), onStopped: () => stops++ })
})

async function collect(items: AsyncIterable<unknown>) {
  const values: unknown[] = []
  for await (const value of items) values.push(value)
  return values
}

describe('items', () => {
  test('are taken in order, whether they came before or after they were requested', async () => {
    incoming.push('a', 1)
    const asked = [incoming.next(), incoming.next(), incoming.next()]
    incoming.push('b', 1)
    incoming.push(undefined, 1)
    incoming.push('d', 1)
    expect(await Promise.all(asked)).toEqual([item('a'), item('b'), item(undefined)])
    incoming.end()
    expect(await collect(incoming)).toEqual(['d'])
  })

  test('that have arrived are taken before the end and before an error', async () => {
    incoming.push(1, 1)
    incoming.end()
    expect(await collect(incoming)).toEqual([1])
    const failing = new Incoming({ onTaken: () => {}, onStopped: () => {} })
    failing.push(1, 1)
    failing.fail(new Error('why'))
    expect(await failing.next()).toEqual(item(1))
    await expect(failing.next()).rejects.toThrow('why')
    expect(await failing.next()).toEqual(done)
  })

  test('after the end, and a second end, mean nothing', async () => {
    incoming.end()
    incoming.push('late', STREAM_WINDOW)
    incoming.fail(new Error('late'))
    incoming.end()
    expect([await incoming.next(), await incoming.next()]).toEqual([done, done])
    expect({ taken, stops }).toEqual({ taken: [], stops: 0 })
  })
})

describe('those who wait', () => {
  test('get the end', async () => {
    const asked = [incoming.next(), incoming.next()]
    incoming.end()
    expect(await Promise.all(asked)).toEqual([done, done])
  })

  test('get an error once, and then the end', async () => {
    const [first, second] = [incoming.next(), incoming.next()]
    incoming.fail(new Error('why'))
    await expect(first).rejects.toThrow('why')
    expect(await second).toEqual(done)
    expect(await incoming.next()).toEqual(done)
  })

  test('get the end if the loop is left', async () => {
    const asked = incoming.next()
    expect(await incoming.return()).toEqual(done)
    expect(await asked).toEqual(done)
  })
})

describe('leaving the loop', () => {
  test('tells the peer once, and drops what has arrived and what still comes', async () => {
    incoming.push(1, EIGHTH)
    incoming.push(2, EIGHTH)
    for await (const value of incoming) {
      expect(value).toBe(1)
      break
    }
    expect(stops).toBe(1)
    for (let count = 0; count < 20; count++) incoming.push(3, EIGHTH)
    expect(await incoming.next()).toEqual(done)
    await incoming.return()
    expect({ taken, stops }).toEqual({ taken: [], stops: 1 })
  })

  test('tells nobody after the end', async () => {
    incoming.end()
    await incoming.return()
    expect(stops).toBe(0)
  })

  test('drops what had arrived before the end', async () => {
    incoming.push(1, 1)
    incoming.end()
    await incoming.return()
    expect(await incoming.next()).toEqual(done)
  })
})

describe('the window', () => {
  test('is granted again after a quarter of it was taken', async () => {
    for (let count = 0; count < 8; count++) incoming.push(count, EIGHTH)
    await incoming.next()
    expect(taken).toEqual([])
    await incoming.next()
    expect(taken).toEqual([STREAM_WINDOW / 4])
    for (let count = 0; count < 6; count++) await incoming.next()
    expect(taken).toEqual([STREAM_WINDOW / 4, STREAM_WINDOW / 4, STREAM_WINDOW / 4, STREAM_WINDOW / 4])
  })

  test('is granted too for items that somebody already waits for', async () => {
    const asked = [incoming.next(), incoming.next()]
    for (let count = 0; count < 2; count++) incoming.push(count, EIGHTH)
    await Promise.all(asked)
    expect(taken).toEqual([STREAM_WINDOW / 4])
  })

  test('is not granted after the end', async () => {
    for (let count = 0; count < 8; count++) incoming.push(count, EIGHTH)
    incoming.end()
    expect(await collect(incoming)).toHaveLength(8)
    expect(taken).toEqual([])
  })

  test('that is exceeded is refused', () => {
    for (let count = 0; count < 8; count++) incoming.push(count, EIGHTH)
    expect(() => incoming.push(8, 1)).toThrow(refused)
  })

  test('that is exceeded by items whose taking the peer has not been told is refused', async () => {
    for (let count = 0; count < 8; count++) incoming.push(count, EIGHTH)
    await incoming.next()
    expect(() => incoming.push(8, 1)).toThrow(refused)
    await incoming.next()
    incoming.push(8, EIGHTH)
    incoming.push(9, EIGHTH)
    expect(() => incoming.push(10, 1)).toThrow(refused)
  })

  test('that is exceeded by empty items is refused, because each counts more than its bytes', () => {
    let count = 0
    expect(() => {
      for (; count < STREAM_WINDOW; count++) incoming.push(null, 8)
    }).toThrow(refused)
    expect(count).toBe(Math.ceil(STREAM_WINDOW / itemCost(8)))
  })

  test('may be exceeded by the last item: it can be longer than the window', async () => {
    incoming.push('before', STREAM_WINDOW - itemCost(0) - 1)
    incoming.push('longer', 10 * STREAM_WINDOW)
    expect(() => incoming.push('next', 1)).toThrow(refused)
    expect([await incoming.next(), await incoming.next()]).toEqual([item('before'), item('longer')])
    incoming.push('next', 1)
  })
})
