/** The watchdog counts the time for which a program is busy, and reports once that a limit is exceeded. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SPENT, watch } from '../../src/boundary/watchdog.ts'

const PERIOD = 10

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** A watched program whose state the test sets. */
function watched(limit: number) {
  const state = { busy: true, spent: 0 }
  const watching = watch(
    () => state.busy,
    limit,
    () => {
      state.spent += 1
    },
  )
  const pass = (periods: number) => {
    vi.advanceTimersByTime(periods * PERIOD)
    return state.spent
  }
  return { state, stop: watching.stop, pass }
}

test('the signal is the operating system’s signal for an exceeded limit of CPU time', () => {
  expect(SPENT).toBe('SIGXCPU')
})

describe('a watched program', () => {
  test('is reported once, at the first check after it has used its time', () => {
    const { pass } = watched(50)
    expect([pass(5), pass(1), pass(20)]).toEqual([0, 1, 1])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('uses no time while it waits', () => {
    const { state, pass } = watched(50)
    expect(pass(3)).toBe(0)
    state.busy = false
    expect(pass(1000)).toBe(0)
    state.busy = true
    expect([pass(2), pass(1)]).toEqual([0, 1])
  })

  test('is checked every ten milliseconds', () => {
    let checks = 0
    const watching = watch(
      () => {
        checks += 1
        return false
      },
      50,
      () => {},
    )
    vi.advanceTimersByTime(99)
    expect(checks).toBe(9)
    vi.advanceTimersByTime(1)
    expect(checks).toBe(10)
    watching.stop()
  })

  test('is not checked after the watch was stopped', () => {
    const { stop, pass } = watched(50)
    pass(3)
    stop()
    expect(pass(100)).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})
