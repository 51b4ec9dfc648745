/** One enclave of a member, as an instance of the service. */
import { toHex } from '../base/bytes.ts'
import { pcrHex } from '../base/pcrs.ts'
import { enclaveFetch } from '../http/front.ts'
import { describeEnd } from '../hypervisor/end-reason.ts'
import type { Enclave } from '../parent/enclave.ts'
import type { Bus } from './bus.ts'
import { BusServer, type Counts } from './bus-server.ts'
import type { Inbox } from './inbox.ts'
import type { CheckedMemberOptions } from './member-options.ts'
import { type Instance, register } from './micro.ts'

/** The path at which an attested channel proves its key: an enclave that answers there is ready. */
const READY_PATH = '/.well-known/webclave/attestation'
const NONCE = '?nonce=00000000000000000000000000000000'
const ID_LENGTH = 10

export class EnclaveInstance {
  readonly id: string = toHex(crypto.getRandomValues(new Uint8Array(ID_LENGTH)))
  /** Resolves with a description of the enclave's end. */
  readonly ended: Promise<string>
  readonly #enclave: Enclave
  readonly #front: ReturnType<typeof enclaveFetch>
  readonly #server: BusServer
  #instance: Instance | undefined

  constructor(enclave: Enclave, bus: Bus, inbox: Inbox, { port, concurrency }: CheckedMemberOptions) {
    this.#enclave = enclave
    this.#front = enclaveFetch(enclave, { port, maxConnections: concurrency, maxQueue: 0 })
    this.ended = enclave.exited.then(describeEnd)
    void this.ended.then(() => this.#instance?.end())
    const fetch = (request: Request) => this.#front(request)
    this.#server = new BusServer({ bus, inbox, name: this.id, fetch, maxExchanges: concurrency })
  }

  get counts(): Counts {
    return this.#server.counts
  }

  get running(): number {
    return this.#server.running
  }

  /** Waits until it answers, and registers it. @throws {Error} if it does not answer as an attested channel does. */
  async join(
    bus: Bus,
    { name, version, startTimeout }: CheckedMemberOptions,
    leaving: AbortSignal,
  ): Promise<void> {
    const signal = AbortSignal.any([leaving, AbortSignal.timeout(startTimeout)])
    const { status, body } = await this.#front(`http://enclave${READY_PATH}${NONCE}`, { signal })
    await body?.cancel()
    if (status !== 200) throw new Error(`the enclave does not prove a key: status ${status}`)
    const description = {
      name,
      id: this.id,
      version,
      description: 'an enclave of webclave',
      metadata: { pcr0: pcrHex(this.#enclave.pcrs, 0) },
      subject: name,
      direct: `${name}.${this.id}`,
    }
    this.#instance = register(bus, description, this.counts, (message) => this.#server.take(message))
    await this.#instance.ready()
  }

  /** Takes no more requests, finishes those that it has within `timeout` ms, and stops the enclave. */
  async leave(timeout: number): Promise<void> {
    await this.#instance?.end()
    await this.#server.close(timeout)
    this.#front.close()
    await this.#enclave.stop()
  }
}
