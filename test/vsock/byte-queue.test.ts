/** A queue of bytes against the plainest model of one. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteQueue } from '../../src/vsock/byte-queue.ts'

const CAPACITY = 65536

describe('ByteQueue', () => {
  test('gives what was added, in order, whatever the sizes', () => {
    const step = fc.record({
      add: fc.integer({ min: 0, max: 20_000 }),
      take: fc.integer({ min: 0, max: 20_000 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new ByteQueue(CAPACITY)
        let added = 0
        let taken = 0
        for (const { add, take } of steps) {
          const bytes = Uint8Array.from({ length: Math.min(add, queue.room) }, (_, at) => (added + at) * 31)
          queue.add(bytes)
          added += bytes.byteLength
          const target = new Uint8Array(take)
          const count = queue.moveInto(target)
          expect(count).toBe(Math.min(take, added - taken))
          for (let at = 0; at < count; at++) {
            if (target[at] !== (((taken + at) * 31) & 0xff)) throw new Error(`another byte at ${taken + at}`)
          }
          taken += count
          expect(queue.length).toBe(added - taken)
          expect(queue.room).toBe(CAPACITY - queue.length)
        }
      }),
    )
  })

  test('takes no memory before the first byte, and little for few', () => {
    const queue = new ByteQueue(1 << 30)
    queue.add(new Uint8Array(100))
    expect(queue.room).toBe((1 << 30) - 100)
  })

  test('is empty and usable after clear', () => {
    const queue = new ByteQueue(CAPACITY)
    queue.add(new Uint8Array(CAPACITY))
    queue.clear()
    expect(queue.length).toBe(0)
    queue.add(Uint8Array.of(7))
    const target = new Uint8Array(4)
    expect(queue.moveInto(target)).toBe(1)
    expect(target[0]).toBe(7)
  })
})
