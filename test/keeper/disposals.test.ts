/** A group of resources that are disposed of together. */
import { expect, test } from 'vitest'
import { Disposals } from '../../src/keeper/disposals.ts'

test('resources are disposed of in reverse order, despite errors, and not after they were released', async () => {
  const order: string[] = []
  const disposals = new Disposals()
  const thing = { name: 'used', [Symbol.asyncDispose]: async () => void order.push('used') }
  expect(disposals.use(thing)).toBe(thing)
  disposals.defer(() => Promise.reject(new Error('stuck')))
  disposals.defer(async () => void order.push('deferred'))
  await expect(disposals[Symbol.asyncDispose]()).rejects.toThrow('stuck')
  expect(order).toEqual(['deferred', 'used'])
  await disposals[Symbol.asyncDispose]()
  disposals.use(thing)
  disposals.release()
  await disposals[Symbol.asyncDispose]()
  expect(order).toHaveLength(2)
})
