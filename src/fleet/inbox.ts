/** The subjects on which one end gets the parts of its exchanges: one subscription for all. */
import { toHex } from '../base/bytes.ts'
import type { EnclaveError } from '../base/error.ts'
import { yieldToTasks } from '../platform/yield.ts'
import type { Bus, BusMessage, BusSubscription } from './bus.ts'
import { refusedByBus, unreached } from './failures.ts'
import { type Refusal, watchRefusals } from './refusals.ts'
import { encodePart, PartKind } from './wire/part.ts'

/** Bytes of the random name, which nobody can guess: it is the subject's only protection from other clients of the bus. */
const NAME_LENGTH = 16

/** Who gets the messages of a subject. */
export interface Receiver {
  receive(message: BusMessage): void
  /** The server has refused a message to `refusal.subject`, which may be its own. */
  refuse(refusal: Refusal): void
  fail(error: Error): void
}

export class Inbox {
  readonly #bus: Bus
  readonly #prefix = `_INBOX.${toHex(crypto.getRandomValues(new Uint8Array(NAME_LENGTH)))}`
  readonly #open = new Map<string, Receiver>()
  readonly #subscription: BusSubscription
  #next = 0
  readonly #stopWatching: () => void
  /** Why the bus has refused the subscription, or a message to it, if it has. */
  #refusal: Error | undefined
  #end: Error | undefined

  constructor(bus: Bus) {
    this.#bus = bus
    this.#subscription = bus.subscribe(`${this.#prefix}.*`, {
      callback: (error, message) => {
        if (error) {
          this.#refusal = error
          return
        }
        const receiver = this.#open.get(message.subject)
        if (receiver) receiver.receive(message)
        else if (message.reply !== undefined && message.data[0] === PartKind.PROBE)
          this.#sayGone(message.reply)
      },
    })
    this.#stopWatching = watchRefusals(bus, (refusal) => {
      if (refusal.subject.startsWith(`${this.#prefix}.`)) this.#refusal = refusal
      for (const receiver of [...this.#open.values()]) receiver.refuse(refusal)
    })
  }

  #sayGone(reply: string): void {
    try {
      this.#bus.publish(reply, encodePart(PartKind.GONE, 0))
    } catch {
      // The connection is being closed.
    }
  }

  /**
   * Resolves once the bus has the subscription, and has let a message to it through, as to those of others.
   * @throws {EnclaveError} E_FLEET_PERMISSION if it refuses one
   */
  async ready(): Promise<void> {
    this.#bus.publish(`${this.#prefix}.ready`)
    await this.#bus.flush()
    // What the server has said before is told in later turns.
    await yieldToTasks()
    if (this.#refusal) throw refusedByBus(this.#refusal)
  }

  /** @throws {EnclaveError} E_FLEET_UNREACHED if it was ended: nothing would come to a new subject */
  assertOpen(): void {
    if (this.#end) throw unreached((this.#end as Partial<EnclaveError>).got ?? this.#end.message)
  }

  /** Number of subjects that are open. */
  get size(): number {
    return this.#open.size
  }

  /** A new subject for `receiver`. */
  open(receiver: Receiver): string {
    const subject = `${this.#prefix}.${this.#next++}`
    this.#open.set(subject, receiver)
    return subject
  }

  close(subject: string): void {
    this.#open.delete(subject)
  }

  /** Gets nothing more: what is under way fails with `error`. */
  end(error: Error): void {
    this.#end ??= error
    this.#stopWatching()
    for (const receiver of [...this.#open.values()]) receiver.fail(error)
    this.#open.clear()
    if (!this.#bus.isClosed()) this.#subscription.unsubscribe()
  }
}
