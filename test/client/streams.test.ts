/** Streams of a client whose service the test plays: results and requests, their ends, and the end of the connection. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { itemCost, Kind, STREAM_WINDOW } from '../../src/service/protocol.ts'
import { type Connected, connected, framed, outcome, task } from './fake-service.ts'

const { CALL, RESULT, FAILURE, ITEM, END, WINDOW, CANCEL } = Kind
const CLOSED = { code: 'E_SERVICE_CLOSED' }

let connection: Connected
beforeEach(() => {
  connection = connected()
})
afterEach(() => connection.client.close())

/** The result of call 1, once the service has begun a stream. */
async function begunResult(request?: unknown) {
  const call = connection.client.call['one']!(request)
  connection.answer([RESULT, 1, null, true])
  return ((await call) as AsyncIterable<unknown>)[Symbol.asyncIterator]()
}

const item = (value: unknown) => ({ done: false, value })
const done = { done: true, value: undefined }

/** An endless request that notes its end. */
function endless(value: unknown = 'x') {
  const state = { made: 0, isEnded: false }
  async function* items() {
    try {
      for (; ; state.made++) yield value
    } finally {
      state.isEnded = true
    }
  }
  return { state, items: items() }
}

describe('a result', () => {
  test('gives its items, and ends', async () => {
    const result = await begunResult()
    connection.answer([ITEM, 1, 'a'], [ITEM, 1, undefined], [END, 1], [ITEM, 1, 'late'], [END, 1])
    expect(await result.next()).toEqual(item('a'))
    expect(await result.next()).toEqual(item(undefined))
    expect(await result.next()).toEqual(done)
    expect(await result.next()).toEqual(done)
  })

  test('gives its items before its error', async () => {
    const result = await begunResult()
    connection.answer([ITEM, 1, 'a'], [FAILURE, 1, 'E_MINE', 'why'])
    expect(await result.next()).toEqual(item('a'))
    expect(await outcome(result.next())).toEqual({ code: 'E_MINE', message: 'E_MINE: why' })
    expect(await result.next()).toEqual(done)
  })

  test('tells the service what was taken, as the service has counted it', async () => {
    const result = await begunResult()
    const value = new Uint8Array(STREAM_WINDOW / 4)
    connection.answer([ITEM, 1, value])
    await result.next()
    await task()
    expect(connection.received.slice(1)).toEqual([[WINDOW, 1, itemCost(framed([ITEM, 1, value]).length)]])
  })

  test('that is left early is cancelled, and its call is over', async () => {
    const result = await begunResult()
    connection.answer([ITEM, 1, 'a'])
    await result.next()
    await result.return!()
    connection.answer(...new Array(10).fill([ITEM, 1, new Uint8Array(STREAM_WINDOW / 2)]), [END, 1])
    const next = connection.client.call['two']!()
    connection.answer([RESULT, 2, 'second'])
    expect(await next).toBe('second')
    expect(connection.received.slice(1)).toEqual([
      [CANCEL, 1],
      [CALL, 2, 'two', null],
    ])
  })

  test('fails if the connection is closed in the middle, by either side', async () => {
    const result = await begunResult()
    connection.answer([ITEM, 1, 'a'])
    await task()
    connection.reader.close()
    expect(await result.next()).toEqual(item('a'))
    expect(await outcome(result.next())).toMatchObject(CLOSED)
    connection = connected()
    const other = await begunResult()
    const next = outcome(other.next())
    await connection.client.close()
    expect(await next).toMatchObject(CLOSED)
  })
})

describe('a request', () => {
  test('is sent item by item', async () => {
    const call = connection.client.call['one']!(new Blob(['ab']).stream())
    await expect.poll(() => connection.received.at(-1)).toEqual([END, 1])
    expect(connection.received).toEqual([
      [CALL, 1, 'one', null, true],
      [ITEM, 1, new TextEncoder().encode('ab')],
      [END, 1],
    ])
    connection.answer([RESULT, 1, 'all'])
    expect(await call).toBe('all')
  })

  test('waits for the window', async () => {
    const { state, items } = endless(new Uint8Array(STREAM_WINDOW / 4))
    const call = outcome(connection.client.call['one']!(items))
    await task()
    // After the fourth, the window is used up.
    expect(connection.received.filter(([kind]) => kind === ITEM)).toHaveLength(4)
    connection.answer([WINDOW, 1, 1000])
    await task()
    expect(connection.received.filter(([kind]) => kind === ITEM)).toHaveLength(5)
    connection.answer([RESULT, 1, 'enough'])
    expect(await call).toEqual({ value: 'enough' })
    await task()
    expect(state.isEnded).toBe(true)
    expect(connection.received.at(-1)![0]).toBe(ITEM)
  })

  test.each([
    ['its result', [RESULT, 1, 'enough']],
    ['its failure', [FAILURE, 1, 'E_MINE', 'why']],
    ['the service’s wish', [CANCEL, 1]],
  ])('is ended by %s', async (_, message) => {
    const { state, items } = endless()
    const call = outcome(connection.client.call['one']!(items))
    await task()
    connection.answer(message)
    await expect.poll(() => state.isEnded).toBe(true)
    connection.answer([RESULT, 1, 'over'])
    await call
  })

  test('that throws fails the call with its own error; the service learns only that it failed', async () => {
    const call = connection.client.call['one']!(
      (async function* () {
        yield 1
        throw new Error('a secret')
      })(),
    )
    await expect(call).rejects.toThrow('a secret')
    await task()
    expect(connection.received.slice(1)).toEqual([
      [ITEM, 1, 1],
      [FAILURE, 1, 'E_SERVICE_CANCELLED', ''],
    ])
  })

  test('with an item that cannot be sent fails the call', async () => {
    const { state, items } = endless(new Map())
    expect(await outcome(connection.client.call['one']!(items))).toMatchObject({ code: 'E_SERVICE_VALUE' })
    await task()
    expect(state.isEnded).toBe(true)
    expect(connection.received.at(-1)).toEqual([FAILURE, 1, 'E_SERVICE_CANCELLED', ''])
  })

  test('that throws fails a result that has begun', async () => {
    const { promise, reject } = Promise.withResolvers<void>()
    const result = await begunResult(
      (async function* () {
        yield 1
        await promise
      })(),
    )
    reject(new Error('mine'))
    await expect(result.next()).rejects.toThrow('mine')
  })

  test('is ended if the connection is closed, by either side', async () => {
    for (const close of [() => connection.reader.close(), () => connection.client.close()]) {
      connection = connected()
      const { state, items } = endless()
      const call = outcome(connection.client.call['one']!(items))
      await task()
      await close()
      expect(await call).toMatchObject(CLOSED)
      await expect.poll(() => state.isEnded).toBe(true)
    }
  })

  test('goes on while its result has begun, and ends with it', async () => {
    const { state, items } = endless(new Uint8Array(STREAM_WINDOW / 8))
    const result = await begunResult(items)
    connection.answer([ITEM, 1, 'a'])
    await result.next()
    expect(state.isEnded).toBe(false)
    connection.answer([END, 1])
    expect(await result.next()).toEqual(done)
    await expect.poll(() => state.isEnded).toBe(true)
  })
})
