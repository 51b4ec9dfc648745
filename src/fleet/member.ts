/** A machine of a fleet: its enclaves, which answer requests that come over the bus. */
import { EnclaveError } from '../base/error.ts'
import { createParent, type Parent } from '../parent/index.ts'
import type { PreparedImage } from '../parent/prepared-image.ts'
import { type Bus, openBus } from './bus.ts'
import { EnclaveInstance } from './enclave-instance.ts'
import { lost } from './failures.ts'
import { Inbox } from './inbox.ts'
import {
  type CheckedMemberOptions,
  checkMemberOptions,
  type MemberEvent,
  type MemberOptions,
} from './member-options.ts'

/** Starts that fail one after the other until the member gives up. */
const MAX_FAILURES = 3
const PAUSE = 100

/** What a member reports of itself. */
export interface MemberStats {
  /** Enclaves that take requests. */
  readonly enclaves: number
  /** Requests under way. */
  readonly running: number
  readonly requests: number
  readonly errors: number
}

/** A member of a fleet, until it leaves. */
export interface FleetMember {
  stats(): MemberStats
  /** Resolves when it has left; rejects if its enclaves do not start any more. */
  readonly ended: Promise<void>
  /** Takes no more requests, finishes those that it has, and stops its enclaves. */
  leave(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Joins a fleet: starts enclaves of `image`, and registers each as an instance of the service `name` once it proves its key.
 * An enclave that ends is replaced. The application serves HTTP with an attested channel (`serveHttp`, `attestedChannel`):
 * neither the bus nor this member can read what its callers say.
 *
 * @param image an image, or one that `parent` has prepared
 * @throws {EnclaveError} E_FLEET_OPTION, E_FLEET_PACKAGE, E_FLEET_UNREACHED, E_FLEET_PERMISSION; what starting the first enclave throws
 * @example
 * const member = await joinFleet(eif, { nats: servers, name: 'signer' })
 * member.stats().enclaves // 1
 * await member.leave()
 */
export async function joinFleet(
  image: Uint8Array<ArrayBuffer> | PreparedImage,
  options: MemberOptions,
): Promise<FleetMember> {
  const checked = checkMemberOptions(options)
  const { bus, isOwn } = await openBus(options.nats)
  const { size, vcpus, memoryMiB } = checked
  // One more while one is replaced.
  const room = { vcpus: (size + 1) * vcpus, memoryMiB: (size + 1) * memoryMiB }
  let own: Parent | undefined
  const release = async () => {
    await own?.close()
    if (isOwn) await bus.close()
  }
  let member: Member | undefined
  try {
    if (!options.parent) own = await createParent(room)
    const parent = options.parent ?? own!
    member = new Member(bus, parent, checked, options.onEvent)
    const prepared = image instanceof Uint8Array ? await parent.prepare(image, { memoryMiB }) : image
    await member.begin(prepared)
  } catch (error) {
    await member?.leave()
    await release()
    throw error
  }
  void member.ended.catch(() => {}).then(release)
  return member
}

class Member implements FleetMember {
  readonly ended: Promise<void>
  readonly #bus: Bus
  readonly #inbox: Inbox
  readonly #parent: Parent
  readonly #options: CheckedMemberOptions
  readonly #onEvent: ((event: MemberEvent) => void) | undefined
  readonly #instances = new Set<EnclaveInstance>()
  readonly #end = Promise.withResolvers<void>()
  #past = { requests: 0, errors: 0 }
  #failures = 0
  #isLeaving = false
  readonly #leaving = new AbortController()
  #filling: Promise<void> | undefined

  constructor(
    bus: Bus,
    parent: Parent,
    options: CheckedMemberOptions,
    onEvent: ((event: MemberEvent) => void) | undefined,
  ) {
    this.#bus = bus
    this.#parent = parent
    this.#options = options
    this.#onEvent = onEvent
    this.#inbox = new Inbox(bus)
    this.ended = this.#end.promise
    this.ended.catch(() => {})
    void bus.closed().then(() => this.leave())
  }

  /** Starts the first enclave, and then the others. */
  async begin(image: PreparedImage): Promise<void> {
    await this.#inbox.ready()
    await this.#start(image)
    this.#fill(image)
  }

  stats(): MemberStats {
    const all = [...this.#instances]
    const sum = (of: (instance: EnclaveInstance) => number) =>
      all.reduce((total, each) => total + of(each), 0)
    return {
      enclaves: all.length,
      running: sum(({ running }) => running),
      requests: this.#past.requests + sum(({ counts }) => counts.requests),
      errors: this.#past.errors + sum(({ counts }) => counts.errors),
    }
  }

  async leave(): Promise<void> {
    if (this.#isLeaving) return this.ended.catch(() => {})
    this.#isLeaving = true
    this.#leaving.abort(lost('the member leaves'))
    await this.#filling
    await Promise.all([...this.#instances].map((instance) => instance.leave(this.#options.leaveTimeout)))
    this.#inbox.end(lost('the member has left'))
    this.#end.resolve()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave()
  }

  async #start(image: PreparedImage): Promise<void> {
    const { vcpus, memoryMiB, isolation } = this.#options
    const enclave = await this.#parent.start(image, { vcpus, memoryMiB, isolation })
    const instance = new EnclaveInstance(enclave, this.#bus, this.#inbox, this.#options)
    try {
      await instance.join(this.#bus, this.#options, this.#leaving.signal)
    } catch (error) {
      await enclave.stop()
      throw error
    }
    this.#instances.add(instance)
    this.#tell({ kind: 'started', id: instance.id })
    void instance.ended.then((reason) => {
      this.#instances.delete(instance)
      const { requests, errors } = instance.counts
      this.#past = { requests: this.#past.requests + requests, errors: this.#past.errors + errors }
      this.#tell({ kind: 'ended', id: instance.id, reason })
      if (requests > 0) this.#failures = 0
      this.#fill(image)
    })
  }

  #fill(image: PreparedImage): void {
    this.#filling ??= this.#startMissing(image).finally(() => {
      this.#filling = undefined
    })
  }

  async #startMissing(image: PreparedImage): Promise<void> {
    while (!this.#isLeaving && this.#instances.size < this.#options.size) {
      try {
        await this.#start(image)
      } catch (error) {
        this.#failures += 1
        this.#tell({ kind: 'failed', id: '', reason: error instanceof Error ? error.message : String(error) })
        if (this.#failures >= MAX_FAILURES && this.#instances.size === 0) return this.#giveUp(error)
        await new Promise((resolve) => setTimeout(resolve, PAUSE * 2 ** Math.min(this.#failures, 6)))
      }
    }
  }

  #giveUp(cause: unknown): void {
    this.#isLeaving = true
    this.#inbox.end(lost('the member has left'))
    this.#end.reject(
      new EnclaveError('E_FLEET_CLOSED', {
        what: 'the enclaves of the member do not start any more',
        got: cause instanceof Error ? cause.message : String(cause),
        cause,
      }),
    )
  }

  #tell(event: MemberEvent): void {
    try {
      this.#onEvent?.(event)
    } catch {
      // A listener that throws changes nothing.
    }
  }
}
