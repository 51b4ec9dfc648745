/** One call of a service's function that has not ended. */
import { EnclaveError } from '../../base/error.ts'
import type { CallContext } from '../../service/handlers.ts'
import { Incoming } from '../../service/incoming.ts'
import { Outgoing } from '../../service/outgoing.ts'
import { Kind } from '../../service/protocol.ts'

export class Call implements CallContext {
  readonly id: number
  isCancelled = false
  /** Resolves when it has ended, if that is later. */
  settled: Promise<void> | undefined
  readonly #send: (message: readonly unknown[]) => number
  /** Made on first use, because most functions need none. */
  #controller: AbortController | undefined
  #incoming: Incoming | undefined
  #outgoing: Outgoing | undefined

  constructor(id: number, send: (message: readonly unknown[]) => number) {
    this.id = id
    this.#send = send
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.isCancelled) this.#controller.abort(cancelled())
    return this.#controller.signal
  }

  /** The request, whose items follow. */
  expectItems(): Incoming {
    this.#incoming = new Incoming({
      onTaken: (cost) => this.#send([Kind.WINDOW, this.id, cost]),
      onStopped: () => this.#send([Kind.CANCEL, this.id]),
    })
    return this.#incoming
  }

  /** Sends the result item by item. */
  async sendItems(items: AsyncIterable<unknown>): Promise<void> {
    const { id } = this
    this.#outgoing = new Outgoing(items)
    if (this.isCancelled) return this.#outgoing.stop()
    this.#send([Kind.RESULT, id, null, true])
    if (await this.#outgoing.run((item) => this.#send([Kind.ITEM, id, item]))) this.#send([Kind.END, id])
  }

  /** A message about this call, with this value. `length` is that of the message. */
  receive(kind: number, value: unknown, length: number): void {
    if (kind === Kind.ITEM) this.#incoming?.push(value, length)
    else if (kind === Kind.END) this.#incoming?.end()
    else if (kind === Kind.FAILURE) this.#requestFailed()
    else if (kind === Kind.WINDOW) this.#outgoing?.grant(value)
    else if (kind === Kind.CANCEL) this.cancel()
  }

  /** The caller sends nothing more. */
  requestOver(): void {
    this.#incoming?.fail(requestFailed())
  }

  /** The caller gets its own error, and waits for nothing more. */
  #requestFailed(): void {
    this.requestOver()
    this.cancel()
  }

  /** Nobody waits for the result any more. */
  cancel(): void {
    if (this.isCancelled) return
    this.isCancelled = true
    this.#controller?.abort(cancelled())
    this.#incoming?.fail(cancelled())
    this.#outgoing?.stop()
  }

  /** It has ended: nobody takes the rest of the request. */
  close(): void {
    void this.#incoming?.return()
  }
}

function cancelled(): EnclaveError {
  return new EnclaveError('E_SERVICE_CANCELLED', { what: 'the caller has cancelled the call' })
}

function requestFailed(): EnclaveError {
  return new EnclaveError('E_SERVICE_CANCELLED', { what: 'the caller’s stream has failed' })
}
