/** The time limits for starting and running: each ends the enclave, and not earlier. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { tasks } from './kernel-ends.ts'
import { booted, running, settled } from './placed-enclave.ts'

/** Default time limit of a start in milliseconds. */
const START = 20_000

describe('a time limit', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  test.each([
    [undefined, START],
    [300, 300],
  ])('of a start, set to %s, ends it after %i ms and not earlier', async (startTimeout, time) => {
    const { process } = await booted({ startTimeout })
    vi.advanceTimersByTime(time - 1)
    expect(await settled(process.ended)).toBe(false)
    vi.advanceTimersByTime(1)
    expect(await process.ended).toEqual({ kind: 'deadline', message: `it did not start within ${time} ms` })
    await expect(process.running()).rejects.toMatchObject({ code: 'E_ENCLAVE_BOOT' })
  })

  test('of a start does not end a running program', async () => {
    const { process } = await running()
    vi.advanceTimersByTime(10 * START)
    expect(await settled(process.ended)).toBe(false)
    await process.end({ kind: 'killed', message: 'enough' })
  })

  test('of a run ends the program after that time and not earlier', async () => {
    const { process } = await running({ runTimeout: 500 })
    vi.advanceTimersByTime(499)
    expect(await settled(process.ended)).toBe(false)
    vi.advanceTimersByTime(1)
    expect(await process.ended).toEqual({ kind: 'deadline', message: 'it ran for more than 500 ms' })
  })

  test('of a run is cancelled when the program has ended', async () => {
    const { process } = await running({ runTimeout: 500 })
    expect(vi.getTimerCount()).toBeGreaterThan(0)
    await process.end({ kind: 'killed', message: 'enough' })
    await tasks(3)
    expect(vi.getTimerCount()).toBe(0)
  })
})
