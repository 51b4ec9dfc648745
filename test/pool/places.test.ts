/** What calls of a pool leave behind: their places, the image of the pool, and its listeners. */
import { beforeEach, expect, test, vi } from 'vitest'
import { createPool, type Pool } from '../../src/pool/index.ts'
import { releasedAfter } from '../../src/pool/released-after.ts'
import { Kind } from '../../src/service/protocol.ts'
import { FakeParent } from './fake-parent.ts'

const { RESULT, ITEM, FAILURE } = Kind
type Service = { work(request: unknown): unknown; items(): AsyncIterable<unknown> }

let parent: FakeParent
beforeEach(() => {
  parent = new FakeParent()
})

const open = (options: object = {}): Promise<Pool<Service>> =>
  createPool<Service>(new Uint8Array(), { size: 1, parent: parent.asParent, ...options })

const called = () => expect.poll(() => parent.enclaves[0]?.calls).toHaveLength(1)

/** A result of items that has begun. */
async function begun(pool: Pool<Service>) {
  const call = pool.call.items()
  await called()
  const [enclave] = parent.enclaves
  const { id } = enclave!.calls.shift()!
  enclave!.send([RESULT, id, null, true])
  enclave!.send([ITEM, id, 'first'])
  return { items: (await call)[Symbol.asyncIterator](), enclave: enclave!, id }
}

test('a stream that is left before its first item gives its place back', async () => {
  await using pool = await open()
  const { items } = await begun(pool)
  expect(pool.stats().running).toBe(1)
  await items.return!()
  await items.return!()
  expect(pool.stats().running).toBe(0)
})

test('a stream that fails gives its place back once', async () => {
  await using pool = await open()
  const { items, enclave, id } = await begun(pool)
  expect(await items.next()).toEqual({ done: false, value: 'first' })
  enclave.send([FAILURE, id, 'E_OWN', 'why'])
  await expect(items.next()).rejects.toMatchObject({ code: 'E_OWN' })
  expect(await items.next()).toEqual({ done: true, value: undefined })
  expect(pool.stats().running).toBe(0)
})

test('a service that is a client itself may fail as one: its enclave is not lost', async () => {
  await using pool = await open()
  const call = expect(pool.call.work(1)).rejects.toMatchObject({ code: 'E_SERVICE_CLOSED' })
  await called()
  const [enclave] = parent.enclaves
  enclave!.send([FAILURE, enclave!.calls[0]!.id, 'E_SERVICE_CLOSED', 'another connection'])
  await call
  expect(pool.stats()).toMatchObject({ running: 0, enclaves: 1, calls: { failed: 1, lost: 0 } })
})

test('the image that a pool has prepared is closed with it, or if it cannot be created', async () => {
  const pool = await open()
  expect(parent.isImageClosed).toBe(false)
  await pool.close()
  expect(parent.isImageClosed).toBe(true)
  parent = new FakeParent()
  parent.failing = 1
  await expect(open()).rejects.toMatchObject({ code: 'E_ENCLAVE_BOOT' })
  expect(parent.isImageClosed).toBe(true)
})

test('a pool that is being closed does not wait for calls that were aborted in its queue', async () => {
  const pool = await open({ concurrency: 1 })
  parent.failing = Number.POSITIVE_INFINITY
  parent.code = 'E_POOL_VCPUS'
  parent.enclaves[0]!.die()
  await expect.poll(() => pool.stats().enclaves).toBe(0)
  const controller = new AbortController()
  const call = expect(pool.call.work(1, { signal: controller.signal })).rejects.toThrow()
  const closing = pool.close({ timeout: Number.POSITIVE_INFINITY })
  controller.abort()
  await Promise.all([call, closing])
})

test('waiting for room in the parent leaves no listener', async () => {
  const pool = await open()
  const add = vi.spyOn(AbortSignal.prototype, 'addEventListener')
  const remove = vi.spyOn(AbortSignal.prototype, 'removeEventListener')
  parent.failing = 3
  parent.code = 'E_POOL_VCPUS'
  parent.enclaves[0]!.die()
  await expect.poll(() => parent.enclaves).toHaveLength(2)
  const removed = remove.mock.calls.map(([, listener]) => listener)
  const added = add.mock.calls.map(([, listener]) => listener)
  add.mockRestore()
  remove.mockRestore()
  expect(removed.length).toBeGreaterThanOrEqual(3)
  expect(added.filter((listener) => !removed.includes(listener))).toEqual([])
  await pool.close()
})

test('enclaves that still answer while they are replaced count: there is one more than the size at most', async () => {
  await using pool = await open({ recycleAfter: 1 })
  const calls = [1, 2, 3].map((request) => pool.call.work(request))
  await expect.poll(() => parent.enclaves[1]?.calls).toHaveLength(1)
  expect(pool.stats()).toMatchObject({ running: 2, queued: 1, starting: 0 })
  expect(parent.enclaves).toHaveLength(2)
  for (const at of [0, 1, 2]) {
    await expect.poll(() => parent.enclaves[at]?.calls).toHaveLength(1)
    parent.enclaves[at]!.answer(at)
  }
  expect(await Promise.all(calls)).toEqual([0, 1, 2])
})

test('a stream that cannot be left gives its place back too', async () => {
  let released = 0
  const failing = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ done: false, value: 1 }),
      return: () => Promise.reject(new Error('broken')),
    }),
  }
  const items = releasedAfter(failing, () => {
    released += 1
  })
  await expect(items.return!()).rejects.toThrow('broken')
  expect(released).toBe(1)
})
