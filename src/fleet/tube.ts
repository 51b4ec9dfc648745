/** One end of an exchange: numbers the parts that it sends, checks those that it gets, and bounds what is under way. */
import type { EnclaveError } from '../base/error.ts'
import { callAfter } from '../platform/timer.ts'
import { shareTurn } from '../platform/yield.ts'
import { type Bus, type BusMessage, nobodyListens } from './bus.ts'
import { lost, refusedByBus } from './failures.ts'
import type { Inbox } from './inbox.ts'
import {
  badMessage,
  costOf,
  decodePart,
  encodePart,
  fourBytes,
  numberOf,
  PartKind,
  partLength,
  WINDOW,
  wordBytes,
  wordOf,
} from './wire/part.ts'

/** Milliseconds without a part after which the other end is asked whether it is still there. */
const QUIET = 500
/** Questions in a row without an answer after which it is not: what would have ended the exchange was dropped. */
const MAX_QUESTIONS = 120
const WANTS_ANSWER = Uint8Array.of(1)

/** What the owner of an end is told. */
export interface TubeOwner {
  /** ACCEPT, REFUSE or HEAD has come. */
  onPart(kind: number, rest: Uint8Array): void
  /** It has failed; called once, and not after `end`. */
  onFailure(error: Error): void
  /** It is over, in whatever way; called once. */
  onEnd?(): void
}

export class Tube {
  /** Where the other end answers. */
  readonly address: string
  readonly #bus: Bus
  readonly #inbox: Inbox
  readonly #owner: TubeOwner
  #to: string | undefined
  /** Where the first part was sent. */
  #subject: string | undefined
  #sent = 0
  #expected: number
  #credit = WINDOW
  #wake: (() => void) | undefined
  readonly #queue: Uint8Array[] = []
  #queued = 0
  #failure: Error | undefined
  #isEnded = false
  #isSending = false
  #isOver = false
  #wanted: (() => void) | undefined
  #stopTimer: (() => void) | undefined
  #questions = 0
  #isQuiet = false

  /** `to` is where the other end gets parts, if that is known; `expected` the number of the first part from it. */
  constructor(
    bus: Bus,
    inbox: Inbox,
    owner: TubeOwner,
    { to, expected = 0 }: { to?: string; expected?: number },
  ) {
    this.#bus = bus
    this.#inbox = inbox
    this.#owner = owner
    this.#to = to
    this.#expected = expected
    this.address = inbox.open({
      receive: (message) => this.#receive(message),
      fail: (error) => this.fail('closed', error),
      refuse: (refusal) => {
        const { subject } = refusal
        if (subject === this.#to) this.#over(refusedByBus(refusal, true))
        else if (subject === this.#subject && this.#to === undefined) this.#over(refusedByBus(refusal))
      },
    })
    this.#watch()
  }

  /** Sends the first part to `subject`, where somebody will take it. */
  begin(subject: string, rest: Uint8Array): void {
    this.#subject = subject
    this.#publish(subject, PartKind.OPEN, rest)
  }

  /** Sends a part. */
  send(kind: number, rest?: Uint8Array): void {
    if (this.#to !== undefined && !this.#isOver) this.#publish(this.#to, kind, rest)
  }

  /** Sends a body, as fast as the other end takes it. If the body fails, the other end is told. */
  async sendBody(body: AsyncIterable<Uint8Array>): Promise<void> {
    this.#isSending = true
    try {
      for await (const bytes of body) {
        for (let at = 0; at < bytes.length; ) {
          while (this.#credit <= 0 && !this.#isOver)
            await new Promise<void>((resolve) => (this.#wake = resolve))
          if (this.#isOver) return
          const length = Math.min(partLength(this.#bus.info?.max_payload), this.#credit)
          const part = bytes.subarray(at, at + length)
          this.#credit -= costOf(part.length)
          this.send(PartKind.DATA, part)
          at += part.length
        }
        if (this.#isOver) return
      }
      this.send(PartKind.END)
      this.#isSending = false
    } catch (error) {
      this.fail('body-failed', error as Error)
    }
  }

  /** The body that comes, from the bytes that were in the first part on. */
  body(first: Uint8Array = new Uint8Array()): ReadableStream<Uint8Array> {
    if (first.length > 0) this.#queue.unshift(first)
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          while (this.#queue.length === 0 && !this.#isEnded && !this.#failure)
            await new Promise<void>((resolve) => (this.#wanted = resolve))
          const bytes = this.#queue.shift()
          if (bytes) {
            if (bytes !== first) this.#took(costOf(bytes.length))
            await shareTurn()
            controller.enqueue(bytes)
          } else if (this.#isEnded) controller.close()
          else controller.error(this.#failure)
        },
        cancel: () => this.fail('cancelled', lost('the body was cancelled')),
      },
      { highWaterMark: 0 },
    )
  }

  /** Gives up: the other end gets the word, and this one the error. */
  fail(word: string, error: Error): void {
    if (this.#isOver) return
    this.send(PartKind.FAIL, wordBytes(word))
    this.#over(error)
  }

  /** It is complete. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#stopTimer?.()
    this.#inbox.close(this.address)
    this.#wake?.()
    this.#owner.onEnd?.()
  }

  #took(cost: number): void {
    this.#queued -= cost
    this.send(PartKind.CREDIT, fourBytes(cost))
  }

  #publish(subject: string, kind: number, rest?: Uint8Array): void {
    try {
      this.#bus.publish(subject, encodePart(kind, this.#sent++, rest), { reply: this.address })
    } catch {
      // It is closed, or is being closed.
      this.#over(lost('the connection to the bus is closed'))
    }
  }

  #receive(message: BusMessage): void {
    if (this.#isOver) return
    if (nobodyListens(message)) {
      this.#peerLeft('nobody listens any more')
      return
    }
    // The bus had another member take it too.
    if (this.#to !== undefined && message.reply !== undefined && message.reply !== this.#to) return
    try {
      const { kind, number, rest } = decodePart(message.data)
      if (kind === PartKind.GONE) return this.#peerLeft('the other end has given up')
      // The bus has repeated it.
      if (number < this.#expected) return
      if (number > this.#expected) throw lost('the bus has dropped a message')
      this.#expected += 1
      this.#questions = 0
      this.#isQuiet = false
      if (message.reply !== undefined && this.#to === undefined) this.#to = message.reply
      this.#take(kind, rest)
    } catch (error) {
      this.fail('bad-message', error as EnclaveError)
    }
  }

  #take(kind: number, rest: Uint8Array): void {
    switch (kind) {
      case PartKind.DATA:
        this.#queued += costOf(rest.length)
        if (this.#isEnded || rest.length === 0 || this.#queued > WINDOW + costOf(0))
          throw badMessage('the bus carries more than was asked for', `${rest.length} bytes`)
        this.#queue.push(rest.slice())
        return this.#tellReader()
      case PartKind.END:
        this.#isEnded = true
        return this.#tellReader()
      case PartKind.FAIL:
        return this.#over(lost(`the other end gave up: ${wordOf(rest)}`))
      case PartKind.CREDIT:
        this.#credit = Math.min(WINDOW, this.#credit + numberOf(rest))
        return this.#wake?.()
      case PartKind.PROBE:
        if (rest[0] === WANTS_ANSWER[0]) this.send(PartKind.PROBE)
        return
      case PartKind.ACCEPT:
      case PartKind.REFUSE:
      case PartKind.HEAD:
        return this.#owner.onPart(kind, rest)
      default:
        throw badMessage('a part comes at the wrong time', String(kind))
    }
  }

  #tellReader(): void {
    this.#wanted?.()
    this.#wanted = undefined
  }

  /** Whoever has sent everything, and has got everything, may leave. */
  #peerLeft(how: string): void {
    if (!this.#isEnded || this.#isSending) this.#over(lost(how))
  }

  #over(error: Error): void {
    if (this.#isOver) return
    this.#failure = error
    this.end()
    this.#tellReader()
    this.#owner.onFailure(error)
  }

  /** If it is quiet, asks: a lost end is noticed by NATS, a dropped part by the number of the answer. */
  #watch(): void {
    this.#stopTimer = callAfter(QUIET, () => {
      if (this.#isQuiet && ++this.#questions > MAX_QUESTIONS)
        return this.#over(lost('the other end is silent'))
      if (this.#isQuiet) this.send(PartKind.PROBE, WANTS_ANSWER)
      this.#isQuiet = true
      this.#watch()
    })
  }
}
