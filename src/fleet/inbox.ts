/** The subjects on which one end gets the parts of its exchanges: one subscription for all. */
import { toHex } from '../base/bytes.ts'
import type { Bus, BusMessage, BusSubscription } from './bus.ts'
import { refusedByBus } from './failures.ts'
import { encodePart, PartKind } from './wire/part.ts'

/** Bytes of the random name, which nobody can guess: it is the subject's only protection from other clients of the bus. */
const NAME_LENGTH = 16

export class Inbox {
  readonly #prefix = `_INBOX.${toHex(crypto.getRandomValues(new Uint8Array(NAME_LENGTH)))}`
  readonly #open = new Map<string, (message: BusMessage) => void>()
  readonly #subscription: BusSubscription
  #next = 0
  /** Why the bus has refused the subscription, if it has. */
  refusal: Error | undefined

  constructor(bus: Bus) {
    this.#subscription = bus.subscribe(`${this.#prefix}.*`, {
      callback: (error, message) => {
        if (error) {
          this.refusal = error
          return
        }
        const receive = this.#open.get(message.subject)
        if (receive) receive(message)
        else if (message.reply !== undefined && message.data[0] === PartKind.PROBE)
          bus.publish(message.reply, encodePart(PartKind.GONE, 0))
      },
    })
  }

  /** Resolves once the bus has the subscription. @throws {EnclaveError} E_FLEET_UNREACHED if it refuses it */
  async ready(bus: Bus): Promise<void> {
    await bus.flush()
    if (this.refusal) throw refusedByBus(this.refusal)
  }

  /** Number of subjects that are open. */
  get size(): number {
    return this.#open.size
  }

  /** A new subject whose messages `receive` gets. */
  open(receive: (message: BusMessage) => void): string {
    const subject = `${this.#prefix}.${this.#next++}`
    this.#open.set(subject, receive)
    return subject
  }

  close(subject: string): void {
    this.#open.delete(subject)
  }

  /** Gets nothing more. */
  end(): void {
    this.#open.clear()
    this.#subscription.unsubscribe()
  }
}
