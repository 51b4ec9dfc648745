/** One call of a service's function that has not ended. */
import { EnclaveError } from '../../base/error.ts'
import type { CallContext } from '../../service/handlers.ts'
import { Incoming } from '../../service/incoming.ts'
import { Outgoing } from '../../service/outgoing.ts'
import { Kind } from '../../service/protocol.ts'

/** What few calls have. */
interface Parts {
  controller?: AbortController
  incoming?: Incoming
  outgoing?: Outgoing
  settled?: Promise<void> | undefined
}

/** It has few fields, because an interpreter takes its time for each of them. */
export class Call implements CallContext {
  readonly id: number
  isCancelled = false
  readonly #send: (message: readonly unknown[]) => number
  #parts: Parts | undefined

  constructor(id: number, send: (message: readonly unknown[]) => number) {
    this.id = id
    this.#send = send
  }

  /** Resolves when it has ended, if that is later. */
  get settled(): Promise<void> | undefined {
    return this.#parts?.settled
  }

  set settled(settled: Promise<void> | undefined) {
    this.#parts ??= {}
    this.#parts.settled = settled
  }

  get signal(): AbortSignal {
    this.#parts ??= {}
    this.#parts.controller ??= new AbortController()
    if (this.isCancelled) this.#parts.controller.abort(cancelled())
    return this.#parts.controller.signal
  }

  /** The request, whose items follow. */
  expectItems(): Incoming {
    this.#parts ??= {}
    this.#parts.incoming = new Incoming({
      onTaken: (cost) => this.#send([Kind.WINDOW, this.id, cost]),
      onStopped: () => this.#send([Kind.CANCEL, this.id]),
    })
    return this.#parts.incoming
  }

  /** Sends the result item by item. */
  async sendItems(items: AsyncIterable<unknown>): Promise<void> {
    const { id } = this
    const outgoing = new Outgoing(items)
    this.#parts ??= {}
    this.#parts.outgoing = outgoing
    if (this.isCancelled) return outgoing.stop()
    this.#send([Kind.RESULT, id, null, true])
    if (await outgoing.run((item) => this.#send([Kind.ITEM, id, item]))) this.#send([Kind.END, id])
  }

  /** A message about this call, with this value. `length` is that of the message. */
  receive(kind: number, value: unknown, length: number): void {
    if (kind === Kind.ITEM) this.#parts?.incoming?.push(value, length)
    else if (kind === Kind.END) this.#parts?.incoming?.end()
    else if (kind === Kind.FAILURE) this.#requestFailed()
    else if (kind === Kind.WINDOW) this.#parts?.outgoing?.grant(value)
    else if (kind === Kind.CANCEL) this.cancel()
  }

  /** The caller sends nothing more. */
  requestOver(): void {
    this.#parts?.incoming?.fail(requestFailed())
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
    this.#parts?.controller?.abort(cancelled())
    this.#parts?.incoming?.fail(cancelled())
    this.#parts?.outgoing?.stop()
  }

  /** It has ended: nobody takes the rest of the request. */
  close(): void {
    void this.#parts?.incoming?.return()
  }
}

function cancelled(): EnclaveError {
  return new EnclaveError('E_SERVICE_CANCELLED', { what: 'the caller has cancelled the call' })
}

function requestFailed(): EnclaveError {
  return new EnclaveError('E_SERVICE_CANCELLED', { what: 'the caller’s stream has failed' })
}
