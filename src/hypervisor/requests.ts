/** An enclave's requests to its security module: one at a time, within the link's budget, and in full since the launch. */
import type { Bytes } from '../base/bytes.ts'
import type { EnclaveChannel } from '../boundary/hypervisor-channel.ts'
import type { SecurityModule } from '../qtsm/security-module.ts'
import { type Budget, COSTLY } from './budget.ts'

/** What an enclave gets: random bytes only, nothing for now, or everything. */
export type Hearing = 'booting' | 'waiting' | 'launched'

/** The requests of one enclave. */
export class Requests {
  readonly #channel: EnclaveChannel
  readonly #security: SecurityModule
  readonly #budget: Budget
  /** One that was taken and waits for the launch. */
  #waiting: Bytes | undefined

  constructor(channel: EnclaveChannel, security: SecurityModule, budget: Budget) {
    this.#channel = channel
    this.#security = security
    this.#budget = budget
  }

  /** Answers what has come. Requests often come in rows: a guest asks for random bytes in small parts. */
  answer(hearing: () => Hearing): void {
    while (this.#budget.isLeft) {
      const request = this.#waiting ?? this.#channel.takeRequest()
      if (!request) return
      // It is asked how far the enclave has come once its request is there: it may have come while that was looked for.
      const heard = hearing()
      this.#waiting = heard === 'waiting' ? request : undefined
      if (this.#waiting) return
      this.#budget.take(COSTLY)
      const response = this.#security.answer(request, heard === 'launched')
      if (response instanceof Promise) {
        return void response.then((bytes) => this.#channel.respond(bytes))
      }
      this.#channel.respond(response)
    }
    // Another may be there.
    this.#channel.interrupt()
  }
}
