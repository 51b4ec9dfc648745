/** One enclave of a pool, with the client of its service. */
import type { ServiceClient } from '../client/service-client.ts'
import { describeEnd } from '../hypervisor/end-reason.ts'
import type { Enclave } from '../parent/enclave.ts'
import type { Parent } from '../parent/parent.ts'
import type { PreparedImage } from '../parent/prepared-image.ts'
import { callAfter } from '../platform/timer.ts'
import type { Handlers } from '../service/handlers.ts'
import type { CheckedOptions } from './options.ts'

/** Milliseconds within which the reason of an end follows the end of the connection. */
const END_KNOWN = 100

/** A started member. */
export class Member {
  readonly client: ServiceClient<Handlers>
  readonly #enclave: Enclave
  /** Resolves with a description of its end. */
  readonly ended: Promise<string>
  /** Calls under way. */
  running = 0
  /** Calls that it has been given. */
  given = 0
  /** Calls that it has answered. */
  answered = 0

  private constructor(enclave: Enclave, client: ServiceClient<Handlers>) {
    this.#enclave = enclave
    this.client = client
    this.ended = enclave.exited.then(describeEnd)
    // Without its connection nobody can call it. If it has ended, its own reason comes soon.
    const stop = () => void enclave.stop('its service has closed the connection')
    void client.closed.then(() => callAfter(END_KNOWN, stop))
  }

  /** Starts an enclave, and connects to its service. @throws {EnclaveError} what `Parent.start` and `Enclave.client` throw. */
  static async start(
    parent: Parent,
    image: PreparedImage,
    { vcpus, memoryMiB, isolation, port, startTimeout }: CheckedOptions,
    signal: AbortSignal,
  ): Promise<Member> {
    const enclave = await parent.start(image, { vcpus, memoryMiB, isolation, startTimeout, signal })
    try {
      return new Member(enclave, await enclave.client(port, { timeout: startTimeout, signal }))
    } catch (error) {
      await enclave.stop('its service could not be reached')
      throw error
    }
  }

  get memoryUsed(): number | undefined {
    return this.#enclave.memoryUsed
  }

  async stop(message: string): Promise<void> {
    await this.client.close()
    await this.#enclave.stop(message)
  }
}
