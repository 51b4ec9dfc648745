/** How much may be on its way on a faulty link, and how much one look at it takes in. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FaultyChannel } from '../../src/hypervisor/faulty-channel.ts'
import { Faults } from '../../src/vsock/faults.ts'
import { HEADER_LENGTH, MAX_PAYLOAD, type Packet } from '../../src/vsock/packet.ts'
import { FakeChannel, packetOf } from './fake-channel.ts'

/** Bytes of packets, their headers with them, that may be on their way. */
const MOST_HELD = 524_288
/** Packets that one look takes in. */
const MOST_CARRIED = 256

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

describe('what may be on its way', () => {
  test.each([
    [MOST_HELD - 1, true],
    [MOST_HELD, false],
  ])('of %i bytes to the enclave, another is taken: %s', (length, isTaken) => {
    faults.delay = 50
    for (const packet of packetsOf(length)) expect(push(packet)).toBe(true)
    expect(channel.room).toBe(isTaken ? MAX_PAYLOAD : -1)
    expect(push(packetOf(0))).toBe(isTaken)
    now += 50
    channel.pop()
    expect(channel.room).toBe(MAX_PAYLOAD)
    expect(push(packetOf(0))).toBe(true)
  })

  test.each([
    [MOST_HELD - 1, 0],
    [MOST_HELD, 1],
  ])('of %i bytes from the enclave, %i packet is left where it is', (length, left) => {
    faults.delay = 50
    below.waiting.push(...packetsOf(length), packetOf(0))
    channel.pop()
    expect(below.waiting).toHaveLength(left)
    now += 50
    channel.pop()
    channel.pop()
    expect(below.waiting).toHaveLength(0)
  })

  test.each([
    [MOST_CARRIED - 1, []],
    [MOST_CARRIED, ['interrupt']],
  ])('of %i frames at once comes back: %j', (count, calls) => {
    below.waiting.push(...Array.from({ length: count }, () => 'other' as const))
    channel.pop()
    expect(below.calls).toEqual(calls)
  })

  test('of more than one look takes is left for the next', () => {
    below.waiting.push(...Array.from({ length: MOST_CARRIED + 1 }, () => 'other' as const))
    channel.pop()
    expect(below.waiting).toHaveLength(1)
  })
})
