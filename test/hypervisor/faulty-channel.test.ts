/**
 * A link with simulated faults: when each packet is due, how much may be in transit, and what is lost when it is cut.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { Phase } from '../../src/boundary/shared-memory.ts'
import { MAX_PAYLOAD } from '../../src/vsock/packet.ts'
import { packetOf } from './fake-channel.ts'
import { FaultyRig, MAX_IN_TRANSIT, packetsOf } from './faulty-rig.ts'

const rig = new FaultyRig()

/** The payload length of the next packet. */
const popped = () => {
  const packet = rig.channel.pop()
  return packet && packet !== 'other' ? packet.payload.byteLength : packet
}

describe('without a fault', () => {
  test('forwards everything at once, in both directions', () => {
    expect(rig.push(packetOf(3))).toBe(true)
    expect(rig.below.pushed).toEqual([packetOf(3)])
    rig.below.waiting.push(packetOf(4))
    expect(rig.channel.pop()).toEqual(packetOf(4))
    expect(rig.channel.pop()).toBeUndefined()
    expect(rig.below.calls).toEqual(['acknowledge'])
  })

  test('does not acknowledge if no packet arrived', () => {
    expect(rig.channel.pop()).toBeUndefined()
    rig.below.waiting.push('other')
    expect(rig.channel.pop()).toBeUndefined()
    expect(rig.below.calls).toEqual([])
  })

  test('returns a packet behind another frame', () => {
    rig.below.waiting.push('other', packetOf(4))
    expect(popped()).toBe(4)
  })

  test('keeps copies of packets, because their buffers are reused', () => {
    rig.faults.delay = 10
    const out = packetOf(3)
    const into = packetOf(3)
    rig.push(out)
    rig.below.waiting.push(into)
    rig.channel.pop()
    out.payload.fill(0)
    into.payload.fill(0)
    rig.now += 10
    expect(rig.channel.pop()).toEqual(packetOf(3))
    expect(rig.below.pushed).toEqual([packetOf(3)])
  })
})

describe('a link with a delay', () => {
  beforeEach(() => {
    rig.faults.delay = 50
  })

  test('delivers each packet when it is due and not earlier, in both directions', () => {
    rig.push(packetOf(3))
    rig.below.waiting.push(packetOf(4))
    expect(popped()).toBeUndefined()
    rig.now += 49
    expect([popped(), rig.below.pushed.length]).toEqual([undefined, 0])
    rig.now += 1
    expect([popped(), rig.below.pushed.length]).toEqual([4, 1])
  })

  test('interrupts the sleep of its owner when a packet is sent', () => {
    rig.push(packetOf(3))
    expect(rig.below.calls).toEqual(['interrupt'])
  })

  test('keeps the order of packets, also if the delay is reduced', () => {
    rig.below.waiting.push(packetOf(1))
    expect(popped()).toBeUndefined()
    rig.faults.delay = 0
    rig.below.waiting.push(packetOf(2))
    expect(popped()).toBeUndefined()
    rig.now += 50
    expect([popped(), popped()]).toEqual([1, 2])
  })

  test('is drained when the last packet was delivered', () => {
    expect(rig.channel.isDrained).toBe(true)
    rig.below.waiting.push(packetOf(4))
    rig.channel.pop()
    expect(rig.channel.isDrained).toBe(false)
    rig.now += 50
    rig.channel.pop()
    expect(rig.channel.isDrained).toBe(true)
    rig.below.isDrained = false
    expect(rig.channel.isDrained).toBe(false)
  })

  test.each([
    [Phase.ENDED, 4],
    [Phase.FAILED, 4],
    [Phase.RUNNING, undefined],
  ])('in phase %i delivers at once: %s', (phase, length) => {
    rig.below.phase = phase
    rig.below.waiting.push(packetOf(4))
    expect(popped()).toBe(length)
  })

  test('sleeps until the next packet is due, at most as long as requested', async () => {
    await rig.channel.sleep(5, 200)
    rig.below.waiting.push(packetOf(4))
    rig.channel.pop()
    rig.now += 10
    await rig.channel.sleep(5, 200)
    await rig.channel.sleep(5, 30)
    rig.now += 10.5
    await rig.channel.sleep(5, 200)
    rig.now += 100
    await rig.channel.sleep(5, 200)
    expect(rig.below.calls.filter((call) => typeof call === 'number' && call !== 5)).toEqual([
      200, 40, 30, 30, 0,
    ])
  })

  test('sleeps until a sent packet is due, and does not poll while there is no room for it', async () => {
    rig.push(packetOf(3))
    rig.now += 20
    await rig.channel.sleep(5, 200)
    rig.below.takes = false
    rig.now += 30
    await rig.channel.sleep(5, 200)
    expect(rig.below.calls.filter((call) => typeof call === 'number' && call !== 5)).toEqual([30, 200])
    rig.below.takes = true
    await rig.channel.sleep(5, 200)
    expect(rig.below.pushed).toHaveLength(1)
  })
})

describe('a link with limited bandwidth', () => {
  test('delivers a packet after the time for its bytes and header, one after the other', () => {
    rig.faults.bytesPerSecond = 1000
    const [first, second] = [packetOf(56), packetOf(156)]
    rig.push(first)
    rig.push(second)
    const arrived = (time: number) => {
      rig.now = 1000 + time
      rig.channel.pop()
      return rig.below.pushed.length
    }
    expect([arrived(99), arrived(100), arrived(299), arrived(300)]).toEqual([0, 1, 1, 2])
  })

  test('measures that time from when the packet was sent, if the link was idle', () => {
    rig.faults.bytesPerSecond = 1000
    rig.now += 5000
    rig.push(packetOf(56))
    rig.now += 99
    rig.channel.pop()
    expect(rig.below.pushed).toHaveLength(0)
    rig.now += 1
    rig.channel.pop()
    expect(rig.below.pushed).toHaveLength(1)
  })
})

describe('a link that is cut', () => {
  test('loses all packets without an error: sent, received and in transit', () => {
    rig.faults.delay = 50
    rig.push(packetOf(1))
    rig.below.waiting.push(packetOf(2))
    rig.channel.pop()
    rig.faults.cut()
    expect(rig.push(packetOf(3))).toBe(true)
    rig.below.waiting.push(packetOf(4))
    expect(popped()).toBeUndefined()
    rig.now += 1000
    expect(popped()).toBeUndefined()
    expect(rig.below.pushed).toEqual([])
    expect(rig.channel.isDrained).toBe(true)
    expect(rig.below.calls).toEqual(['interrupt', 'acknowledge', 'acknowledge'])
  })

  test('takes all that the enclave sends, also if much of it was in transit', () => {
    rig.faults.delay = 50
    rig.below.waiting.push(...packetsOf(MAX_IN_TRANSIT))
    rig.channel.pop()
    rig.below.waiting.push(...packetsOf(3 * MAX_IN_TRANSIT))
    rig.channel.pop()
    expect(rig.below.waiting.length, 'what has no room waits').toBeGreaterThan(0)
    rig.faults.cut()
    rig.channel.pop()
    expect(rig.below.waiting).toEqual([])
    expect(rig.channel.isDrained).toBe(true)
  })

  test('has room again', () => {
    rig.faults.delay = 50
    for (const packet of packetsOf(MAX_IN_TRANSIT)) rig.push(packet)
    rig.faults.cut()
    rig.channel.pop()
    expect(rig.channel.room).toBe(MAX_PAYLOAD)
  })
})
