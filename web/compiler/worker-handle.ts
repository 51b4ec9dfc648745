/** A Worker of the page that can be ended, or fail, while calls to it are waiting. */
import { type Remote, wrap } from 'comlink'
import { carryErrors, HostError } from '../host/errors.ts'

/** A running Worker. Its calls are made with `ask`. */
export class WorkerHandle<Offered> {
  readonly #worker: Worker
  readonly #ended = Promise.withResolvers<undefined>()
  readonly #failed = Promise.withResolvers<never>()
  readonly remote: Remote<Offered>

  constructor(worker: Worker, called: string) {
    carryErrors()
    this.#worker = worker
    this.remote = wrap<Offered>(worker)
    this.#failed.promise.catch(() => {})
    worker.onerror = ({ message }) =>
      this.#failed.reject(
        new HostError({ what: `the Worker of ${called} has failed${message ? `: ${message}` : ''}` }),
      )
  }

  /** The answer of a call; undefined if the Worker is ended before. */
  ask<Answer>(call: (remote: Remote<Offered>) => Promise<Answer>): Promise<Answer | undefined> {
    return Promise.race([call(this.remote), this.#ended.promise, this.#failed.promise])
  }

  end(): void {
    this.#worker.terminate()
    this.#ended.resolve(undefined)
  }
}
