/** A call that has not ended. */
import { callAfter } from '../platform/timer.ts'
import { badFrame } from '../service/frame.ts'
import { Incoming } from '../service/incoming.ts'
import type { Outgoing } from '../service/outgoing.ts'
import { Kind } from '../service/protocol.ts'
import { refusal } from './failures.ts'

/** What a call needs of its client. */
export interface CallEvents {
  /** Returns the length of the message. */
  send(message: readonly unknown[]): number
  /** Nothing more is received or sent about it. */
  onEnd(): void
}

export class PendingCall {
  readonly id: number
  readonly result: Promise<unknown>
  readonly #events: CallEvents
  readonly #settle: PromiseWithResolvers<unknown>
  #incoming: Incoming | undefined
  #outgoing: Outgoing | undefined
  #stopTimer: (() => void) | undefined
  #forgetSignal: (() => void) | undefined

  constructor(id: number, events: CallEvents) {
    this.id = id
    this.#events = events
    this.#settle = Promise.withResolvers()
    this.result = this.#settle.promise
  }

  /** Sends the request item by item, until the service or the caller stops it. */
  sendItems(outgoing: Outgoing): void {
    const { id } = this
    this.#outgoing = outgoing
    const sending = outgoing.run((item) => this.#events.send([Kind.ITEM, id, item]))
    sending.then(
      (isWhole) => isWhole && this.#events.send([Kind.END, id]),
      (error: unknown) => {
        // The caller gets its own error; the service learns only that there was one.
        this.#events.send([Kind.FAILURE, id, 'E_SERVICE_CANCELLED', ''])
        this.fail(error)
      },
    )
  }

  cancelOn(signal: AbortSignal): void {
    const abort = () => this.cancel(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    this.#forgetSignal = () => signal.removeEventListener('abort', abort)
  }

  cancelAfter(milliseconds: number, error: () => Error): void {
    this.#stopTimer = callAfter(milliseconds, () => this.cancel(error()))
  }

  /** Tells the service that nobody waits, and fails the call with `reason`. */
  cancel(reason: unknown): void {
    // First, because sending may fail all calls.
    this.fail(reason)
    this.#events.send([Kind.CANCEL, this.id])
  }

  /** A message about this call. `length` is that of the message. */
  receive(kind: number, rest: readonly unknown[], length: number): void {
    if (kind === Kind.ITEM) this.#incoming?.push(rest[0], length)
    else if (kind === Kind.WINDOW) this.#outgoing?.grant(rest[0])
    else if (kind === Kind.CANCEL) this.#outgoing?.stop()
    else if (kind === Kind.FAILURE) this.fail(refusal(rest))
    else if (kind === Kind.END) this.#endItems()
    else if (this.#incoming) throw badFrame('a call has a second result', String(this.id))
    else if (rest[1] === true) this.#beginItems()
    else this.#end(() => this.#settle.resolve(rest[0]))
  }

  /** It has failed: the call itself, or the items of its result. */
  fail(error: unknown): void {
    this.#end(() => {
      this.#incoming?.fail(error)
      this.#settle.reject(error)
    })
  }

  #beginItems(): void {
    const { id } = this
    this.#incoming = new Incoming({
      onTaken: (cost) => this.#events.send([Kind.WINDOW, id, cost]),
      onStopped: () => {
        this.#events.send([Kind.CANCEL, id])
        this.#end(() => {})
      },
    })
    this.#settle.resolve(this.#incoming)
  }

  #endItems(): void {
    if (this.#incoming) this.#end(() => this.#incoming!.end())
  }

  #end(tell: () => void): void {
    this.#stopTimer?.()
    this.#forgetSignal?.()
    this.#outgoing?.stop()
    this.#events.onEnd()
    tell()
  }
}
