/** A queue of bytes, compared with a simple model. */
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ByteQueue } from '../../src/vsock/byte-queue.ts'

const CAPACITY = 65536

afterEach(() => {
  vi.unstubAllGlobals()
})

/** The lengths of the arrays that `work` allocates. */
function arraysOf(work: () => void): number[] {
  const lengths: number[] = []
  const Original = Uint8Array
  vi.stubGlobal(
    'Uint8Array',
    class extends Original {
      constructor(...args: [number]) {
        super(...args)
        if (typeof args[0] === 'number') lengths.push(args[0])
      }
    },
  )
  work()
  return lengths
}

describe('ByteQueue', () => {
  test('returns the added bytes in order, for chunks of any size', () => {
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
            if (target[at] !== (((taken + at) * 31) & 0xff)) throw new Error(`wrong byte at ${taken + at}`)
          }
          taken += count
          expect(queue.length).toBe(added - taken)
          expect(queue.room).toBe(CAPACITY - queue.length)
        }
      }),
    )
  })

  test('does not allocate its whole capacity for a few bytes', () => {
    const queue = new ByteQueue(1 << 30)
    queue.add(new Uint8Array(100))
    expect(queue.room).toBe((1 << 30) - 100)
  })

  test.each([
    [1, 4096],
    [4096, 4096],
    [4097, 8192],
    [8193, 16_384],
    [CAPACITY, CAPACITY],
  ])('allocates for %d bytes an array of %d, and nothing more until that is full', (length, memory) => {
    const bytes = new Uint8Array(length)
    expect(arraysOf(() => new ByteQueue(CAPACITY))).toEqual([])
    const queue = new ByteQueue(CAPACITY)
    expect(arraysOf(() => queue.add(bytes))).toEqual([memory])
    expect(arraysOf(() => queue.add(bytes.subarray(0, memory - length)))).toEqual([])
  })

  test('grows and keeps the order, wherever the bytes start', () => {
    const queue = new ByteQueue(CAPACITY)
    const bytes = Uint8Array.from({ length: 4098 }, (_, at) => at * 31)
    queue.add(bytes.subarray(0, 4096))
    expect(queue.moveInto(new Uint8Array(4095))).toBe(4095)
    expect(arraysOf(() => queue.add(bytes.subarray(4096)))).toEqual([])
    const first = new Uint8Array(2)
    expect([queue.moveInto(first), ...first]).toEqual([2, bytes[4095], bytes[4096]])
    expect(arraysOf(() => queue.add(bytes.subarray(0, 4096)))).toEqual([8192])
    const rest = new Uint8Array(5000)
    expect(queue.moveInto(rest)).toBe(4097)
    expect(rest.subarray(0, 4097)).toEqual(Uint8Array.of(bytes[4097]!, ...bytes.subarray(0, 4096)))
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
