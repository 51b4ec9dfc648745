/**
 * A link with simulated faults, whose clock and underlying channel the test controls, and packets of a given length.
 */
import { afterEach, beforeEach, vi } from 'vitest'
import { FaultyChannel } from '../../src/hypervisor/faulty-channel.ts'
import { Faults } from '../../src/vsock/faults.ts'
import { HEADER_LENGTH, MAX_PAYLOAD, type Packet } from '../../src/vsock/packet.ts'
import { FakeChannel, packetOf } from './fake-channel.ts'

/** Maximum number of bytes in transit, including packet headers. */
export const MAX_IN_TRANSIT = 524_288

/** Reset before each test of a file. */
export class FaultyRig {
  now = 0
  below: FakeChannel = new FakeChannel()
  faults: Faults = new Faults()
  channel: FaultyChannel = new FaultyChannel(this.below, this.faults)

  constructor() {
    beforeEach(() => {
      this.now = 1000
      vi.spyOn(performance, 'now').mockImplementation(() => this.now)
      this.below = new FakeChannel()
      this.faults = new Faults()
      this.channel = new FaultyChannel(this.below, this.faults)
    })
    afterEach(() => void vi.restoreAllMocks())
  }

  push({ header, payload }: Packet): boolean {
    return this.channel.push(header, payload)
  }
}

/** Packets with a total length of `length` bytes, including headers. */
export function packetsOf(length: number): Packet[] {
  const packets: Packet[] = []
  for (let left = length; left > 0; ) {
    const payload = Math.min(MAX_PAYLOAD, left - HEADER_LENGTH)
    packets.push(packetOf(payload))
    left -= HEADER_LENGTH + payload
  }
  return packets
}
