/** What ends a call before an enclave has taken it: its caller's signal, or its deadline. */
import type { CallOptions } from '../client/options.ts'
import { callAfter } from '../platform/timer.ts'
import { waitedTooLong } from './failures.ts'

export class Ending {
  readonly #begin = performance.now()
  readonly #deadline: number | undefined
  readonly #ended = Promise.withResolvers<never>()
  readonly #stop: () => void

  /** @throws the signal's reason if it has aborted */
  constructor({ signal, deadline }: CallOptions) {
    signal?.throwIfAborted()
    this.#deadline = deadline
    const { promise, reject } = this.#ended
    promise.catch(() => {})
    const abort = () => reject(signal!.reason)
    signal?.addEventListener('abort', abort)
    const stopTimer =
      deadline === undefined ? undefined : callAfter(deadline, () => reject(waitedTooLong(deadline)))
    this.#stop = () => {
      stopTimer?.()
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Milliseconds that are left of the deadline. */
  get left(): number | undefined {
    return this.#deadline && Math.max(0, Math.ceil(this.#deadline - (performance.now() - this.#begin)))
  }

  /** `work`, unless the end comes first. @throws {EnclaveError} E_SERVICE_DEADLINE; the signal's reason */
  race<Value>(work: Promise<Value>): Promise<Value> {
    return Promise.race([work, this.#ended.promise])
  }

  close(): void {
    this.#stop()
  }
}
