/** A caller of a fleet: calls go to enclaves that have proved what they are, each over a channel of its own. */

import { EnclaveError } from '../base/error.ts'
import { type AttestedClientOptions, createAttestedClient } from '../channel/index.ts'
import { callsBy, type ServiceCalls } from '../client/calls.ts'
import type { CallOptions } from '../client/options.ts'
import type { Handlers } from '../service/handlers.ts'
import { invalid, type NatsOption, openBus } from './bus.ts'
import { BUSY, closedClient } from './failures.ts'
import { Inbox } from './inbox.ts'
import { type Lease, Leases } from './leases.ts'
import { nameOf } from './member-options.ts'

/** Options of `createFleetClient`: those of `createAttestedClient` say which enclaves are trusted. */
export interface FleetClientOptions extends Omit<AttestedClientOptions, 'url' | 'fetch' | 'streamRequests'> {
  /** An open connection of `@nats-io/transport-node` (or another of NATS's), or the servers to connect to. */
  readonly nats: NatsOption
  /** The name of the fleet. */
  readonly name: string
  /** Enclaves among which this client spreads its calls, at most. @default 8 */
  readonly spread?: number
  /** Milliseconds after which an enclave is looked for again, so that new members get calls too. @default 30000 */
  readonly lookAgain?: number
}

/** A client of a fleet. */
export interface FleetClient {
  /**
   * Like `fetch`, to a path of the application: `/notes`. @throws {EnclaveError} E_FLEET_UNREACHED if it was not begun;
   * E_FLEET_LOST if it may have been; E_FLEET_CLOSED; those of `AttestedClient.fetch`
   */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** The functions of the application's service. Each call goes to the least busy enclave. */
  calls<Service extends Handlers>(): ServiceCalls<Service>
  /** PCR0 of the enclaves in use, in hexadecimal, with the calls under way. */
  enclaves(): readonly { readonly id: string; readonly pcr0: string; readonly running: number }[]
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Attempts for a call that nobody has taken. */
const ATTEMPTS = 5

/**
 * A client of the fleet `name`, once an enclave of it has proved itself. Requests go to the subject's queue group to find
 * enclaves, and then to each enclave's own subject, because each has its own key: so a message that the bus repeats is
 * refused by the enclave that has seen it, and means nothing to all others.
 *
 * @throws {EnclaveError} E_FLEET_OPTION, E_FLEET_PACKAGE, E_FLEET_UNREACHED; those of `createAttestedClient`
 * @example
 * await using fleet = await createFleetClient({ nats: servers, name: 'signer', roots: rootCertificate, pcrs })
 * // `fleet.calls<typeof handlers>()` gives it the types of the functions.
 * const call = fleet.calls()
 * await call.add({ a: 1, b: 2 }, { deadline: 10_000 }) // 3
 */
export async function createFleetClient(options: FleetClientOptions): Promise<FleetClient> {
  const { nats, name, spread = 8, lookAgain = 30_000, ...trust } = options
  nameOf(name)
  if (!(Number.isSafeInteger(spread) && spread >= 1))
    throw invalid('spread', 'an integer of 1 or more', String(spread))
  if (!(typeof lookAgain === 'number' && lookAgain > 0))
    throw invalid('lookAgain', 'milliseconds, more than 0', String(lookAgain))
  const { bus, isOwn } = await openBus(nats)
  const inbox = new Inbox(bus)
  const attest = (fetch: AttestedClientOptions['fetch']) =>
    createAttestedClient({ ...trust, url: 'http://fleet/', fetch: fetch!, streamRequests: true })
  const leases = new Leases({ bus, inbox, name, spread, lookAgain, attest })
  const client = new Client(leases, async () => {
    leases.close()
    inbox.end(closedClient())
    if (isOwn) await bus.close()
  })
  try {
    await inbox.ready(bus)
    await leases.begin()
  } catch (error) {
    await client.close()
    throw error
  }
  return client
}

class Client implements FleetClient {
  readonly #leases: Leases
  readonly #release: () => Promise<void>
  #isClosed = false

  constructor(leases: Leases, release: () => Promise<void>) {
    this.#leases = leases
    this.#release = release
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    if (typeof path !== 'string' || !path.startsWith('/'))
      throw invalid('path', 'one that begins with /', String(path))
    return this.#on(({ client }) => client.fetch(path, init), init.body instanceof ReadableStream)
  }

  calls<Service extends Handlers>(): ServiceCalls<Service> {
    return callsBy<Service>((name, request, options) => this.#call(name, request, options))
  }

  enclaves(): readonly { id: string; pcr0: string; running: number }[] {
    return this.#leases.list()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#release()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #call(method: string, request: unknown, options: CallOptions): Promise<unknown> {
    return this.#on((lease) => lease.calls[method]!(request, options) as Promise<unknown>, isStream(request))
  }

  /** Begins it at the least busy enclave, and at another if nobody has taken it there. */
  async #on<Result>(begin: (lease: Lease) => Promise<Result>, isOnce: boolean): Promise<Result> {
    const tried = new Set<Lease>()
    for (let attempt = 1; ; attempt++) {
      if (this.#isClosed) throw closedClient()
      const lease = await this.#leases.take(tried)
      try {
        return await begin(lease)
      } catch (error) {
        const isUnreached = error instanceof EnclaveError && error.code === 'E_FLEET_UNREACHED'
        // An enclave that is busy is asked again by the next call.
        if (isBusy(error)) tried.add(lease)
        else if (isUnreached || isLost(error)) this.#leases.drop(lease)
        if (!isUnreached || isOnce || attempt >= ATTEMPTS) throw error
      } finally {
        lease.running -= 1
      }
    }
  }
}

const isBusy = (error: unknown) =>
  error instanceof EnclaveError && error.code === 'E_FLEET_UNREACHED' && error.got === BUSY
const isLost = (error: unknown) => error instanceof EnclaveError && error.code === 'E_FLEET_LOST'
const isStream = (value: unknown) =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value
