/** The kernel's end of the shared memory: what it writes, where and in which order, and how it sleeps. */
import { describe, expect, test } from 'vitest'
import { RingConsumer, RingProducer } from '../../src/boundary/ring.ts'
import { createSharedMemory, End, Mailbox, Phase, Word } from '../../src/boundary/shared-memory.ts'
import { RingChannel } from '../../src/kernel/ring-channel.ts'
import { headerOf } from '../hypervisor/kernel-ends.ts'

const CONSOLE_LENGTH = 65_536

function channel() {
  const memory = createSharedMemory()
  const clock = { time: 0, step: 0 }
  const ring = new RingChannel(memory.buffer, () => {
    clock.time += clock.step
    return clock.time
  })
  const word = (name: keyof typeof Word) => memory.words[Word[name]]!
  return { memory, clock, ring, word }
}

describe('packets', () => {
  test('are sent through one ring and received through the other, with a bell', () => {
    const { memory, ring, word } = channel()
    const room = ring.room
    expect(ring.push(headerOf({}, 2), Uint8Array.of(1, 2))).toBe(true)
    expect(word('HYPERVISOR_BELL')).toBe(1)
    expect(ring.room).toBeLessThanOrEqual(room)
    expect(new RingConsumer(memory.ringOut).pop()?.payload).toEqual(Uint8Array.of(1, 2))
    expect(ring.pop()).toBeUndefined()
    new RingProducer(memory.ringIn).push(headerOf({}, 1), Uint8Array.of(3))
    expect(ring.pop()?.payload).toEqual(Uint8Array.of(3))
    expect(word('HYPERVISOR_BELL')).toBe(1)
    ring.acknowledge()
    expect(word('HYPERVISOR_BELL')).toBe(2)
    expect(word('KERNEL_BELL')).toBe(0)
  })

  test('for which there is no room ring no bell', () => {
    const { ring, word } = channel()
    let sent = 0
    while (ring.push(headerOf({}, 65_536), new Uint8Array(65_536))) sent += 1
    expect(sent).toBeGreaterThan(0)
    expect(word('HYPERVISOR_BELL')).toBe(sent)
  })
})

describe('the mailbox', () => {
  test('passes a request to the hypervisor, and rings', () => {
    const { memory, ring, word } = channel()
    ring.ask(Uint8Array.of(1, 2, 3))
    expect([...memory.mailbox.subarray(0, 4)]).toEqual([1, 2, 3, 0])
    expect([word('MAILBOX_LENGTH'), word('MAILBOX'), word('HYPERVISOR_BELL')]).toEqual([
      3,
      Mailbox.REQUEST,
      1,
    ])
    expect(ring.takeAnswer()).toBeUndefined()
  })

  test('returns its response once, as a copy', () => {
    const { memory, ring, word } = channel()
    expect(ring.takeAnswer()).toBeUndefined()
    memory.mailbox.set([7, 8, 9])
    memory.words[Word.MAILBOX_LENGTH] = 2
    memory.words[Word.MAILBOX] = Mailbox.RESPONSE
    const answer = ring.takeAnswer()
    expect([word('MAILBOX'), ring.takeAnswer()]).toEqual([Mailbox.EMPTY, undefined])
    memory.mailbox.fill(0)
    expect(answer).toEqual(Uint8Array.of(7, 8))
  })
})

describe('the console', () => {
  const count = (length: number, from = 0) => Uint8Array.from({ length }, (_, at) => (at + from) % 251)

  test('keeps the last 65,536 bytes, counts all, and wakes nobody', () => {
    const { memory, ring, word } = channel()
    ring.print(Uint8Array.of(1, 2))
    ring.print(Uint8Array.of(3))
    expect([...memory.console.subarray(0, 4)]).toEqual([1, 2, 3, 0])
    expect([word('CONSOLE'), word('HYPERVISOR_BELL')]).toEqual([3, 0])
  })

  test.each([
    [0, CONSOLE_LENGTH],
    [0, CONSOLE_LENGTH - 1],
    [0, CONSOLE_LENGTH + 1],
    [CONSOLE_LENGTH - 2, 2],
    [CONSOLE_LENGTH - 2, 5],
    [3, CONSOLE_LENGTH],
    [3, 3 * CONSOLE_LENGTH + 7],
    [CONSOLE_LENGTH + 9, 4],
  ])('after %d bytes accepts %d more', (before, length) => {
    const { memory, ring, word } = channel()
    ring.print(count(before))
    ring.print(count(length, 100))
    const all = new Uint8Array([...count(before), ...count(length, 100)])
    expect(word('CONSOLE')).toBe(all.byteLength)
    const from = Math.max(0, all.byteLength - CONSOLE_LENGTH)
    const kept = Array.from(
      { length: all.byteLength - from },
      (_, at) => memory.console[(from + at) % CONSOLE_LENGTH],
    )
    expect(Uint8Array.from(kept as number[])).toEqual(all.subarray(from))
  })
})

describe('the end', () => {
  test('after RUNNING is reported with a status and a bell', () => {
    const { ring, word } = channel()
    ring.tellRunning()
    expect([word('PHASE'), word('HYPERVISOR_BELL')]).toEqual([Phase.RUNNING, 1])
    ring.tellEnd(End.EXITED, 7)
    expect([word('END'), word('DETAIL'), word('PHASE')]).toEqual([End.EXITED, 7, Phase.ENDED])
    expect(word('HYPERVISOR_BELL')).toBe(2)
  })

  test('before RUNNING is a failure', () => {
    const { ring, word } = channel()
    ring.tellEnd(End.TRAPPED, 'no')
    expect([word('END'), word('DETAIL'), word('PHASE')]).toEqual([End.TRAPPED, 2, Phase.FAILED])
  })

  test('has its message in the mailbox, up to the maximum length', () => {
    const { memory, ring, word } = channel()
    ring.tellEnd(End.TRAPPED, 'né')
    expect([...memory.mailbox.subarray(0, 4)]).toEqual([110, 0xc3, 0xa9, 0])
    expect(word('DETAIL')).toBe(3)
    ring.tellEnd(End.TRAPPED, 'x'.repeat(10_000))
    expect(word('DETAIL')).toBe(6144)
    ring.tellEnd(End.TRAPPED, '€'.repeat(10_000))
    expect(word('DETAIL')).toBe(3 * 6144)
  })
})

describe('sleep', () => {
  test('ends at once if the bell has been rung since the mark', () => {
    const { memory, ring, word } = channel()
    const mark = ring.mark()
    expect(mark).toBe(0)
    memory.words[Word.KERNEL_BELL] = 1
    ring.sleep(mark, Number.POSITIVE_INFINITY)
    expect(ring.mark()).toBe(1)
    expect(word('ASLEEP')).toBe(0)
  })

  test('polls before it waits, for at most a tenth of a millisecond', () => {
    for (const [time, looks] of [
      [0.05, 5],
      [1, 10],
    ] as const) {
      const { clock, ring } = channel()
      clock.step = 0.01
      let asked = 0
      const original = ring.mark
      ring.mark = () => {
        asked += 1
        return original.call(ring)
      }
      ring.sleep(0, time)
      expect(asked).toBeGreaterThanOrEqual(looks - 1)
      expect(asked).toBeLessThanOrEqual(looks + 1)
    }
  })

  test('of zero milliseconds does not poll', () => {
    const { ring } = channel()
    ring.mark = () => {
      throw new Error('it polled')
    }
    ring.sleep(0, 0)
    expect(true).toBe(true)
  })

  test('sets its asleep word meanwhile', () => {
    const { memory, clock, ring } = channel()
    clock.step = 0.01
    const seen: number[] = []
    const original = ring.mark
    ring.mark = () => {
      seen.push(memory.words[Word.ASLEEP]!)
      if (seen.length === 3) memory.words[Word.KERNEL_BELL] = 1
      return original.call(ring)
    }
    ring.sleep(0, Number.POSITIVE_INFINITY)
    expect(seen).toEqual([1, 1, 1])
    expect(memory.words[Word.ASLEEP]).toBe(0)
  })
})
