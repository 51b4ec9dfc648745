/** Waiting with an end. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { within } from '../../src/network/deadline.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const never = () => new Promise<never>(() => {})

test('what is waited for is returned, and nothing is left', async () => {
  const stop = vi.fn()
  const { signal } = new AbortController()
  const remove = vi.spyOn(signal, 'removeEventListener')
  expect(await within({ timeout: 10, signal }, 'it', async () => 7, stop)).toBe(7)
  await expect(within({ timeout: 10 }, 'it', () => Promise.reject(new Error('own')), stop)).rejects.toThrow(
    'own',
  )
  expect(vi.getTimerCount()).toBe(0)
  expect(remove).toHaveBeenCalledTimes(1)
  expect(stop).not.toHaveBeenCalled()
})

test('at the end of the time it is stopped', async () => {
  const stop = vi.fn()
  const failed = expect(within({ timeout: 10 }, 'a is late', never, stop)).rejects.toMatchObject({
    code: 'E_NETWORK_TIMEOUT',
    message: expect.stringContaining('a is late'),
  })
  await vi.advanceTimersByTimeAsync(9)
  expect(stop).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  await failed
  expect(stop).toHaveBeenCalledTimes(1)
  expect(vi.getTimerCount()).toBe(0)
})

test('the time begins anew with each restart, but not after the end', async () => {
  const stop = vi.fn()
  let again = () => {}
  const act = (restart: () => void) => {
    again = restart
    return never()
  }
  const failed = expect(within({ timeout: 10 }, 'it', act, stop)).rejects.toMatchObject({
    code: 'E_NETWORK_TIMEOUT',
  })
  for (let count = 0; count < 5; count++) {
    await vi.advanceTimersByTimeAsync(9)
    again()
  }
  expect(stop).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(10)
  await failed
  again()
  expect(vi.getTimerCount()).toBe(0)
})

test('an aborted signal stops it with its reason', async () => {
  const stop = vi.fn()
  const controller = new AbortController()
  const limits = { timeout: 10, signal: controller.signal }
  const failed = expect(within(limits, 'it', never, stop)).rejects.toBe('why')
  controller.abort('why')
  await failed
  expect(stop).toHaveBeenCalledTimes(1)
  expect(vi.getTimerCount()).toBe(0)
  const act = vi.fn(never)
  await expect(within(limits, 'it', act, stop)).rejects.toBe('why')
  expect(act).not.toHaveBeenCalled()
})

test('an error that comes too late is nobody’s', async () => {
  const { promise, reject } = Promise.withResolvers<never>()
  const failed = expect(
    within(
      { timeout: 10 },
      'it',
      () => promise,
      () => {},
    ),
  ).rejects.toMatchObject({ code: 'E_NETWORK_TIMEOUT' })
  await vi.advanceTimersByTimeAsync(10)
  await failed
  // Were it unhandled, the run would fail.
  reject(new Error('late'))
  await vi.advanceTimersByTimeAsync(1)
})
