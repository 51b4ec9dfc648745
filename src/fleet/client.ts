/** A caller of a fleet: calls go to enclaves that have proved what they are, each over a channel of its own. */

import { EnclaveError } from '../base/error.ts'
import { type AttestedClientOptions, createAttestedClient } from '../channel/index.ts'
import { callsBy, type ServiceCalls } from '../client/calls.ts'
import { type CallOptions, checkCallOptions } from '../client/options.ts'
import type { Handlers } from '../service/handlers.ts'
import { isStream } from '../service/outgoing.ts'
import { invalid, type NatsOption, openBus } from './bus.ts'
import { Ending } from './ending.ts'
import { closedClient, isBusy, lost } from './failures.ts'
import { Inbox } from './inbox.ts'
import { type Lease, Leases } from './leases.ts'
import { nameOf } from './member-options.ts'
import { Untouched } from './untouched.ts'
import { type Turn, WaitingCalls } from './waiting-calls.ts'

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
  /** Calls that may wait while all enclaves are busy; more are refused with E_FLEET_BUSY. @default 1024 */
  readonly maxQueue?: number
}

/** A client of a fleet. */
export interface FleetClient {
  /**
   * Like `fetch`, to a path of the application: `/notes`. While all enclaves are busy it waits, until its signal aborts.
   *
   * @throws {EnclaveError} E_FLEET_UNREACHED, E_FLEET_BUSY and E_FLEET_CLOSED if it was not begun; E_FLEET_LOST if it may have
   *   been; those of `AttestedClient.fetch`
   */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /**
   * The functions of the application's service. Each call goes to the least busy enclave, or waits for one, within its
   * `deadline`. The errors are those of `fetch`, and E_SERVICE_DEADLINE.
   */
  calls<Service extends Handlers>(): ServiceCalls<Service>
  /** PCR0 of the enclaves in use, in hexadecimal, with the calls under way. */
  enclaves(): readonly { readonly id: string; readonly pcr0: string; readonly running: number }[]
  /** Calls that wait because all enclaves are busy. */
  readonly waiting: number
  /** Ends the calls that wait, and those that are under way. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Attempts for a call that nobody has taken, but of those where an enclave was busy. */
const ATTEMPTS = 5
const MAX_QUEUE = 1024

/**
 * A client of the fleet `name`, once an enclave of it has proved itself. Requests go to the subject's queue group to find
 * enclaves, and then to each enclave's own subject, because each has its own key: so a message that the bus repeats is
 * refused by the enclave that has seen it, and means nothing to all others.
 *
 * @throws {EnclaveError} E_FLEET_OPTION, E_FLEET_PACKAGE, E_FLEET_UNREACHED, E_FLEET_PERMISSION; those of `createAttestedClient`
 * @example
 * await using fleet = await createFleetClient({ nats: servers, name: 'signer', roots: rootCertificate, pcrs })
 * // `fleet.calls<typeof handlers>()` gives it the types of the functions.
 * const call = fleet.calls()
 * await call.add({ a: 1, b: 2 }, { deadline: 10_000 }) // 3
 */
export async function createFleetClient(options: FleetClientOptions): Promise<FleetClient> {
  const { nats, name, spread = 8, lookAgain = 30_000, maxQueue = MAX_QUEUE, ...trust } = options
  nameOf(name)
  if (!(Number.isSafeInteger(spread) && spread >= 1))
    throw invalid('spread', 'an integer of 1 or more', String(spread))
  if (!(typeof lookAgain === 'number' && lookAgain > 0))
    throw invalid('lookAgain', 'milliseconds, more than 0', String(lookAgain))
  if (!(Number.isSafeInteger(maxQueue) && maxQueue >= 0))
    throw invalid('maxQueue', 'an integer of 0 or more', String(maxQueue))
  const { bus, isOwn } = await openBus(nats)
  const inbox = new Inbox(bus)
  const attest = (fetch: AttestedClientOptions['fetch']) =>
    createAttestedClient({ ...trust, url: 'http://fleet/', fetch: fetch!, streamRequests: true })
  const queue = new WaitingCalls(maxQueue)
  const onFree = () => queue.wake()
  const leases = new Leases({ bus, inbox, name, spread, lookAgain, onFree, attest })
  const client = new Client(leases, queue, async () => {
    leases.close()
    // What was not begun fails as one of a closed client.
    inbox.end(lost('the client of the fleet was closed'))
    if (isOwn) await bus.close()
  })
  try {
    await inbox.ready()
    await leases.begin()
  } catch (error) {
    await client.close()
    throw error
  }
  return client
}

/** A call, which may be begun several times. */
interface Call<Result> {
  readonly options: CallOptions
  /** What of it cannot be made twice. */
  readonly stream: Untouched<unknown> | undefined
  begin(channel: ReturnType<Leases['channel']>, deadline: number | undefined): Promise<Result>
}

class Client implements FleetClient {
  readonly #leases: Leases
  readonly #queue: WaitingCalls
  readonly #release: () => Promise<void>
  #isClosed = false

  constructor(leases: Leases, queue: WaitingCalls, release: () => Promise<void>) {
    this.#leases = leases
    this.#queue = queue
    this.#release = release
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    if (typeof path !== 'string' || !path.startsWith('/'))
      throw invalid('path', 'one that begins with /', String(path))
    const { body, signal } = init
    const stream = isStream(body) ? new Untouched(body as AsyncIterable<Uint8Array>) : undefined
    const given = () => (stream ? { ...init, body: stream.stream(), duplex: 'half' } : init) as RequestInit
    return this.#on({
      options: signal ? { signal } : {},
      stream,
      begin: (channel) => channel.fetch(path, given()),
    })
  }

  calls<Service extends Handlers>(): ServiceCalls<Service> {
    return callsBy<Service>((name, request, options) => this.#call(name, request, options))
  }

  enclaves(): readonly { id: string; pcr0: string; running: number }[] {
    return this.#leases.list()
  }

  get waiting(): number {
    return this.#queue.size
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#queue.end()
    await this.#release()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #call(method: string, given: unknown, options: CallOptions): Promise<unknown> {
    checkCallOptions(options)
    const stream = isStream(given) ? new Untouched(given) : undefined
    return this.#on({
      options,
      stream,
      begin: (channel, deadline) =>
        channel.calls()[method]!(stream ?? given, {
          ...options,
          ...(deadline !== undefined && { deadline }),
        }),
    })
  }

  async #on<Result>(call: Call<Result>): Promise<Result> {
    if (this.#isClosed) throw closedClient()
    const ending = new Ending(call.options)
    let turn: Turn | undefined
    /** Those that were busy, since it last waited. */
    const tried = new Set<Lease>()
    const wait = async () => {
      tried.clear()
      turn ??= this.#queue.enter()
      await ending.race(turn.next())
    }
    try {
      // Those that wait already come first.
      if (this.#queue.size > 0) await wait()
      for (let inVain = 0; ; ) {
        const lease = await this.#lease(ending, tried)
        if (!lease) {
          await wait()
          continue
        }
        try {
          // The end stays: what has taken it may refuse it later.
          const onTaken = () => {
            turn?.leave(true)
            turn = undefined
          }
          return await call.begin(this.#leases.channel(lease, { onTaken }), ending.left)
        } catch (error) {
          if (isBusy(error)) {
            this.#leases.noteBusy(lease)
            tried.add(lease)
          } else {
            if (isUnreached(error) || isLost(error)) this.#leases.drop(lease)
            inVain += 1
          }
          if (!isUnreached(error) || call.stream?.isTouched || inVain >= ATTEMPTS) throw error
          // Those that wait already come first.
          if (!turn && this.#queue.size > 0) await wait()
        } finally {
          lease.running -= 1
        }
      }
    } catch (error) {
      // Not waited for: the caller's stream may be slow to end.
      if (call.stream && !call.stream.isTouched) call.stream.end().catch(() => {})
      // It depends on chance which part notices the end of the client first.
      throw this.#isClosed && isUnreached(error) ? closedClient() : error
    } finally {
      ending.close()
      turn?.leave()
    }
  }

  /** The least busy enclave; undefined if all are. @throws {EnclaveError} what `Leases.take` throws, and what ends a call */
  async #lease(ending: Ending, tried: ReadonlySet<Lease>): Promise<Lease | undefined> {
    if (this.#isClosed) throw closedClient()
    const taking = this.#leases.take(tried)
    try {
      return await ending.race(taking)
    } catch (error) {
      const giveBack = (lease: Lease) => {
        lease.running -= 1
      }
      taking.then(giveBack, () => {})
      if (isBusy(error)) return undefined
      throw error
    }
  }
}

const isUnreached = (error: unknown) => error instanceof EnclaveError && error.code === 'E_FLEET_UNREACHED'
const isLost = (error: unknown) => error instanceof EnclaveError && error.code === 'E_FLEET_LOST'
