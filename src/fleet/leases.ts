/** The enclaves that a client of a fleet has verified, and among which it spreads its calls. */

import { EnclaveError } from '../base/error.ts'
import { pcrHex } from '../base/pcrs.ts'
import { type AttestedClient, sentBy } from '../channel/client.ts'
import type { AttestedClientOptions } from '../channel/options.ts'
import { callAfter } from '../platform/timer.ts'
import type { Bus } from './bus.ts'
import { busFetch, type ExchangeHooks } from './bus-fetch.ts'
import { BUSY, closedClient, isBusy, unreached } from './failures.ts'
import type { Inbox } from './inbox.ts'

/** Milliseconds between two looks while all enclaves are busy; doubled each time that one finds nothing new. */
const PAUSE = 50
/** Milliseconds for which an enclave that has said that it is busy is not asked again, unless it ends a call of ours. */
const BUSY_TIME = 25
/** Members that may fail to prove themselves, one after the other. */
const ATTEMPTS = 16
/** An instance's name, as members of webclave make it. */
const NAME = /^[0-9a-z]{8,64}$/

/** A verified enclave. */
export interface Lease {
  readonly id: string
  readonly client: AttestedClient
  /** Calls under way. */
  running: number
  /** Until when it is taken for busy, by `performance.now`. */
  busyUntil: number
}

export interface LeasesParts {
  readonly bus: Bus
  readonly inbox: Inbox
  readonly name: string
  readonly spread: number
  readonly lookAgain: number
  /** An enclave has ended a call, and so can be given another. */
  onFree(): void
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
   * @throws {EnclaveError} as `begin`; E_FLEET_UNREACHED of which `isBusy` if all are
   */
  async take(tried: ReadonlySet<Lease>): Promise<Lease> {
    if (this.#known.size === 0) await this.#look()
    let best = this.#leastBusy(tried)
    // All have refused: perhaps there are others.
    if (!best && this.#mayLook) {
      await this.#look().catch((error) => {
        if (this.#known.size === 0) throw error
      })
      best = this.#leastBusy(tried)
    }
    if (this.#isClosed) throw closedClient()
    if (!best) throw unreached(BUSY)
    if (best.running > 0 && this.#mayLook) this.#look().catch(() => {})
    best.running += 1
    return best
  }

  /** The channel to an enclave for one call. */
  channel(lease: Lease, hooks: ExchangeHooks): Pick<AttestedClient, 'fetch' | 'calls'> {
    let isTaken = false
    const own: ExchangeHooks = {
      onTaken(taken) {
        isTaken = true
        hooks.onTaken?.(taken)
      },
      onEnd: () => {
        // One that was refused had no place.
        if (!isTaken) return
        lease.busyUntil = 0
        this.#parts.onFree()
      },
    }
    return sentBy(
      lease.client,
      this.#sender(() => lease.id, own),
    )
  }

  /** It has refused a call. */
  noteBusy(lease: Lease): void {
    lease.busyUntil = performance.now() + BUSY_TIME
  }

  get #mayLook(): boolean {
    return this.#known.size < this.#parts.spread && performance.now() >= this.#nextLook
  }

  #leastBusy(tried: ReadonlySet<Lease>): Lease | undefined {
    const now = performance.now()
    let best: Lease | undefined
    for (const lease of this.#known.values())
      if (lease.busyUntil <= now && !tried.has(lease) && (!best || lease.running < best.running)) best = lease
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
    this.#looking ??= this.#find()
      .catch((error) => {
        this.#noteVain()
        throw error
      })
      .finally(() => {
        this.#looking = undefined
      })
    return this.#looking
  }

  #noteVain(): void {
    this.#vain += 1
    this.#nextLook = performance.now() + Math.min(PAUSE * 2 ** this.#vain, this.#parts.lookAgain)
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
    let id: string | undefined
    const onTaken = ({ name }: { name: string }) => {
      if (id === undefined && NAME.test(name)) id = name
    }
    // The first request goes to anybody; what follows to the one that answered it.
    const client = await this.#parts.attest(this.#sender(() => id, { onTaken }))
    if (this.#isClosed || id === undefined) return
    if (this.#known.has(id)) return this.#noteVain()
    this.#vain = 0
    this.#known.set(id, { id, client, running: 0, busyUntil: 0 })
  }

  /** A `fetch` to the enclave of this name, or to anyone. */
  #sender(id: () => string | undefined, hooks: ExchangeHooks) {
    const { bus, inbox, name } = this.#parts
    return (url: string, init: RequestInit): Promise<Response> => {
      const isStream = init.body instanceof ReadableStream
      const request = new Request(url, isStream ? ({ ...init, duplex: 'half' } as RequestInit) : init)
      const to = id()
      return busFetch(bus, inbox, to === undefined ? name : `${name}.${to}`, request, hooks, isStream)
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
  isBusy(error) ||
  (error instanceof EnclaveError && (/^E_CHANNEL/.test(error.code) || error.code === 'E_FLEET_LOST'))
