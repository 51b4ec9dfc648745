/** The channel to an enclave in a Worker of this process: shared memory, its rings and its mailbox. */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import type { ClaimedEnd, EnclaveChannel } from '../boundary/hypervisor-channel.ts'
import { Patience } from '../boundary/patience.ts'
import { RingPair } from '../boundary/ring-pair.ts'
import {
  CONSOLE_LENGTH,
  MAILBOX_LENGTH,
  Mailbox,
  ringBell,
  type SharedMemory,
  Word,
} from '../boundary/shared-memory.ts'
import { yieldToTasks } from '../platform/yield.ts'
import { MAX_REQUEST_LENGTH } from '../qtsm/protocol.ts'

/** Milliseconds to spin for the next request after a response: about twice what a guest needs. */
const GRACE = 0.008
/** Milliseconds to spin between two yields to other tasks, because each yield makes garbage. */
const MOMENT = 0.005

/** The hypervisor's end of an enclave's shared memory. */
export class RingChannel extends RingPair implements EnclaveChannel {
  readonly #shared: SharedMemory
  readonly #patience = new Patience()
  #answering = false
  #answered = Number.NEGATIVE_INFINITY

  constructor(shared: SharedMemory) {
    const { words, ringOut, ringIn } = shared
    super(ringIn, ringOut, { words, bell: Word.KERNEL_BELL, asleep: Word.ASLEEP })
    this.#shared = shared
  }

  takeRequest(): Bytes | undefined {
    const { words, mailbox } = this.#shared
    if (this.#answering || !this.#isAsked()) return undefined
    const length = Atomics.load(words, Word.MAILBOX_LENGTH)
    if (length < 0 || length > MAX_REQUEST_LENGTH) {
      throw new EnclaveError('E_QTSM_MAILBOX', {
        what: 'a request to the security module has an invalid length',
        expected: `0 to ${MAX_REQUEST_LENGTH} bytes`,
        got: String(length),
      })
    }
    this.#answering = true
    return mailbox.slice(0, length) as Bytes
  }

  respond(response: Bytes): void {
    const { words, mailbox } = this.#shared
    this.#answering = false
    mailbox.set(response)
    Atomics.store(words, Word.MAILBOX_LENGTH, response.byteLength)
    Atomics.store(words, Word.MAILBOX, Mailbox.RESPONSE)
    this.ring()
    this.#answered = performance.now()
  }

  #isAsked(): boolean {
    const { words } = this.#shared
    let is: boolean
    do is = Atomics.load(words, Word.MAILBOX) === Mailbox.REQUEST
    while (!is && performance.now() - this.#answered < GRACE)
    return is
  }

  get memoryPages(): number {
    return Atomics.load(this.#shared.words, Word.MEMORY)
  }

  get phase(): number {
    return Atomics.load(this.#shared.words, Word.PHASE)
  }

  readEnd(): ClaimedEnd {
    const { words, mailbox } = this.#shared
    const status = Atomics.load(words, Word.DETAIL)
    const length = Math.min(Math.max(status, 0), MAILBOX_LENGTH)
    return { end: Atomics.load(words, Word.END), status, message: mailbox.slice(0, length) as Bytes }
  }

  readConsole(): { bytes: Bytes; total: number } {
    const { words, console: ring } = this.#shared
    const written = Atomics.load(words, Word.CONSOLE) >>> 0
    const kept = Math.min(written, CONSOLE_LENGTH)
    const start = (written - kept) & (CONSOLE_LENGTH - 1)
    const untilEnd = Math.min(kept, CONSOLE_LENGTH - start)
    const bytes = new Uint8Array(kept)
    bytes.set(ring.slice(start, start + untilEnd))
    bytes.set(ring.slice(0, kept - untilEnd), untilEnd)
    return { bytes, total: written }
  }

  mark(): number {
    return Atomics.load(this.#shared.words, Word.HYPERVISOR_BELL)
  }

  async sleep(mark: number, timeout: number): Promise<void> {
    const span = Math.min(this.#patience.span, timeout)
    const looked = performance.now()
    if (span > 0 && (await this.#look(mark, span))) return this.#patience.found(performance.now() - looked)
    const { words } = this.#shared
    const begin = performance.now()
    Atomics.store(words, Word.HYPERVISOR_ASLEEP, 1)
    const sleep = Atomics.waitAsync(words, Word.HYPERVISOR_BELL, mark, timeout)
    await (sleep.async ? sleep.value : yieldToTasks())
    Atomics.store(words, Word.HYPERVISOR_ASLEEP, 0)
    if (span > 0 && sleep.async) this.#patience.slept(performance.now() - begin)
  }

  /** Spins for `span` milliseconds, yielding to other tasks; returns whether anything has changed since `mark`. */
  async #look(mark: number, span: number): Promise<boolean> {
    const end = performance.now() + span
    for (let now = 0; now < end; ) {
      await yieldToTasks()
      const pause = performance.now() + MOMENT
      do {
        if (this.mark() !== mark) return true
        now = performance.now()
      } while (now < pause)
    }
    return false
  }

  interrupt(): void {
    ringBell(this.#shared.words, Word.HYPERVISOR_BELL)
  }
}
