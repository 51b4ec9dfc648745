/** Calls that are cancelled by their signal or their deadline. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Kind } from '../../src/service/protocol.ts'
import { type Connected, connected, outcome, task } from './fake-service.ts'

const { CALL, RESULT, FAILURE, CANCEL } = Kind

let connection: Connected
beforeEach(() => {
  connection = connected()
})
afterEach(() => connection.client.close())

/** A signal that counts its listeners. */
function counted() {
  const abort = new AbortController()
  let listeners = 0
  const { signal } = abort
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)]
  signal.addEventListener = (...given: Parameters<typeof add>) => {
    listeners += 1
    add(...given)
  }
  signal.removeEventListener = (...given: Parameters<typeof remove>) => {
    listeners -= 1
    remove(...given)
  }
  return { abort, signal, listeners: () => listeners }
}

describe('a signal', () => {
  test('that aborts cancels the call, which fails with its reason', async () => {
    const { abort, signal, listeners } = counted()
    const call = connection.client.call['one']!(5, { signal })
    expect(listeners()).toBe(1)
    const reason = new Error('mine')
    abort.abort(reason)
    await expect(call).rejects.toBe(reason)
    await task()
    expect(connection.received).toEqual([
      [CALL, 1, 'one', 5],
      [CANCEL, 1],
    ])
    expect(listeners()).toBe(0)
  })

  test('that has already aborted: nothing is sent', async () => {
    const { items, isBegun } = untouched()
    const call = connection.client.call['one']!(items, { signal: AbortSignal.abort(new Error('mine')) })
    await expect(call).rejects.toThrow('mine')
    await task()
    expect(connection.received).toEqual([])
    expect(isBegun()).toBe(false)
  })

  test.each([
    ['a result', [RESULT, 1, 5]],
    ['a failure', [FAILURE, 1, 'E_MINE', 'why']],
  ])('keeps no listener after %s, and cancels nothing then', async (_, message) => {
    const { abort, signal, listeners } = counted()
    const call = outcome(connection.client.call['one']!(5, { signal }))
    connection.answer(message)
    await call
    expect(listeners()).toBe(0)
    abort.abort()
    await task()
    expect(connection.received).toHaveLength(1)
  })

  test('keeps no listener after the connection has ended, or if the request cannot be sent', async () => {
    const { signal, listeners } = counted()
    expect(await outcome(connection.client.call['one']!(new Map(), { signal }))).toHaveProperty('code')
    expect(listeners()).toBe(0)
    const call = outcome(connection.client.call['one']!(5, { signal }))
    await connection.client.close()
    await call
    expect(listeners()).toBe(0)
  })

  test('keeps no listener after a result that was left early', async () => {
    const { signal, listeners } = counted()
    const call = connection.client.call['one']!(5, { signal })
    connection.answer([RESULT, 1, null, true])
    await ((await call) as AsyncIterable<unknown>)[Symbol.asyncIterator]().return!()
    expect(listeners()).toBe(0)
  })

  test('still cancels a result that has begun', async () => {
    const { abort, signal, listeners } = counted()
    const call = connection.client.call['one']!(5, { signal })
    connection.answer([RESULT, 1, null, true])
    const items = ((await call) as AsyncIterable<unknown>)[Symbol.asyncIterator]()
    const next = items.next()
    expect(listeners()).toBe(1)
    abort.abort(new Error('mine'))
    await expect(next).rejects.toThrow('mine')
    await task()
    expect(connection.received.at(-1)).toEqual([CANCEL, 1])
    expect(listeners()).toBe(0)
  })
})

describe('a deadline', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  test('cancels the call when it is over, and not before', async () => {
    let result: unknown
    void outcome(connection.client.call['one']!(5, { deadline: 999.5 })).then((one) => {
      result = one
    })
    await vi.advanceTimersByTimeAsync(998)
    expect(result).toBeUndefined()
    await vi.advanceTimersByTimeAsync(2)
    expect(result).toMatchObject({
      code: 'E_SERVICE_DEADLINE',
      message: expect.stringMatching(/one in time; expected an answer within 1000 ms/),
    })
    await task()
    expect(connection.received.at(-1)).toEqual([CANCEL, 1])
    connection.answer([RESULT, 1, 'late'])
  })

  test('does nothing after the answer', async () => {
    const call = connection.client.call['one']!(5, { deadline: 1000 })
    connection.answer([RESULT, 1, 'in time'])
    expect(await call).toBe('in time')
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(2000)
    expect(connection.received).toHaveLength(1)
  })

  test('limits a result that is a stream until its end', async () => {
    const call = connection.client.call['one']!(5, { deadline: 1000 })
    connection.answer([RESULT, 1, null, true])
    const items = ((await call) as AsyncIterable<unknown>)[Symbol.asyncIterator]()
    const next = outcome(items.next())
    await vi.advanceTimersByTimeAsync(1000)
    expect(await next).toMatchObject({ code: 'E_SERVICE_DEADLINE' })
  })

  test('may be Infinity', async () => {
    const call = connection.client.call['one']!(5, { deadline: Number.POSITIVE_INFINITY })
    await vi.advanceTimersByTimeAsync(1e10)
    connection.answer([RESULT, 1, 'at last'])
    expect(await call).toBe('at last')
  })
})

/** A stream that notes whether anybody has begun it. */
function untouched() {
  let isBegun = false
  const items = {
    [Symbol.asyncIterator]() {
      isBegun = true
      return { next: () => new Promise<never>(() => {}) }
    },
  }
  return { items, isBegun: () => isBegun }
}
