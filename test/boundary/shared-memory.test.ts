/** The layout of the memory that the hypervisor and an enclave share, and the bells that wake a thread. */
import { describe, expect, test } from 'vitest'
import {
  CONSOLE_LENGTH,
  createSharedMemory,
  End,
  MAILBOX_LENGTH,
  Mailbox,
  mapSharedMemory,
  Phase,
  RING_IN_LENGTH,
  RING_OUT_LENGTH,
  ringBell,
  ringIfAsleep,
  SHARED_LENGTH,
  Word,
} from '../../src/boundary/shared-memory.ts'
import { patience } from '../support/patience.ts'

test('the control words do not overlap, and a ring has two adjacent ones', () => {
  expect(Word).toEqual({
    KERNEL_BELL: 0,
    HYPERVISOR_BELL: 1,
    PHASE: 2,
    END: 3,
    DETAIL: 4,
    MAILBOX: 5,
    MAILBOX_LENGTH: 6,
    CONSOLE: 7,
    RING_OUT: 8,
    RING_IN: 10,
    ASLEEP: 12,
    HYPERVISOR_ASLEEP: 13,
    MEMORY: 14,
  })
})

test('the values of the control words are these numbers, and the initial ones are 0', () => {
  expect(Phase).toEqual({ BOOTING: 0, RUNNING: 1, FAILED: 2, ENDED: 3 })
  expect(End).toEqual({ EXITED: 1, TRAPPED: 2, OUT_OF_MEMORY: 3, STACK_OVERFLOW: 4, CPU_LIMIT: 5 })
  expect(Mailbox).toEqual({ EMPTY: 0, REQUEST: 1, RESPONSE: 2 })
})

describe('the memory', () => {
  const memory = createSharedMemory()
  const { words, mailbox, console: printed, ringOut, ringIn } = memory
  const parts = [words, mailbox, printed, ringOut.bytes, ringIn.bytes]

  test('has parts of these lengths', () => {
    expect([words.byteLength, mailbox.byteLength, printed.byteLength]).toEqual([4096, 24_576, 65_536])
    expect([MAILBOX_LENGTH, CONSOLE_LENGTH]).toEqual([24_576, 65_536])
    expect([ringOut.bytes.byteLength, ringIn.bytes.byteLength]).toEqual([524_288, 1_048_576])
    expect([RING_OUT_LENGTH, RING_IN_LENGTH]).toEqual([524_288, 1_048_576])
    expect([ringOut.at, ringIn.at]).toEqual([Word.RING_OUT, Word.RING_IN])
    expect([ringOut.words, ringIn.words]).toEqual([words, words])
  })

  test('has parts that do not overlap, and ends with the last one', () => {
    expect(parts.map(({ byteOffset }) => byteOffset)).toEqual([0, 4096, 28_672, 131_072, 655_360])
    for (const [at, part] of parts.slice(1).entries()) {
      const { byteOffset, byteLength } = parts[at]!
      expect(part.byteOffset).toBeGreaterThanOrEqual(byteOffset + byteLength)
    }
    expect(memory.buffer.byteLength).toBe(SHARED_LENGTH)
    expect(ringIn.bytes.byteOffset + ringIn.bytes.byteLength).toBe(SHARED_LENGTH)
  })

  test('is shared by all who map it', () => {
    mailbox[0] = 7
    expect(mapSharedMemory(memory.buffer).mailbox[0]).toBe(7)
    expect(parts.every((part) => part.buffer === memory.buffer)).toBe(true)
  })
})

describe('a bell', () => {
  const sleeperOn = (words: Int32Array<ArrayBufferLike>, word: number) =>
    (
      Atomics.waitAsync(words as Int32Array<SharedArrayBuffer>, word, 0, patience(600_000)) as {
        value: Promise<string>
      }
    ).value

  test('is counted and wakes its sleeper, whether or not the asleep word is set', async () => {
    const { words } = createSharedMemory()
    const woken = sleeperOn(words, Word.KERNEL_BELL)
    ringBell(words, Word.KERNEL_BELL)
    expect(await woken).toBe('ok')
    expect(words[Word.KERNEL_BELL]).toBe(1)
    ringBell(words, Word.KERNEL_BELL)
    expect(words[Word.KERNEL_BELL]).toBe(2)
  })

  test('rung by ringIfAsleep wakes the sleeper only if its asleep word is set', async () => {
    const { words } = createSharedMemory()
    const woken = sleeperOn(words, Word.HYPERVISOR_BELL)
    ringIfAsleep(words, Word.HYPERVISOR_BELL, Word.HYPERVISOR_ASLEEP)
    expect(words[Word.HYPERVISOR_BELL]).toBe(1)
    // The sleeper was not woken: `notify` still finds it.
    expect(Atomics.notify(words, Word.HYPERVISOR_BELL)).toBe(1)
    expect(await woken).toBe('ok')
    const again = (
      Atomics.waitAsync(words as Int32Array<SharedArrayBuffer>, Word.HYPERVISOR_BELL, 1) as {
        value: Promise<string>
      }
    ).value
    words[Word.HYPERVISOR_ASLEEP] = 1
    ringIfAsleep(words, Word.HYPERVISOR_BELL, Word.HYPERVISOR_ASLEEP)
    expect(Atomics.notify(words, Word.HYPERVISOR_BELL)).toBe(0)
    expect(await again).toBe('ok')
    expect(words[Word.HYPERVISOR_BELL]).toBe(2)
  })
})
