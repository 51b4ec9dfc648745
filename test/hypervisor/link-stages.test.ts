/** A link's turns over a channel in the test's hands: what is acknowledged, what wakes whom, and what ends it. */
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
  ])('in which it took %s acknowledges that', async (_, packets, times) => {
    using gated = await GatedLink.open()
    const { channel } = gated
    channel.calls.length = 0
    channel.waiting.push(...packets)
    await gated.turn()
    expect(gated.counted('acknowledge')).toBe(times)
    expect(channel.waiting).toEqual([])
  })

  test('ends with its budget, and comes back at once', async () => {
    using gated = await GatedLink.open()
    const { channel } = gated
    channel.calls.length = 0
    channel.waiting.push(...Array.from({ length: 257 }, () => 'other' as const))
    await gated.turn()
    // For its packets, and for the requests that it did not come to look for.
    expect(gated.counted('interrupt')).toBe(2)
    expect(channel.waiting).toHaveLength(1)
    await gated.turn()
    expect(channel.waiting).toEqual([])
  })

  test('wakes who waits to write once there is room, and not before', async () => {
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
  ])('that finds what cannot be ends the enclave: %s', async (thrown, message) => {
    using gated = await GatedLink.open()
    const { channel } = gated
    channel.onPop = () => {
      throw thrown
    }
    await gated.turn()
    expect(gated.reasons).toEqual([{ kind: 'violation', message }])
  })
})

describe('a look ahead of the next turn', () => {
  test('takes in what is there, as often as the budget has it', async () => {
    using gated = await GatedLink.open()
    const { channel, link } = gated
    for (let times = 0; times < 20; times++) {
      channel.waiting.push('other')
      link.catchUp()
    }
    // Each takes 17 of 256 steps.
    expect(channel.waiting).toHaveLength(20 - 15)
    await gated.turn()
    expect(channel.waiting).toEqual([])
  })

  test('is none within a turn, and none once it is closed', async () => {
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

describe('a link that boots', () => {
  test('tells once that the program runs, and carries nothing then until it is opened', async () => {
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

  test('is not opened before the program runs', async () => {
    using gated = await GatedLink.open(Phase.BOOTING)
    const { channel, link } = gated
    expect(channel.calls).not.toContain('lift')
    await expect(link.connect(5000)).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
  })

  test('ends with what a failed enclave says', async () => {
    using gated = await GatedLink.open(Phase.BOOTING)
    const { channel } = gated
    channel.phase = Phase.FAILED
    await gated.turn()
    expect(gated.reasons).toEqual([{ kind: 'exited', status: 7 }])
    expect(gated.running).toBe(0)
  })
})

describe('a link whose place is gone', () => {
  const isFinished = async ({ link }: GatedLink) => {
    let is = false
    void link.finish().then(() => (is = true))
    await tasks(3)
    return is
  }

  test('is over once all was taken in', async () => {
    using gated = await GatedLink.open()
    const { channel, link } = gated
    link.open()
    await gated.turn()
    channel.isDrained = false
    expect(await isFinished(gated)).toBe(false)
    channel.isDrained = true
    expect(await isFinished(gated)).toBe(true)
  })

  test('is over at once where it was booting, and waits to be opened where it runs', async () => {
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

test('a link that is closed twice gives back its part of the time once', async () => {
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
