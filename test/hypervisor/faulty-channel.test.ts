/** A faulty link: when each packet is due, what may be on its way, and what is lost once it is cut. */
import { beforeEach, describe, expect, test } from 'vitest'
import { Phase } from '../../src/boundary/shared-memory.ts'
import { MAX_PAYLOAD } from '../../src/vsock/packet.ts'
import { packetOf } from './fake-channel.ts'
import { FaultyRig, MOST_HELD, packetsOf } from './faulty-rig.ts'

const rig = new FaultyRig()

/** The payload's length of the next packet that comes out. */
const popped = () => {
  const packet = rig.channel.pop()
  return packet && packet !== 'other' ? packet.payload.byteLength : packet
}

describe('without a fault', () => {
  test('everything goes through at once, both ways', () => {
    expect(rig.push(packetOf(3))).toBe(true)
    expect(rig.below.pushed).toEqual([packetOf(3)])
    rig.below.waiting.push(packetOf(4))
    expect(rig.channel.pop()).toEqual(packetOf(4))
    expect(rig.channel.pop()).toBeUndefined()
    expect(rig.below.calls).toEqual(['acknowledge'])
  })

  test('nothing is acknowledged where nothing, or no packet, came', () => {
    expect(rig.channel.pop()).toBeUndefined()
    rig.below.waiting.push('other')
    expect(rig.channel.pop()).toBeUndefined()
    expect(rig.below.calls).toEqual([])
  })

  test('what comes behind something else comes, too', () => {
    rig.below.waiting.push('other', packetOf(4))
    expect(popped()).toBe(4)
  })

  test('what was sent and what came are copies: their places are written anew', () => {
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

describe('a link that is late', () => {
  beforeEach(() => {
    rig.faults.delay = 50
  })

  test('brings each packet when it is due, and no earlier, both ways', () => {
    rig.push(packetOf(3))
    rig.below.waiting.push(packetOf(4))
    expect(popped()).toBeUndefined()
    rig.now += 49
    expect([popped(), rig.below.pushed.length]).toEqual([undefined, 0])
    rig.now += 1
    expect([popped(), rig.below.pushed.length]).toEqual([4, 1])
  })

  test('wakes who sleeps, for what is due later than it knows', () => {
    rig.push(packetOf(3))
    expect(rig.below.calls).toEqual(['interrupt'])
  })

  test('changes no order, also where it becomes less late', () => {
    rig.below.waiting.push(packetOf(1))
    expect(popped()).toBeUndefined()
    rig.faults.delay = 0
    rig.below.waiting.push(packetOf(2))
    expect(popped()).toBeUndefined()
    rig.now += 50
    expect([popped(), popped()]).toEqual([1, 2])
  })

  test('is drained once the last has come out', () => {
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
  ])('in phase %i gives at once %s', (phase, length) => {
    rig.below.phase = phase
    rig.below.waiting.push(packetOf(4))
    expect(popped()).toBe(length)
  })

  test('sleeps until the next is due, either way, and no longer than it is told', async () => {
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

  test('sleeps until what is to be sent is due; what is due and finds no room is waited for no longer', async () => {
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

describe('a link that is slow', () => {
  test('carries a packet in the time of its bytes, its header’s too, and the next after it', () => {
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

  test('carries what comes later from then on', () => {
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
  test('loses what is sent, what comes, and what was on its way, and tells nobody', () => {
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

  test('has room again', () => {
    rig.faults.delay = 50
    for (const packet of packetsOf(MOST_HELD)) rig.push(packet)
    rig.faults.cut()
    rig.channel.pop()
    expect(rig.channel.room).toBe(MAX_PAYLOAD)
  })
})
