/** Values that are loaded on first use. */
import { expect, test } from 'vitest'
import { loadOnce } from '../../src/base/load-once.ts'

test('a value is loaded by the first call, once', async () => {
  let calls = 0
  const load = loadOnce(async () => ++calls)
  expect(calls).toBe(0)
  expect(await Promise.all([load(), load()])).toEqual([1, 1])
  expect(await load()).toBe(1)
})

test('after a failure the next call tries again; all who waited get the error', async () => {
  let calls = 0
  const load = loadOnce(async () => {
    calls += 1
    if (calls === 1) throw new Error('no network')
    return calls
  })
  const failed = await Promise.allSettled([load(), load()])
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await load()).toBe(2)
})
