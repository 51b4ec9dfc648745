/** The turns of a link over a fake channel: what is acknowledged, what wakes which waiter, and what ends the link. */
import { describe, expect, test, vi } from 'vitest'
import { Phase } from '../../src/boundary/shared-memory.ts'
import { Budget } from '../../src/hypervisor/budget.ts'
import { packetOf } from './fake-channel.ts'
import { GatedLink } from './gated-link.ts'
import { tasks } from './kernel-ends.ts'

describe('a turn', () => {
  test.each([
    ['packets', [packetOf(0), packetOf(0)], 1],
    ['something else', ['other' as const], 1],
    ['nothing', [], 0],
  ])('that took %s acknowledges it (or not)', async (_, packets, times) => {
    using gated = await GatedLink.open()
    const { channel } = gated
    channel.calls.length = 0
    channel.waiting.push(...packets)
    await gated.turn()
    expect(gated.callsOf('acknowledge')).toBe(times)
    expect(channel.waiting).toEqual([])
  })

  test('ends when its budget is spent, and the next one follows at once', async () => {
    using gated = await GatedLink.open()
    const { channel } = gated
    channel.calls.length = 0
    channel.waiting.push(...Array.from({ length: 257 }, () => 'other' as const))
    await gated.turn()
    // Once for the packets, and once for the requests, which were not checked.
    expect(gated.callsOf('interrupt')).toBe(2)
    expect(channel.waiting).toHaveLength(1)
    await gated.turn()
    expect(channel.waiting).toEqual([])
  })

  test('that a read asks for, without a budget, follows at once: what is left in the ring may not be announced again', async () => {
    using gated = await GatedLink.open()
    const { channel, link } = gated
    channel.waiting.push(...Array.from({ length: 300 }, () => 'other' as const))
    link.catchUp()
    const left = channel.waiting.length
    channel.calls.length = 0
    link.catchUp()
    expect([channel.waiting.length, gated.callsOf('interrupt')]).toEqual([left, 1])
  })

  test('wakes waiting writers once there is room, and not before', async () => {
    using gated = await GatedLink.open()
    const { channel, link } = gated
    const woken = vi.spyOn(link.writers, 'wake')
    await gated.turn()
    expect(woken).not.toHaveBeenCalled()
    channel.room = 0
    expect(link.room()).toBe(0)
    await gated.turn()
    expect(woken).not.toHaveBeenCalled()
    channel.room = 1
    await gated.turn()
    await gated.turn()
    expect(woken).toHaveBeenCalledTimes(1)
    expect(link.room()).toBe(1)
    await gated.turn()
    expect(woken).toHaveBeenCalledTimes(1)
  })

  test.each([
    [new Error('impossible'), 'impossible'],
    ['a word', 'a word'],
  ])('that throws ends the enclave with a violation: %s', async (thrown, message) => {
    using gated = await GatedLink.open()
    const { channel } = gated
    channel.onPop = () => {
      throw thrown
    }
    await gated.turn()
    expect(gated.reasons).toEqual([{ kind: 'violation', message }])
  })
})

describe('reading ahead of the next turn', () => {
  test('takes what has arrived, as far as the budget allows', async () => {
    using gated = await GatedLink.open()
    const { channel, link } = gated
    for (let times = 0; times < 20; times++) {
      channel.waiting.push('other')
      link.catchUp()
    }
    // Each call costs 17 of 256 steps.
    expect(channel.waiting).toHaveLength(20 - 15)
    await gated.turn()
    expect(channel.waiting).toEqual([])
  })

  test('does nothing during a turn or after the link was closed', async () => {
    using gated = await GatedLink.open()
    const { channel, link } = gated
    let depth = 0
    channel.onPop = () => {
      depth += 1
      if (depth < 5) link.catchUp()
    }
    await gated.turn()
    expect(depth).toBe(1)
    link.close()
    link.catchUp()
    expect(depth).toBe(1)
  })
})

describe('a link to a booting enclave', () => {
  test('reports once that the program runs, and then delivers nothing until it is opened', async () => {
    using gated = await GatedLink.open(Phase.BOOTING)
    const { channel, link } = gated
    expect(gated.running).toBe(0)
    channel.phase = Phase.RUNNING
    channel.waiting.push(packetOf(0))
    await gated.turn()
    await gated.turn()
    expect([gated.running, channel.waiting.length]).toEqual([1, 1])
    link.open()
    await gated.turn()
    expect(channel.waiting).toEqual([])
    expect(channel.calls).toContain('lift')
  })

  test('is not open before the program runs', async () => {
    using gated = await GatedLink.open(Phase.BOOTING)
    const { channel, link } = gated
    expect(channel.calls).not.toContain('lift')
    await expect(link.connect(5000)).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
  })

  test('ends with the reason that a failed enclave reports', async () => {
    using gated = await GatedLink.open(Phase.BOOTING)
    const { channel } = gated
    channel.phase = Phase.FAILED
    await gated.turn()
    expect(gated.reasons).toEqual([{ kind: 'exited', status: 7 }])
    expect(gated.running).toBe(0)
  })
})

describe('a link whose Worker or process is lost', () => {
  const isFinished = async ({ link }: GatedLink) => {
    let isFinished = false
    void link.finish().then(() => (isFinished = true))
    await tasks(3)
    return isFinished
  }

  test('is finished once everything was taken', async () => {
    using gated = await GatedLink.open()
    const { channel, link } = gated
    link.open()
    await gated.turn()
    channel.isDrained = false
    expect(await isFinished(gated)).toBe(false)
    channel.isDrained = true
    expect(await isFinished(gated)).toBe(true)
  })

  test('is finished at once if it was booting, and otherwise after it was opened or closed', async () => {
    using gated = await GatedLink.open(Phase.BOOTING)
    const { channel, link } = gated
    channel.isDrained = false
    channel.phase = Phase.RUNNING
    await gated.turn()
    expect(await isFinished(gated)).toBe(false)
    link.close()
    expect(await isFinished(gated)).toBe(true)
  })
})

test('a link that is closed twice releases its share of the time once', async () => {
  using gated = await GatedLink.open()
  const { link } = gated
  link.close()
  link.close()
  const budget = new Budget()
  budget.begin()
  gated.now += 2
  budget.end()
  expect(budget.isLeft).toBe(false)
  budget.close()
})
