/** The kernel's link and payloads that stay in the ring for a reader. */
import { describe, expect, test } from 'vitest'
import { connected, type Rig } from './rig.ts'

/** Payloads that arrive can be left in the ring, as `RingConsumer` does it. */
function lendPayloads({ channel }: Rig): void {
  const { pop } = channel
  let recall: (() => void) | undefined
  channel.pop = () => {
    recall?.()
    recall = undefined
    const packet = pop()
    return (
      packet && {
        ...packet,
        lender: {
          place: packet.payload,
          lend: (called) => {
            recall = called
          },
          get isLent() {
            return recall !== undefined
          },
        },
      }
    )
  }
}

describe('a payload for a reader', () => {
  test('stays in the ring, and the packets after it come with the next turn', () => {
    const { rig, near, far } = connected()
    lendPayloads(rig)
    const large = new Uint8Array(65536).fill(1)
    for (let count = 0; count < 3; count++) expect(far.write(large, large.length)).toBe(large.length)
    near.isAwaited = true
    rig.link.pump()
    expect(near.readable).toBe(65536)
    expect(near.read(new Uint8Array(65536))).toBe(65536)
    rig.link.pump()
    expect(near.readable).toBe(65536)
    near.isAwaited = false
    rig.link.pump()
    expect(near.readable).toBe(2 * 65536)
  })
})
