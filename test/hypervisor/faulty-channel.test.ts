/** A faulty link: when each packet is due, what may be on its way, and what is lost once it is cut. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Phase } from '../../src/boundary/shared-memory.ts'
import { FaultyChannel } from '../../src/hypervisor/faulty-channel.ts'
import { Faults } from '../../src/vsock/faults.ts'
import { HEADER_LENGTH, MAX_PAYLOAD, type Packet } from '../../src/vsock/packet.ts'
import { FakeChannel, packetOf } from './fake-channel.ts'

/** Bytes of packets, their headers with them, that may be on their way. */
const MOST_HELD = 524_288

let now: number
let below: FakeChannel
let faults: Faults
let channel: FaultyChannel

beforeEach(() => {
  now = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  below = new FakeChannel()
  faults = new Faults()
  channel = new FaultyChannel(below, faults)
})
afterEach(() => void vi.restoreAllMocks())

const push = ({ header, payload }: Packet) => channel.push(header, payload)
/** The payload's length of the next packet that comes out. */
const popped = () => {
  const packet = channel.pop()
  return packet && packet !== 'other' ? packet.payload.byteLength : packet
}
/** Packets that take up `length` bytes in all. */
function packetsOf(length: number): Packet[] {
  const packets: Packet[] = []
  for (let left = length; left > 0; ) {
    const payload = Math.min(MAX_PAYLOAD, left - HEADER_LENGTH)
    packets.push(packetOf(payload))
    left -= HEADER_LENGTH + payload
  }
  return packets
}

describe('without a fault', () => {
  test('everything goes through at once, both ways', () => {
    expect(push(packetOf(3))).toBe(true)
    expect(below.pushed).toEqual([packetOf(3)])
    below.waiting.push(packetOf(4))
    expect(channel.pop()).toEqual(packetOf(4))
    expect(channel.pop()).toBeUndefined()
    expect(below.calls).toEqual(['acknowledge'])
  })

  test('nothing is acknowledged where nothing, or no packet, came', () => {
    expect(channel.pop()).toBeUndefined()
    below.waiting.push('other')
    expect(channel.pop()).toBeUndefined()
    expect(below.calls).toEqual([])
  })

  test('what comes behind something else comes, too', () => {
    below.waiting.push('other', packetOf(4))
    expect(popped()).toBe(4)
  })

  test('what was sent and what came are copies: their places are written anew', () => {
    faults.delay = 10
    const out = packetOf(3)
    const into = packetOf(3)
    push(out)
    below.waiting.push(into)
    channel.pop()
    out.payload.fill(0)
    into.payload.fill(0)
    now += 10
    expect(channel.pop()).toEqual(packetOf(3))
    expect(below.pushed).toEqual([packetOf(3)])
  })
})

describe('a link that is late', () => {
  beforeEach(() => {
    faults.delay = 50
  })

  test('brings each packet when it is due, and no earlier, both ways', () => {
    push(packetOf(3))
    below.waiting.push(packetOf(4))
    expect(popped()).toBeUndefined()
    now += 49
    expect([popped(), below.pushed.length]).toEqual([undefined, 0])
    now += 1
    expect([popped(), below.pushed.length]).toEqual([4, 1])
  })

  test('wakes who sleeps, for what is due later than it knows', () => {
    push(packetOf(3))
    expect(below.calls).toEqual(['interrupt'])
  })

  test('changes no order, also where it becomes less late', () => {
    below.waiting.push(packetOf(1))
    expect(popped()).toBeUndefined()
    faults.delay = 0
    below.waiting.push(packetOf(2))
    expect(popped()).toBeUndefined()
    now += 50
    expect([popped(), popped()]).toEqual([1, 2])
  })

  test('is drained once the last has come out', () => {
    expect(channel.isDrained).toBe(true)
    below.waiting.push(packetOf(4))
    channel.pop()
    expect(channel.isDrained).toBe(false)
    now += 50
    channel.pop()
    expect(channel.isDrained).toBe(true)
    below.isDrained = false
    expect(channel.isDrained).toBe(false)
  })

  test.each([
    [Phase.ENDED, 4],
    [Phase.FAILED, 4],
    [Phase.RUNNING, undefined],
  ])('in phase %i gives at once %s', (phase, length) => {
    below.phase = phase
    below.waiting.push(packetOf(4))
    expect(popped()).toBe(length)
  })

  test('sleeps until the next is due, either way, and no longer than it is told', async () => {
    await channel.sleep(5, 200)
    below.waiting.push(packetOf(4))
    channel.pop()
    now += 10
    await channel.sleep(5, 200)
    await channel.sleep(5, 30)
    now += 10.5
    await channel.sleep(5, 200)
    now += 100
    await channel.sleep(5, 200)
    expect(below.calls.filter((call) => typeof call === 'number' && call !== 5)).toEqual([200, 40, 30, 30, 0])
  })

  test('sleeps until what is to be sent is due; what is due and finds no room is waited for no longer', async () => {
    push(packetOf(3))
    now += 20
    await channel.sleep(5, 200)
    below.takes = false
    now += 30
    await channel.sleep(5, 200)
    expect(below.calls.filter((call) => typeof call === 'number' && call !== 5)).toEqual([30, 200])
    below.takes = true
    await channel.sleep(5, 200)
    expect(below.pushed).toHaveLength(1)
  })
})

describe('a link that is slow', () => {
  test('carries a packet in the time of its bytes, its header’s too, and the next after it', () => {
    faults.bytesPerSecond = 1000
    const [first, second] = [packetOf(56), packetOf(156)]
    push(first)
    push(second)
    const arrived = (time: number) => {
      now = 1000 + time
      channel.pop()
      return below.pushed.length
    }
    expect([arrived(99), arrived(100), arrived(299), arrived(300)]).toEqual([0, 1, 1, 2])
  })

  test('carries what comes later from then on', () => {
    faults.bytesPerSecond = 1000
    now += 5000
    push(packetOf(56))
    now += 99
    channel.pop()
    expect(below.pushed).toHaveLength(0)
    now += 1
    channel.pop()
    expect(below.pushed).toHaveLength(1)
  })
})

describe('a link that is cut', () => {
  test('loses what is sent, what comes, and what was on its way, and tells nobody', () => {
    faults.delay = 50
    push(packetOf(1))
    below.waiting.push(packetOf(2))
    channel.pop()
    faults.cut()
    expect(push(packetOf(3))).toBe(true)
    below.waiting.push(packetOf(4))
    expect(popped()).toBeUndefined()
    now += 1000
    expect(popped()).toBeUndefined()
    expect(below.pushed).toEqual([])
    expect(channel.isDrained).toBe(true)
    expect(below.calls).toEqual(['interrupt', 'acknowledge', 'acknowledge'])
  })

  test('has room again', () => {
    faults.delay = 50
    for (const packet of packetsOf(MOST_HELD)) push(packet)
    faults.cut()
    channel.pop()
    expect(channel.room).toBe(MAX_PAYLOAD)
  })
})
