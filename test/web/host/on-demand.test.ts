/** Parts of the Worker that are loaded by their first call. */
import { expect, test } from 'vitest'
import { onDemand } from '../../../web/host/on-demand.ts'

type Adder = { add(left: number, right: number): Promise<number> }

class Sum {
  #calls = 0
  async add(left: number, right: number) {
    this.#calls += 1
    return left + right + this.#calls * 100
  }
}

test('is loaded once, by the first call', async () => {
  let loads = 0
  const sum = onDemand(async () => {
    loads += 1
    return new Sum()
  }) as Adder
  expect(loads).toBe(0)
  expect(await Promise.all([sum.add(1, 2), sum.add(3, 4)])).toEqual([103, 207])
  expect(loads).toBe(1)
})

test('is loaded again after a failed load', async () => {
  let loads = 0
  const sum = onDemand(async () => {
    loads += 1
    if (loads === 1) throw new Error('no network')
    return new Sum()
  }) as Adder
  await expect(sum.add(1, 2)).rejects.toThrow('no network')
  expect(await sum.add(1, 2)).toBe(103)
})

test('can be awaited, which neither loads it nor hangs', async () => {
  let loads = 0
  const sum = onDemand(async () => {
    loads += 1
    return new Sum()
  }) as Adder
  expect(await Promise.resolve(sum)).toBe(sum)
  expect(loads).toBe(0)
  expect(await sum.add(1, 2)).toBe(103)
})
