/** A pool over enclaves of the test: who gets which call, what happens when one ends, and what is refused. */
import { beforeEach, describe, expect, test } from 'vitest'
import { createPool, type Pool } from '../../src/pool/index.ts'
import { FakeParent } from './fake-parent.ts'

type Service = { work(request: unknown): unknown }

let parent: FakeParent
beforeEach(() => {
  parent = new FakeParent()
})

const open = (options: object = {}): Promise<Pool<Service>> =>
  createPool<Service>(new Uint8Array(), { size: 2, parent: parent.asParent, ...options })

const called = (count: number) =>
  expect.poll(() => parent.enclaves.flatMap(({ calls }) => calls)).toHaveLength(count)
const enclavesAre = (count: number) => expect.poll(() => parent.enclaves).toHaveLength(count)

describe('calls', () => {
  test('go to the least busy enclave', async () => {
    await using pool = await open()
    await enclavesAre(2)
    const all = [1, 2, 3, 4].map((request) => pool.call.work(request))
    await called(4)
    expect(parent.enclaves.map(({ calls }) => calls.map(({ request }) => request))).toEqual([
      [1, 3],
      [2, 4],
    ])
    for (const enclave of parent.enclaves) for (const value of ['a', 'b']) enclave.answer(value)
    expect(await Promise.all(all)).toEqual(['a', 'a', 'b', 'b'])
    expect(pool.stats()).toMatchObject({ running: 0, queued: 0, calls: { answered: 4 }, memoryUsed: 2000 })
  })

  test('beyond the concurrency wait in their order, and are refused beyond the queue', async () => {
    await using pool = await open({ size: 1, concurrency: 1, maxQueue: 2 })
    const calls = [1, 2, 3].map((request) => pool.call.work(request))
    await called(1)
    expect(pool.stats()).toMatchObject({ running: 1, queued: 2 })
    await expect(pool.call.work(4)).rejects.toMatchObject({ code: 'E_POOL_BUSY' })
    const [enclave] = parent.enclaves
    for (const request of [1, 2, 3]) {
      await expect.poll(() => enclave!.calls).toMatchObject([{ request }])
      enclave!.answer(request)
    }
    expect(await Promise.all(calls)).toEqual([1, 2, 3])
    expect(pool.stats().calls).toEqual({ answered: 3, failed: 0, refused: 1, lost: 0 })
  })

  test('that wait can be aborted, and have a deadline', async () => {
    await using pool = await open({ size: 1, concurrency: 1 })
    const first = pool.call.work(1)
    const reason = new Error('not wanted any more')
    const controller = new AbortController()
    const aborted = expect(pool.call.work(2, { signal: controller.signal })).rejects.toBe(reason)
    const late = expect(pool.call.work(3, { deadline: 1 })).rejects.toMatchObject({
      code: 'E_SERVICE_DEADLINE',
      message: expect.stringContaining('not begun'),
    })
    controller.abort(reason)
    await Promise.all([aborted, late])
    expect(pool.stats().queued).toBe(0)
    await called(1)
    parent.enclaves[0]!.answer('one')
    expect(await first).toBe('one')
  })

  test('that the service refuses count as answered by the enclave', async () => {
    await using pool = await open({ size: 1 })
    const call = expect(pool.call.work(1)).rejects.toMatchObject({ code: 'E_OWN' })
    await called(1)
    const [enclave] = parent.enclaves
    enclave!.send([2, enclave!.calls.shift()!.id, 'E_OWN', 'no'])
    await call
    expect(pool.stats()).toMatchObject({ running: 0, calls: { failed: 1 } })
  })
})

describe('an enclave that ends', () => {
  test('is replaced; its calls fail, those that wait do not', async () => {
    await using pool = await open({ size: 1, concurrency: 1 })
    const lost = expect(pool.call.work(1)).rejects.toMatchObject({
      code: 'E_POOL_LOST',
      got: 'trapped: unreachable',
    })
    const waiting = pool.call.work(2)
    await called(1)
    parent.enclaves[0]!.die()
    await lost
    await enclavesAre(2)
    await expect.poll(() => parent.enclaves[1]!.calls).toHaveLength(1)
    parent.enclaves[1]!.answer('two')
    expect(await waiting).toBe('two')
    expect(pool.stats()).toMatchObject({ starts: 2, ends: { trapped: 1 }, calls: { lost: 1, answered: 1 } })
  })

  test('is stopped if only its service has closed the connection', async () => {
    await using pool = await open({ size: 1 })
    const lost = expect(pool.call.work(1)).rejects.toMatchObject({ code: 'E_POOL_LOST' })
    await called(1)
    parent.enclaves[0]!.send([1, 99, 'about a call that was never made'])
    await lost
    expect(parent.enclaves[0]!.stopped).toBe('its service has closed the connection')
    await enclavesAre(2)
  })

  test('is replaced before it ends, when it has served enough', async () => {
    await using pool = await open({ size: 1, recycleAfter: 2 })
    const calls = [1, 2].map((request) => pool.call.work(request))
    await called(2)
    await enclavesAre(2)
    const third = pool.call.work(3)
    await expect.poll(() => parent.enclaves[1]!.calls).toHaveLength(1)
    expect(parent.enclaves[0]!.stopped).toBeUndefined()
    for (const value of ['a', 'b']) parent.enclaves[0]!.answer(value)
    parent.enclaves[1]!.answer('c')
    expect(await Promise.all([...calls, third])).toEqual(['a', 'b', 'c'])
    await expect.poll(() => parent.enclaves[0]!.stopped).toBe('it was replaced')
  })
})

describe('an image whose enclaves do not live', () => {
  test('makes no pool', async () => {
    parent.failing = 1
    await expect(open()).rejects.toMatchObject({ code: 'E_ENCLAVE_BOOT' })
  })

  test('is given up after three ends without an answer, and does not start for ever', async () => {
    await using pool = await open({ size: 1, concurrency: 1 })
    const calls = [1, 2, 3, 4].map((request) => pool.call.work(request).catch((error) => error.code))
    for (let count = 1; count <= 3; count++) {
      await enclavesAre(count)
      await expect.poll(() => parent.enclaves[count - 1]!.calls).toHaveLength(1)
      parent.enclaves[count - 1]!.die()
    }
    expect(await Promise.all(calls)).toEqual(['E_POOL_LOST', 'E_POOL_LOST', 'E_POOL_LOST', 'E_POOL_FAILED'])
    await expect(pool.call.work(3)).rejects.toMatchObject({
      code: 'E_POOL_FAILED',
      got: expect.stringContaining('trapped'),
    })
    expect(parent.enclaves).toHaveLength(3)
    expect(pool.stats()).toMatchObject({ enclaves: 0, starting: 0 })
  })

  test('is not given up because the parent has no room for a moment', async () => {
    parent.code = 'E_POOL_VCPUS' as never
    await using pool = await open({ size: 1 })
    parent.failing = 4
    parent.enclaves[0]!.die()
    await enclavesAre(2)
    const call = pool.call.work(1)
    await expect.poll(() => parent.enclaves[1]!.calls).toHaveLength(1)
    parent.enclaves[1]!.answer('yes')
    expect(await call).toBe('yes')
  })
})

describe('closing', () => {
  test('waits for calls, refuses new ones, and stops every enclave', async () => {
    const pool = await open({ size: 1, concurrency: 1 })
    const calls = [1, 2].map((request) => pool.call.work(request))
    const closing = pool.close()
    await expect(pool.call.work(3)).rejects.toMatchObject({ code: 'E_POOL_CLOSED' })
    for (const request of [1, 2]) {
      await expect.poll(() => parent.enclaves[0]!.calls).toMatchObject([{ request }])
      parent.enclaves[0]!.answer(request)
    }
    expect(await Promise.all(calls)).toEqual([1, 2])
    await closing
    expect(parent.running).toEqual([])
    expect(pool.close()).toBe(pool.close())
  })

  test('does not wait longer than it may', async () => {
    const pool = await open({ size: 1, concurrency: 1 })
    const running = expect(pool.call.work(1)).rejects.toMatchObject({ code: 'E_POOL_LOST' })
    const waiting = expect(pool.call.work(2)).rejects.toMatchObject({ code: 'E_POOL_CLOSED' })
    await pool.close({ timeout: 1 })
    await Promise.all([running, waiting])
    expect(parent.running).toEqual([])
  })
})

test.each([
  [{ size: 0 }, 'size'],
  [{ size: 1.5 }, 'size'],
  [{ size: 9 }, 'less than the pool needs'],
  [{ concurrency: 0 }, 'concurrency'],
  [{ maxQueue: -1 }, 'maxQueue'],
  [{ recycleAfter: 0 }, 'recycleAfter'],
  [{ isolation: 'thread' }, 'isolation'],
  [{ sise: 2 }, 'sise'],
])('the options %o are refused', async (options, named) => {
  await expect(open(options)).rejects.toMatchObject({
    code: 'E_POOL_OPTION',
    message: expect.stringContaining(named),
  })
  expect(parent.enclaves).toEqual([])
})
