/** How much data may be in transit on a link with simulated faults, and how much one call of `pop` moves. */
import { describe, expect, test } from 'vitest'
import { MAX_PAYLOAD } from '../../src/vsock/packet.ts'
import { packetOf } from './fake-channel.ts'
import { FaultyRig, MAX_IN_TRANSIT, packetsOf } from './faulty-rig.ts'

/** Frames that one call of `pop` moves at most. */
const MAX_MOVED = 256

const rig = new FaultyRig()

describe('data in transit', () => {
  test.each([
    [MAX_IN_TRANSIT - 1, true],
    [MAX_IN_TRANSIT, false],
  ])('of %i bytes to the enclave leaves room for another packet: %s', (length, isTaken) => {
    rig.faults.delay = 50
    for (const packet of packetsOf(length)) expect(rig.push(packet)).toBe(true)
    expect(rig.channel.room).toBe(isTaken ? MAX_PAYLOAD : -1)
    expect(rig.push(packetOf(0))).toBe(isTaken)
    rig.now += 50
    rig.channel.pop()
    expect(rig.channel.room).toBe(MAX_PAYLOAD)
    expect(rig.push(packetOf(0))).toBe(true)
  })

  test.each([
    [MAX_IN_TRANSIT - 1, 0],
    [MAX_IN_TRANSIT, 1],
  ])('of %i bytes from the enclave leaves %i packet in the channel below', (length, left) => {
    rig.faults.delay = 50
    rig.below.waiting.push(...packetsOf(length), packetOf(0))
    rig.channel.pop()
    expect(rig.below.waiting).toHaveLength(left)
    rig.now += 50
    rig.channel.pop()
    rig.channel.pop()
    expect(rig.below.waiting).toHaveLength(0)
  })

  test.each([
    [MAX_MOVED - 1, []],
    [MAX_MOVED, ['interrupt']],
  ])('%i frames in one call: the channel calls %j', (count, calls) => {
    rig.below.waiting.push(...Array.from({ length: count }, () => 'other' as const))
    rig.channel.pop()
    expect(rig.below.calls).toEqual(calls)
  })

  test('frames beyond the limit of one call are left for the next', () => {
    rig.below.waiting.push(...Array.from({ length: MAX_MOVED + 1 }, () => 'other' as const))
    rig.channel.pop()
    expect(rig.below.waiting).toHaveLength(1)
  })
})
