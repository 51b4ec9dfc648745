/** How much may be on its way on a faulty link, and how much one look at it takes in. */
import { describe, expect, test } from 'vitest'
import { MAX_PAYLOAD } from '../../src/vsock/packet.ts'
import { packetOf } from './fake-channel.ts'
import { FaultyRig, MOST_HELD, packetsOf } from './faulty-rig.ts'

/** Packets that one look takes in. */
const MOST_CARRIED = 256

const rig = new FaultyRig()

describe('what may be on its way', () => {
  test.each([
    [MOST_HELD - 1, true],
    [MOST_HELD, false],
  ])('of %i bytes to the enclave, another is taken: %s', (length, isTaken) => {
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
    [MOST_HELD - 1, 0],
    [MOST_HELD, 1],
  ])('of %i bytes from the enclave, %i packet is left where it is', (length, left) => {
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
    [MOST_CARRIED - 1, []],
    [MOST_CARRIED, ['interrupt']],
  ])('of %i frames at once comes back: %j', (count, calls) => {
    rig.below.waiting.push(...Array.from({ length: count }, () => 'other' as const))
    rig.channel.pop()
    expect(rig.below.calls).toEqual(calls)
  })

  test('of more than one look takes is left for the next', () => {
    rig.below.waiting.push(...Array.from({ length: MOST_CARRIED + 1 }, () => 'other' as const))
    rig.channel.pop()
    expect(rig.below.waiting).toHaveLength(1)
  })
})
