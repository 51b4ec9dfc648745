/** Requests run for a limited time, and then yield to other tasks of the thread. */
import { expect, test } from 'vitest'
import { Turns } from '../../../src/kms/vsock/turns.ts'
import { yieldToTasks } from '../../../src/platform/yield.ts'

/** The number of requests that finish in each task, for `count` requests that take `milliseconds` each. */
async function doneByTask(count: number, milliseconds: number): Promise<number[]> {
  let now = 1000
  const turns = new Turns(() => now)
  let done = 0
  const requests = Array.from({ length: count }, () =>
    turns.run(async () => {
      await Promise.resolve()
      done += 1
      now += milliseconds
    }),
  )
  const seen: number[] = []
  for (let before = 0; before < count; before = done) {
    await yieldToTasks()
    if (done > before) seen.push(done - before)
  }
  await Promise.all(requests)
  return seen
}

test('requests run for four milliseconds, and then yield to other tasks', async () => {
  expect(await doneByTask(10, 1)).toEqual([4, 4, 2])
  expect(await doneByTask(3, 3)).toEqual([2, 1])
})

test('a long request has a task of its own', async () => {
  expect(await doneByTask(3, 50)).toEqual([1, 1, 1])
})

test('fast requests all run in one task', async () => {
  expect(await doneByTask(1000, 0)).toEqual([1000])
})

test('a request that waits does not block others, and its result is returned', async () => {
  const turns = new Turns(() => 0)
  const { promise, resolve } = Promise.withResolvers<string>()
  const first = turns.run(() => promise)
  expect(await turns.run(async () => 'second')).toBe('second')
  resolve('first')
  expect(await first).toBe('first')
})

test('a request that fails rejects, and the next runs', async () => {
  const turns = new Turns(() => 0)
  const failing = turns.run(() => Promise.reject(new Error('broken')))
  const next = turns.run(async () => 'next')
  await expect(failing).rejects.toThrow('broken')
  expect(await next).toBe('next')
})
