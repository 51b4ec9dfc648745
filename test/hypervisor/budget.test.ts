/**
 * The budget of one turn of a link: a number of steps and an amount of time, shared by all links; and the kept part of
 * a console.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CONSOLE_LENGTH } from '../../src/boundary/shared-memory.ts'
import { Budget, COSTLY } from '../../src/hypervisor/budget.ts'
import { KeptConsole } from '../../src/hypervisor/kept-console.ts'

const STEPS = 256
const BLIND = 8

describe('a budget', () => {
  let now: number
  let budget: Budget

  beforeEach(() => {
    now = 1000
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    budget = new Budget()
  })
  afterEach(() => {
    budget.close()
    vi.restoreAllMocks()
  })

  test(`allows ${STEPS} steps, and as many again after it is renewed`, () => {
    budget.take(STEPS - 1)
    expect(budget.isLeft).toBe(true)
    budget.take()
    expect(budget.isLeft).toBe(false)
    budget.renew()
    expect(budget.isLeft).toBe(true)
  })

  test('allows 16 costly steps', () => {
    for (let count = 0; count < 15; count++) budget.take(COSTLY)
    expect(budget.isLeft).toBe(true)
    budget.take(COSTLY)
    expect(budget.isLeft).toBe(false)
  })

  test('allows 2 ms, and reads the clock at every eighth step', () => {
    budget.begin()
    budget.take(BLIND - 1)
    now += 2
    expect(budget.isLeft).toBe(true)
    budget.take()
    expect(budget.isLeft).toBe(false)
    budget.end()
    budget.renew()
    budget.begin()
    now += 1.5
    budget.end()
    expect(budget.isLeft).toBe(true)
    // Time that passes while its link is idle does not count.
    now += 100
    budget.take(COSTLY)
    expect(budget.isLeft).toBe(true)
    budget.begin()
    now += 0.5
    budget.end()
    expect(budget.isLeft).toBe(false)
  })

  test('shares the time with other links, and allows at least a tenth of a millisecond', () => {
    const others = [new Budget()]
    const spend = (time: number) => {
      budget.renew()
      budget.begin()
      now += time
      budget.end()
      return budget.isLeft
    }
    expect([spend(0.99), spend(1)]).toEqual([true, false])
    while (others.length < 99) others.push(new Budget())
    expect([spend(0.09), spend(0.11)]).toEqual([true, false])
    for (const other of others) other.close()
    expect([spend(1.99), spend(2)]).toEqual([true, false])
  })
})

describe('a kept console', () => {
  test('contains what was added, up to the newest 65,536 bytes, however it was split', () => {
    const kept = new KeptConsole()
    expect(kept.read()).toEqual({ bytes: new Uint8Array(0), total: 0 })
    let all = new Uint8Array(0)
    let byte = 0
    for (const length of [1, 7, 65_527, 1, 1, 30_000, 65_536, 65_537, 200_000, 0, 3, 65_535]) {
      const part = Uint8Array.from({ length }, () => (byte = (byte + 1) % 251))
      kept.add(part)
      const longer = new Uint8Array(all.byteLength + length)
      longer.set(all)
      longer.set(part, all.byteLength)
      all = longer
      expect(kept.read()).toEqual({ bytes: all.slice(-CONSOLE_LENGTH), total: all.byteLength })
    }
  })
})
