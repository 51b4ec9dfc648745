/** The times that an enclave is given, to start and to run: each ends it, and none sooner. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { tasks } from './kernel-ends.ts'
import { booted, running, settled } from './placed-enclave.ts'

/** Milliseconds that a start may take where nothing else is said. */
const START = 20_000

describe('a time that is up', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  test.each([
    [undefined, START],
    [300, 300],
  ])('ends a start with deadline %s after %i ms, and no sooner', async (startTimeout, time) => {
    const { process } = await booted({ startTimeout })
    vi.advanceTimersByTime(time - 1)
    expect(await settled(process.ended)).toBe(false)
    vi.advanceTimersByTime(1)
    expect(await process.ended).toEqual({ kind: 'deadline', message: `it did not start within ${time} ms` })
    await expect(process.running()).rejects.toMatchObject({ code: 'E_ENCLAVE_BOOT' })
  })

  test('of a start is nothing to a program that runs', async () => {
    const { process } = await running()
    vi.advanceTimersByTime(10 * START)
    expect(await settled(process.ended)).toBe(false)
    await process.end({ kind: 'killed', message: 'enough' })
  })

  test('ends a program with its run, and no sooner', async () => {
    const { process } = await running({ runTimeout: 500 })
    vi.advanceTimersByTime(499)
    expect(await settled(process.ended)).toBe(false)
    vi.advanceTimersByTime(1)
    expect(await process.ended).toEqual({ kind: 'deadline', message: 'it ran for more than 500 ms' })
  })

  test('is waited for no longer once the program has ended', async () => {
    const { process } = await running({ runTimeout: 500 })
    expect(vi.getTimerCount()).toBeGreaterThan(0)
    await process.end({ kind: 'killed', message: 'enough' })
    await tasks(3)
    expect(vi.getTimerCount()).toBe(0)
  })
})
