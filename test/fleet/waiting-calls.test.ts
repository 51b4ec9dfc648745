/** The queue of a client of a fleet: which of its calls try, and when. */
import { describe, expect, test, vi } from 'vitest'
import { WaitingCalls } from '../../src/fleet/waiting-calls.ts'
import { patience } from '../support/patience.ts'

const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('the queue of a client', () => {
  /** Enters a call, which notes its name each time that it may try. */
  const entered = (queue: WaitingCalls, name: string, tries: string[]) => {
    const turn = queue.enter()
    const next = () => void turn.next().then(() => tries.push(name))
    next()
    return { ...turn, again: next }
  }

  test('has the first look, and the next when that was taken', async () => {
    const queue = new WaitingCalls(3)
    const tries: string[] = []
    const [a, b] = [entered(queue, 'a', tries), entered(queue, 'b', tries)]
    await turns()
    expect(tries).toEqual(['a'])
    a.leave(true)
    await turns()
    expect(tries).toEqual(['a', 'b'])
    b.leave(true)
    expect(queue.size).toBe(0)
  })

  test('has as many try as places were freed, in their order', async () => {
    const queue = new WaitingCalls(6)
    const tries: string[] = []
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => entered(queue, name, tries))
    await turns()
    expect(tries).toEqual(['a'])
    // The first is for the one that looks, in case that it finds none.
    queue.wake()
    queue.wake()
    await turns()
    expect(tries).toEqual(['a', 'b'])
    a!.again()
    await turns()
    expect(tries).toEqual(['a', 'b', 'a'])
    // One that was freed is used by the call that has tried for it; another is still there if that gives up.
    b!.leave(true)
    await turns()
    expect(tries).toHaveLength(3)
    a!.leave()
    await turns()
    expect(tries).toEqual(['a', 'b', 'a', 'c'])
    c!.leave(true)
    d!.leave()
    expect(queue.size).toBe(0)
  })

  test('gives the place of one that looks to the next if it has found another', async () => {
    const queue = new WaitingCalls(3)
    const tries: string[] = []
    const [a, b, c] = ['a', 'b', 'c'].map((name) => entered(queue, name, tries))
    await turns()
    queue.wake()
    a!.leave(true)
    await turns()
    expect(tries).toEqual(['a', 'b'])
    // Then the next looks whether there are more.
    b!.leave(true)
    await turns()
    expect(tries).toEqual(['a', 'b', 'c'])
    c!.leave(true)
  })

  test('has one try again when a place was freed, also if that was while it tried', async () => {
    const queue = new WaitingCalls(3)
    const tries: string[] = []
    const a = entered(queue, 'a', tries)
    await turns()
    queue.wake()
    a.again()
    await turns()
    expect(tries).toEqual(['a', 'a'])
    a.again()
    await turns()
    expect(tries).toEqual(['a', 'a'])
    // Nobody says that a place is free.
    await vi.waitUntil(() => tries.length === 3, { timeout: patience(10_000) })
    a.leave()
  })

  test('keeps no places for calls that come later', async () => {
    const queue = new WaitingCalls(3)
    const tries: string[] = []
    for (let count = 0; count < 100; count++) queue.wake()
    const [a, b, c] = ['a', 'b', 'c'].map((name) => entered(queue, name, tries))
    await turns()
    expect(tries).toEqual(['a'])
    for (const each of [a, b, c]) each!.leave()
  })

  test('goes on after one that gives up, wherever it stands', async () => {
    const queue = new WaitingCalls(3)
    const tries: string[] = []
    const [a, b, c] = ['a', 'b', 'c'].map((name) => entered(queue, name, tries))
    b!.leave()
    a!.leave()
    await turns()
    expect(tries).toEqual(['a', 'c'])
    c!.leave()
    expect(queue.size).toBe(0)
  })

  test('has nobody wait after its end, also those that come or try again then', async () => {
    const queue = new WaitingCalls(3)
    const tries: string[] = []
    const [a, b] = [entered(queue, 'a', tries), entered(queue, 'b', tries)]
    await turns()
    queue.end()
    a.again()
    const c = entered(queue, 'c', tries)
    await turns()
    expect(tries.toSorted()).toEqual(['a', 'a', 'b', 'c'])
    for (const each of [a, b, c]) each.leave()
    expect(queue.size).toBe(0)
  })

  test('is bounded', () => {
    const queue = new WaitingCalls(1)
    queue.enter()
    expect(() => queue.enter()).toThrow(expect.objectContaining({ code: 'E_FLEET_BUSY' }))
  })
})
