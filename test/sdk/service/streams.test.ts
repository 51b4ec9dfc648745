/** Streams between an enclave and its caller, both ways: back-pressure, errors, and ends from either side. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ServiceClient } from '../../../src/client/index.ts'
import { STREAM_WINDOW } from '../../../src/service/protocol.ts'
import { type AnyService, outcome } from '../../client/fake-service.ts'
import type { Laboratory } from '../../support/laboratory.ts'
import { clientOf, collect, count, servedBy } from './sessions.ts'

const KIB = 1024

let lab: Laboratory
let client: ServiceClient<AnyService>
beforeAll(async () => {
  lab = await servedBy(`{
    count: async function* (end) {
      try { for (let at = 0; at < end; at++) yield at }
      finally { noted.push('count has ended') }
    },
    blocks: async function* ({ length, end }) {
      globalThis.made = 0
      const block = new Uint8Array(length)
      try { for (; made < end; made++) yield block }
      finally { noted.push('blocks has ended') }
    },
    made: () => made,
    noted: () => noted.splice(0),
    sum: async (items) => { let sum = 0; for await (const item of items) sum += item; return sum },
    double: async function* (items) { for await (const item of items) yield 2 * item },
    first: async (items) => { for await (const item of items) return item },
    ignores: () => 'done',
    ignoresThem: async () => 'done',
    slow: async (items) => {
      globalThis.taken = 0
      for await (const item of items) {
        taken += 1
        await new Promise((resolve) => noted.push(resolve))
      }
      return taken
    },
    taken: () => taken,
    next: () => { for (const resolve of noted.splice(0)) resolve(); return taken },
    fails: async function* () {
      yield 1
      yield 2
      throw Object.assign(new Error('why'), { code: 'E_MINE' })
    },
    unsendable: async function* () { yield 1; yield new Map() },
    tells: async (items) => {
      try { for await (const item of items); return 'all' } catch (error) { return error.code }
    },
    abortsStream: async function* (_, { signal }) {
      yield signal.aborted
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      noted.push('stream aborted: ' + signal.reason.code)
    },
    reads: async (items, { signal }) => {
      try { for await (const item of items); noted.push('read all') }
      catch (error) { noted.push('reading: ' + error.code + ', ' + signal.aborted) }
    },
    careless: async function* (items) {
      // Does not care about its request.
      try { for (;;) yield new Uint8Array(65536) }
      finally { noted.push('careless has ended') }
    },
  }`)
  client = await clientOf(lab)
})
afterAll(() => lab[Symbol.asyncDispose]())
beforeEach(async () => {
  await client.call['noted']!()
  notes = []
})

/** What functions have noted in this test. */
let notes: unknown[] = []
const noted = () =>
  expect.poll(async () => {
    notes.push(...((await client.call['noted']!()) as unknown[]))
    return notes
  })

describe('a stream', () => {
  test('as result arrives in order', async () => {
    const items = await client.call['count']!(1000)
    expect(await collect(items)).toEqual(await collect(count(1000)))
    expect(await collect(await client.call['count']!(0))).toEqual([])
  })

  test('as request arrives, and the result is that of the function', async () => {
    expect(await client.call['sum']!(count(1000))).toBe((999 * 1000) / 2)
    expect(await client.call['sum']!(count(0))).toBe(0)
  })

  test('in both directions does not wait for the end of the other', async () => {
    const { readable, writable } = new TransformStream<number>()
    const writer = writable.getWriter()
    const items = await client.call['double']!(readable)
    const reader = items[Symbol.asyncIterator]()
    for (let at = 0; at < 20; at++) {
      await writer.write(at)
      expect(await reader.next()).toEqual({ done: false, value: 2 * at })
    }
    await writer.close()
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })

  test('has any number of items: 100,000 each way, many times its window', async () => {
    expect(await client.call['sum']!(count(100_000))).toBe((99_999 * 100_000) / 2)
    let expected = 0
    for await (const item of await client.call['count']!(100_000)) expect(item).toBe(expected++)
    expect(expected).toBe(100_000)
  })

  test('has items larger than the window', async () => {
    const blocks = await client.call['blocks']!({ length: 5 * STREAM_WINDOW, end: 4 })
    expect((await collect(blocks)).map((block) => (block as Uint8Array).length)).toEqual(
      new Array(4).fill(5 * STREAM_WINDOW),
    )
  })

  test('runs beside others, and calls are answered meanwhile', async () => {
    const streams = Array.from({ length: 10 }, async () => collect(await client.call['count']!(2000)))
    const sums = Array.from({ length: 10 }, () => client.call['sum']!(count(2000)))
    expect(await client.call['ignores']!()).toBe('done')
    expect((await Promise.all(streams)).map((items) => items.length)).toEqual(new Array(10).fill(2000))
    expect(await Promise.all(sums)).toEqual(new Array(10).fill((1999 * 2000) / 2))
  })
})

describe('back-pressure', () => {
  test('stops a function that produces faster than its caller takes', async () => {
    const blocks = await client.call['blocks']!({ length: KIB, end: Number.POSITIVE_INFINITY })
    const reader = blocks[Symbol.asyncIterator]()
    await expect.poll(() => client.call['made']!()).toBeGreaterThan(200)
    // A call and its answer pass behind all that was sent.
    for (let turn = 0; turn < 20; turn++) await client.call['made']!()
    const made = (await client.call['made']!()) as number
    expect(made * KIB).toBeLessThanOrEqual(STREAM_WINDOW + KIB)
    for (let taken = 0; taken < 1000; taken++) await reader.next()
    const later = (await client.call['made']!()) as number
    expect(later).toBeGreaterThanOrEqual(1000)
    expect((later - 1000) * KIB).toBeLessThanOrEqual(STREAM_WINDOW + KIB)
    await reader.return?.()
    await noted().toEqual(['blocks has ended'])
  })

  test('stops a caller that produces faster than the function takes', async () => {
    let made = 0
    async function* blocks() {
      for (; made < 2000; made++) yield new Uint8Array(KIB)
    }
    const result = client.call['slow']!(blocks())
    await expect.poll(() => client.call['taken']!()).toBe(1)
    for (let turn = 0; turn < 20; turn++) await client.call['taken']!()
    expect(made * KIB).toBeLessThanOrEqual(STREAM_WINDOW + KIB)
    const before = made
    for (let taken = 1; taken <= 400; ) taken = (await client.call['next']!()) as number
    expect(made).toBeGreaterThan(before)
    expect((made - 400) * KIB).toBeLessThanOrEqual(STREAM_WINDOW + 4 * KIB)
    let over = false
    void result.then(() => {
      over = true
    })
    while (!over) await client.call['next']!()
    expect(await result).toBe(2000)
  })

  test('of one stream stops neither other streams nor calls', async () => {
    const blocked = await client.call['blocks']!({ length: 64 * KIB, end: Number.POSITIVE_INFINITY })
    expect(await client.call['sum']!(count(20_000))).toBe((19_999 * 20_000) / 2)
    expect(await collect(await client.call['count']!(20_000))).toHaveLength(20_000)
    await blocked[Symbol.asyncIterator]().return()
  })
})

describe('a result', () => {
  test('that fails in the middle gives its items, and then the error', async () => {
    const items: unknown[] = []
    const reading = (async () => {
      for await (const item of await client.call['fails']!()) items.push(item)
    })()
    expect(await outcome(reading)).toEqual({ code: 'E_MINE', message: 'E_MINE: why' })
    expect(items).toEqual([1, 2])
  })

  test('with an item that cannot be sent gives E_SERVICE_VALUE', async () => {
    const reading = (async () => collect(await client.call['unsendable']!()))()
    expect(await outcome(reading)).toMatchObject({ code: 'E_SERVICE_VALUE' })
  })

  test('whose loop is left early ends the function’s generator', async () => {
    for await (const item of await client.call['count']!(1e9)) if (item === 3) break
    await noted().toEqual(['count has ended'])
  })

  test('is cancelled with the call: the signal aborts and the items end', async () => {
    const abort = new AbortController()
    const items = await client.call['abortsStream']!(null, { signal: abort.signal })
    const reader = items[Symbol.asyncIterator]()
    expect(await reader.next()).toEqual({ done: false, value: false })
    abort.abort(new Error('mine'))
    await expect(reader.next()).rejects.toThrow('mine')
    await noted().toEqual(['stream aborted: E_SERVICE_CANCELLED'])
  })
})

describe('a request', () => {
  test.each(['first', 'ignores', 'ignoresThem'])('is ended if the function has ended: %s', async (name) => {
    let isEnded = false
    async function* endless() {
      try {
        yield* count()
      } finally {
        isEnded = true
      }
    }
    expect(await client.call[name]!(endless())).toBe(name === 'first' ? 0 : 'done')
    await expect.poll(() => isEnded).toBe(true)
  })

  test('that fails tells the function, which gets no details', async () => {
    async function* failing() {
      yield 1
      throw new Error('secret of the parent')
    }
    expect(await outcome(client.call['reads']!(failing()))).toMatchObject({ message: 'secret of the parent' })
    await noted().toEqual([expect.stringMatching(/^reading: E_SERVICE_CANCELLED/)])
  })

  test('that fails ends a result that does not depend on it', async () => {
    const { promise, reject } = Promise.withResolvers<void>()
    async function* failing() {
      yield 1
      await promise
    }
    const items = await client.call['careless']!(failing())
    const reader = items[Symbol.asyncIterator]()
    await reader.next()
    reject(new Error('mine'))
    await expect(collect(items)).rejects.toThrow('mine')
    await noted().toEqual(['careless has ended'])
  })

  test('whose caller has gone fails in the function', async () => {
    const other = await clientOf(lab)
    const call = outcome(other.call['reads']!(new ReadableStream()))
    await other.call['ignores']!()
    await other.close()
    expect(await call).toMatchObject({ code: 'E_SERVICE_CLOSED' })
    await noted().toEqual([expect.stringMatching(/^reading: E_SERVICE_CANCELLED/)])
  })
})
