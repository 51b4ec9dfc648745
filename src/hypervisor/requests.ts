/**
 * Answers an enclave's requests to its security module: one at a time, within the link's budget, and all kinds only
 * after the launch.
 */
import type { Bytes } from '../base/bytes.ts'
import type { EnclaveChannel } from '../boundary/hypervisor-channel.ts'
import type { SecurityModule } from '../qtsm/security-module.ts'
import { type Budget, COSTLY } from './budget.ts'

/** Which requests are answered: only random bytes, none for now, or all. */
export type Hearing = 'booting' | 'waiting' | 'launched'

/** The requests of one enclave. */
export class Requests {
  readonly #channel: EnclaveChannel
  readonly #security: Pick<SecurityModule, 'answer'>
  readonly #budget: Budget
  /** A request that was taken and waits for the launch. */
  #waiting: Bytes | undefined

  constructor(channel: EnclaveChannel, security: Pick<SecurityModule, 'answer'>, budget: Budget) {
    this.#channel = channel
    this.#security = security
    this.#budget = budget
  }

  /**
   * Answers requests that have arrived. They often come in series, because guests request random bytes in small parts.
   */
  answer(hearing: () => Hearing): void {
    while (this.#budget.isLeft) {
      const request = this.#waiting ?? this.#channel.takeRequest()
      if (!request) return
      // Read after the request was taken, because the state may have changed in the meantime.
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
    // There may be another request.
    this.#channel.interrupt()
  }
}
