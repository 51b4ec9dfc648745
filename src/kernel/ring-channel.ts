/** The kernel's end of a channel through shared memory: rings, a mailbox, and bells on which either end sleeps. */
import type { Bytes } from '../base/bytes.ts'
import type { KernelChannel } from '../boundary/kernel-channel.ts'
import { Patience } from '../boundary/patience.ts'
import { RingPair } from '../boundary/ring-pair.ts'
import {
  CONSOLE_LENGTH,
  MAILBOX_LENGTH,
  Mailbox,
  mapSharedMemory,
  Phase,
  type SharedMemory,
  Word,
} from '../boundary/shared-memory.ts'

/** Maximum length of one sleep in milliseconds, because Atomics.wait is limited to an int32. */
const MAX_SLEEP = 0x7fffffff

const encoder = new TextEncoder()

/** A channel of rings. */
export class RingChannel extends RingPair implements KernelChannel {
  readonly #shared: SharedMemory
  readonly #now: () => number
  readonly #patience = new Patience()

  constructor(buffer: SharedArrayBuffer, now: () => number) {
    const shared = mapSharedMemory(buffer)
    const { words, ringOut, ringIn } = shared
    super(ringOut, ringIn, { words, bell: Word.HYPERVISOR_BELL, asleep: Word.HYPERVISOR_ASLEEP })
    this.#shared = shared
    this.#now = now
  }

  ask(request: Bytes): void {
    const { words, mailbox } = this.#shared
    mailbox.set(request)
    Atomics.store(words, Word.MAILBOX_LENGTH, request.byteLength)
    Atomics.store(words, Word.MAILBOX, Mailbox.REQUEST)
    this.ring()
  }

  takeAnswer(): Bytes | undefined {
    const { words, mailbox } = this.#shared
    if (Atomics.load(words, Word.MAILBOX) !== Mailbox.RESPONSE) return undefined
    Atomics.store(words, Word.MAILBOX, Mailbox.EMPTY)
    return mailbox.slice(0, Atomics.load(words, Word.MAILBOX_LENGTH)) as Bytes
  }

  print(bytes: Uint8Array): void {
    const { words, console: ring } = this.#shared
    const kept = bytes.subarray(Math.max(0, bytes.byteLength - CONSOLE_LENGTH))
    const start =
      (Atomics.load(words, Word.CONSOLE) + bytes.byteLength - kept.byteLength) & (CONSOLE_LENGTH - 1)
    const untilEnd = CONSOLE_LENGTH - start
    ring.set(kept.subarray(0, untilEnd), start)
    ring.set(kept.subarray(untilEnd), 0)
    // Wakes nobody: the console is read on demand.
    Atomics.add(words, Word.CONSOLE, bytes.byteLength)
  }

  tellMemory(pages: number): void {
    Atomics.store(this.#shared.words, Word.MEMORY, pages)
  }

  tellRunning(): void {
    this.#tell(Phase.RUNNING)
  }

  tellEnd(end: number, detail: number | string): void {
    const { words, mailbox } = this.#shared
    let word = detail
    if (typeof word === 'string') {
      // Encoded and then copied, because browsers do not encode into shared memory.
      const text = encoder.encode(word.slice(0, MAILBOX_LENGTH / 4))
      mailbox.set(text)
      word = text.byteLength
    }
    Atomics.store(words, Word.DETAIL, word)
    Atomics.store(words, Word.END, end)
    const ran = Atomics.load(words, Word.PHASE) === Phase.RUNNING
    this.#tell(ran ? Phase.ENDED : Phase.FAILED)
  }

  #tell(phase: number): void {
    Atomics.store(this.#shared.words, Word.PHASE, phase)
    this.ring()
  }

  mark(): number {
    return Atomics.load(this.#shared.words, Word.KERNEL_BELL)
  }

  sleep(mark: number, time: number): void {
    const { words } = this.#shared
    Atomics.store(words, Word.ASLEEP, 1)
    const span = Math.min(this.#patience.span, time)
    const looked = span > 0 ? this.#now() : 0
    if (this.#look(mark, span)) {
      this.#patience.found(this.#now() - looked)
    } else {
      const begin = this.#now()
      Atomics.wait(words, Word.KERNEL_BELL, mark, Math.min(time, MAX_SLEEP))
      if (span > 0) this.#patience.slept(this.#now() - begin)
    }
    Atomics.store(words, Word.ASLEEP, 0)
  }

  /** Spins for `span` milliseconds; returns whether the bell has been rung since `mark`. */
  #look(mark: number, span: number): boolean {
    if (span === 0) return false
    const end = this.#now() + span
    let came: boolean
    do came = this.mark() !== mark
    while (!came && this.#now() < end)
    return came
  }
}
