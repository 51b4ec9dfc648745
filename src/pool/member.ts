/** One enclave of a pool, with the client of its service if it has one. */
import type { ServiceClient } from '../client/service-client.ts'
import { describeEnd } from '../hypervisor/end-reason.ts'
import { connectWhenReady } from '../parent/connect-when-ready.ts'
import type { Enclave } from '../parent/enclave.ts'
import type { Parent } from '../parent/parent.ts'
import type { PreparedImage } from '../parent/prepared-image.ts'
import { callAfter } from '../platform/timer.ts'
import type { Handlers } from '../service/handlers.ts'
import type { VsockSocket } from '../vsock/socket.ts'
import { codeOf } from './failures.ts'
import type { CheckedOptions } from './options.ts'

/** Milliseconds within which the reason of an end follows the end of a connection. */
const END_KNOWN = 100

/** A started member. */
export class Member {
  readonly client: ServiceClient<Handlers> | undefined
  readonly #enclave: Enclave
  /** Until when it may begin to listen, by `performance.now`. */
  readonly #listensBy: number
  /** Resolves with a description of its end. */
  readonly ended: Promise<string>
  #hasEnded = false
  /** Calls and connections under way. */
  running = 0
  /** Calls and connections that it has been given. */
  given = 0
  /** Those that it has answered. */
  answered = 0

  private constructor(enclave: Enclave, client: ServiceClient<Handlers> | undefined, listensBy: number) {
    this.#enclave = enclave
    this.client = client
    this.#listensBy = listensBy
    this.ended = enclave.exited.then((reason) => {
      this.#hasEnded = true
      return describeEnd(reason)
    })
    // Without its connection nobody can call it. If it has ended, its own reason comes soon.
    const stop = () => void enclave.stop('its service has closed the connection')
    void client?.closed.then(() => callAfter(END_KNOWN, stop))
  }

  /**
   * Starts an enclave, and connects to its service, or waits until it listens.
   * @throws {EnclaveError} what `Parent.start` and `Enclave.client` throw
   */
  static async start(
    parent: Parent,
    image: PreparedImage,
    { vcpus, memoryMiB, isolation, port, service, startTimeout }: CheckedOptions,
    signal: AbortSignal,
  ): Promise<Member> {
    const enclave = await parent.start(image, { vcpus, memoryMiB, isolation, startTimeout, signal })
    const options = { timeout: startTimeout, signal }
    try {
      const client = service ? await enclave.client(port, options) : await enclave.listens(port, options)
      return new Member(enclave, client ?? undefined, performance.now() + startTimeout)
    } catch (error) {
      await enclave.stop('its service could not be reached')
      throw error
    }
  }

  get memoryUsed(): number | undefined {
    return this.#enclave.memoryUsed
  }

  /** Whether it can be given calls. */
  get isUsable(): boolean {
    return this.client ? !this.client.isClosed : !this.#hasEnded
  }

  /** Connects to a port on which it may not listen yet. @throws {EnclaveError} what `Enclave.connect` throws */
  connect(port: number, signal: AbortSignal | undefined): Promise<VsockSocket> {
    const time = Math.max(0, this.#listensBy - performance.now())
    return connectWhenReady(() => this.#enclave.connect(port, signal && { signal }), time, signal)
  }

  /** Whether a connection was not made because the enclave has ended. */
  async endsSoon(error: unknown): Promise<boolean> {
    if (codeOf(error) !== 'E_VSOCK_RESET' && codeOf(error) !== 'E_VSOCK_CLOSED') return false
    const soon = new Promise<boolean>((resolve) => callAfter(END_KNOWN, () => resolve(false)))
    return Promise.race([this.ended.then(() => true), soon])
  }

  async stop(message: string): Promise<void> {
    await this.client?.close()
    await this.#enclave.stop(message)
  }
}
