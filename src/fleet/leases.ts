/** The enclaves that a client of a fleet has verified, and among which it spreads its calls. */

import { EnclaveError } from '../base/error.ts'
import { pcrHex } from '../base/pcrs.ts'
import type { AttestedClient } from '../channel/client.ts'
import type { AttestedClientOptions } from '../channel/options.ts'
import type { ServiceCalls } from '../client/calls.ts'
import { callAfter } from '../platform/timer.ts'
import type { Handlers } from '../service/handlers.ts'
import type { Bus } from './bus.ts'
import { busFetch } from './bus-fetch.ts'
import { BUSY, closedClient, unreached } from './failures.ts'
import type { Inbox } from './inbox.ts'

/** Milliseconds between two looks while all enclaves are busy; doubled each time that one finds nothing new. */
const PAUSE = 50
/** Members that may fail to prove themselves, one after the other. */
const ATTEMPTS = 16
/** An instance's name, as members of webclave make it. */
const NAME = /^[0-9a-z]{8,64}$/

/** A verified enclave. */
export interface Lease {
  readonly id: string
  readonly client: AttestedClient
  readonly calls: ServiceCalls<Handlers>
  /** Calls under way. */
  running: number
}

export interface LeasesParts {
  readonly bus: Bus
  readonly inbox: Inbox
  readonly name: string
  readonly spread: number
  readonly lookAgain: number
  attest(fetch: AttestedClientOptions['fetch']): Promise<AttestedClient>
}

export class Leases {
  readonly #parts: LeasesParts
  readonly #known = new Map<string, Lease>()
  #looking: Promise<void> | undefined
  #vain = 0
  #nextLook = 0
  #stopTimer: (() => void) | undefined
  #isClosed = false

  constructor(parts: LeasesParts) {
    this.#parts = parts
  }

  /** Finds the first enclave. @throws {EnclaveError} if none proves itself */
  async begin(): Promise<void> {
    await this.#look()
    this.#lookSoon()
  }

  /**
   * The least busy enclave but those of `tried`; its `running` already counts the caller.
   * @throws {EnclaveError} as `begin`
   */
  async take(tried: ReadonlySet<Lease>): Promise<Lease> {
    if (this.#known.size === 0) await this.#look()
    let best = this.#leastBusy(tried)
    // All have refused: perhaps there are others.
    if (!best && this.#mayLook) {
      await this.#look()
      best = this.#leastBusy(tried)
    }
    if (this.#isClosed) throw closedClient()
    if (!best) throw unreached('all enclaves that are known are busy')
    if (best.running > 0 && this.#mayLook) this.#look().catch(() => {})
    best.running += 1
    return best
  }

  get #mayLook(): boolean {
    return this.#known.size < this.#parts.spread && performance.now() >= this.#nextLook
  }

  #leastBusy(tried: ReadonlySet<Lease>): Lease | undefined {
    let best: Lease | undefined
    for (const lease of this.#known.values())
      if (!tried.has(lease) && (!best || lease.running < best.running)) best = lease
    return best
  }

  /** It is gone. */
  drop(lease: Lease): void {
    if (this.#known.get(lease.id) === lease) this.#known.delete(lease.id)
    this.#vain = 0
    this.#nextLook = 0
  }

  list(): { id: string; pcr0: string; running: number }[] {
    return [...this.#known.values()].map(({ id, client, running }) => ({
      id,
      pcr0: pcrHex(client.attestation.pcrs, 0),
      running,
    }))
  }

  close(): void {
    this.#isClosed = true
    this.#stopTimer?.()
    this.#known.clear()
  }

  #look(): Promise<void> {
    this.#looking ??= this.#find().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  /** Has members of the queue group prove themselves, until one does. */
  async #find(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#findOne()
      } catch (error) {
        // Another may be one of a pinned image, as during an upgrade.
        if (attempt >= ATTEMPTS || !isOfOneMember(error) || this.#isClosed) throw error
      }
    }
  }

  async #findOne(): Promise<void> {
    const { bus, inbox, name, attest } = this.#parts
    let id: string | undefined
    // The first request goes to anybody; what follows to the one that answered it.
    const fetch = (url: string, init: RequestInit) =>
      busFetch(
        bus,
        inbox,
        id === undefined ? name : `${name}.${id}`,
        new Request(url, withDuplex(init)),
        (taken) => {
          if (id === undefined && NAME.test(taken.name)) id = taken.name
        },
      )
    const client = await attest(fetch)
    if (this.#isClosed || id === undefined) return
    if (this.#known.has(id)) {
      this.#vain += 1
      this.#nextLook = performance.now() + Math.min(PAUSE * 2 ** this.#vain, this.#parts.lookAgain)
    } else {
      this.#vain = 0
      this.#known.set(id, { id, client, calls: client.calls<Handlers>(), running: 0 })
    }
  }

  /** From time to time replaces the one that is known for longest, so that new members get calls too. */
  #lookSoon(): void {
    this.#stopTimer = callAfter(this.#parts.lookAgain, () => {
      this.#vain = 0
      const [oldest] = this.#known.values()
      const { size } = this.#known
      const replace = () => {
        if (oldest && size >= this.#parts.spread && this.#known.size > size) this.drop(oldest)
      }
      this.#look().then(replace, () => {})
      this.#lookSoon()
    })
  }
}

const isOfOneMember = (error: unknown) =>
  error instanceof EnclaveError &&
  (/^E_CHANNEL/.test(error.code) || error.code === 'E_FLEET_LOST' || error.got === BUSY)

const withDuplex = (init: RequestInit): RequestInit =>
  init.body instanceof ReadableStream ? ({ ...init, duplex: 'half' } as RequestInit) : init
