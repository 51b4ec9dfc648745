/** When one end wakes the other: bells are cheap, but a sleeping peer is woken only if there is something for it to do. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { RingPair } from '../../src/boundary/ring-pair.ts'
import { createSharedMemory, type SharedMemory, Word } from '../../src/boundary/shared-memory.ts'
import { MAX_PAYLOAD, Op, type PacketHeader, TYPE_STREAM } from '../../src/vsock/packet.ts'

const PAYLOAD = new Uint8Array(MAX_PAYLOAD)
const HEADER: PacketHeader = {
  ...{ sourceCid: 4, destinationCid: 3, sourcePort: 1, destinationPort: 2, length: MAX_PAYLOAD, flags: 0 },
  ...{ type: TYPE_STREAM, operation: Op.RW, bufferAllocation: 0, forwardCount: 0 },
}

let memory: SharedMemory
let hypervisor: RingPair
let kernel: RingPair
beforeEach(() => {
  memory = createSharedMemory()
  const { words, ringIn, ringOut } = memory
  hypervisor = new RingPair(ringIn, ringOut, { words, bell: Word.KERNEL_BELL, asleep: Word.ASLEEP })
  kernel = new RingPair(ringOut, ringIn, {
    ...{ words, bell: Word.HYPERVISOR_BELL, asleep: Word.HYPERVISOR_ASLEEP },
  })
  Atomics.store(words, Word.ASLEEP, 1)
  Atomics.store(words, Word.HYPERVISOR_ASLEEP, 1)
  return () => void vi.restoreAllMocks()
})

/** What `work` does to the peer's bell: how often it rings, and how often that wakes the peer. */
function bells(work: () => void) {
  const notify = vi.spyOn(Atomics, 'notify')
  const count = () =>
    Atomics.load(memory.words, Word.KERNEL_BELL) + Atomics.load(memory.words, Word.HYPERVISOR_BELL)
  const before = count()
  work()
  const woken = notify.mock.calls.length
  notify.mockRestore()
  return { rung: count() - before, woken }
}
const fill = () => {
  let sent = 0
  while (kernel.push(HEADER, PAYLOAD, true)) sent += 1
  return sent
}

describe('a packet', () => {
  test('wakes the peer', () => {
    expect(bells(() => kernel.push(HEADER, PAYLOAD))).toEqual({ rung: 1, woken: 1 })
  })

  test('with more to come rings, but wakes the peer only with the last', () => {
    expect(bells(() => kernel.push(HEADER, PAYLOAD, true))).toEqual({ rung: 1, woken: 0 })
    expect(bells(() => kernel.push(HEADER, PAYLOAD))).toEqual({ rung: 1, woken: 1 })
  })

  test('wakes it also when a quarter of the ring is full of them, so that it reads while the others are written', () => {
    const woken = Array.from({ length: 7 }, () => bells(() => kernel.push(HEADER, PAYLOAD, true)).woken)
    expect(woken).toEqual([0, 1, 0, 1, 0, 1, 0])
  })

  test('after which no more came wakes the peer when that is known, once', () => {
    kernel.push(HEADER, PAYLOAD, true)
    expect(bells(() => kernel.acknowledge()).woken).toBe(1)
    expect(bells(() => kernel.acknowledge()).woken).toBe(0)
  })

  test('for which there is no room does nothing', () => {
    fill()
    expect(bells(() => expect(kernel.push(HEADER, PAYLOAD)).toBe(false))).toEqual({ rung: 0, woken: 0 })
  })
})

describe('what was taken', () => {
  test('from a ring that is less than half full rings, and wakes nobody', () => {
    kernel.push(HEADER, PAYLOAD)
    expect(hypervisor.pop()).toBeDefined()
    expect(hypervisor.pop()).toBeUndefined()
    expect(bells(() => hypervisor.acknowledge())).toEqual({ rung: 1, woken: 0 })
  })

  test('from a full ring wakes a producer that may wait, as soon as half of it is free', () => {
    const sent = fill()
    const wakes: number[] = []
    for (let taken = 1; hypervisor.pop(); taken++) {
      if (bells(() => hypervisor.acknowledge()).woken > 0) wakes.push(taken)
    }
    // What `pop` returns is in the ring until the next one.
    expect(wakes).toEqual([Math.floor(sent / 2) + 2])
  })

  test('wakes it also if all was taken before it is acknowledged', () => {
    fill()
    while (hypervisor.pop());
    expect(bells(() => hypervisor.acknowledge()).woken).toBe(1)
    expect(bells(() => hypervisor.acknowledge()).woken).toBe(0)
  })

  test('never leaves a producer waiting, whatever the order: it is woken after it has found the ring full', () => {
    let random = 7
    const next = () => {
      random = (Math.imul(random, 1103515245) + 12345) >>> 0
      return random / 2 ** 32
    }
    let isWaiting = false
    let waits = 0
    for (let step = 0; step < 20_000; step++) {
      const length = Math.floor(next() ** 4 * MAX_PAYLOAD)
      if (next() < 0.55 && !isWaiting) {
        isWaiting = !kernel.push({ ...HEADER, length }, PAYLOAD.subarray(0, length), true)
        // A producer sends what there is room for, and waits when there is none.
        if (isWaiting && kernel.room >= 0) {
          const rest = Math.min(kernel.room, length)
          kernel.push({ ...HEADER, length: rest }, PAYLOAD.subarray(0, rest), true)
          isWaiting = kernel.room <= 0
        }
        if (isWaiting) waits += 1
      } else {
        const isTaken = hypervisor.pop() !== undefined
        if (bells(() => hypervisor.acknowledge()).woken > 0) isWaiting = false
        expect(isTaken || !isWaiting, 'the ring is empty, and its producer waits').toBe(true)
      }
    }
    expect(waits).toBeGreaterThan(10)
  })
})
