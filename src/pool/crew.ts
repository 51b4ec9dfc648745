/** The enclaves of a pool: keeps their number, and replaces those that end or have served enough. */
import type { Parent } from '../parent/parent.ts'
import type { PreparedImage } from '../parent/prepared-image.ts'
import { publish } from '../platform/diagnostics.ts'
import type { Counters } from './counters.ts'
import { closedPool } from './failures.ts'
import { Member } from './member.ts'
import type { CheckedOptions } from './options.ts'

/** Enclaves that do not start, or end soon without an answer, one after the other, until the pool gives up. */
const MAX_FAILURES = 3
/** Milliseconds after its start within which an end without an answer is such a failure. */
const SOON = 10_000
/** Milliseconds before the next start after a failure; doubled with each, up to a limit. */
const PAUSE = 100
const LONGEST_PAUSE = 5000

/** What a crew needs, and tells. */
export interface CrewParts {
  readonly parent: Parent
  readonly image: PreparedImage
  readonly options: CheckedOptions
  readonly counters: Counters
  /** An enclave can be given calls. */
  onFree(): void
  /** No enclave is left, and none will be started. */
  onFailed(): void
}

export class Crew {
  readonly #parts: CrewParts
  readonly #members = new Set<Member>()
  /** Those that get no more calls, but have some under way. */
  readonly #retired = new Set<Member>()
  /** Those of them that are being stopped. */
  readonly #stopping = new Set<Member>()
  readonly #starting = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  #failures = 0
  /** Why it has given up. */
  failure: unknown

  constructor(parts: CrewParts) {
    this.#parts = parts
  }

  /** Starts the first enclave, and then the others. @throws {EnclaveError} if the first does not start. */
  async begin(): Promise<void> {
    this.#add(await this.#start())
    this.#fill()
  }

  get size(): number {
    return this.#members.size
  }

  get starting(): number {
    return this.#starting.size
  }

  get memoryUsed(): number {
    return [...this.#members, ...this.#retired].reduce((sum, { memoryUsed = 0 }) => sum + memoryUsed, 0)
  }

  /** Takes a place for a call at the least busy enclave, if there is one. `release` returns it. */
  reserve(): Member | undefined {
    const { concurrency, recycleAfter } = this.#parts.options
    let best: Member | undefined
    for (const member of this.#members)
      if (member.isUsable && member.running < (best?.running ?? concurrency)) best = member
    if (!best) return undefined
    best.running += 1
    best.given += 1
    if (best.given >= recycleAfter) {
      this.#members.delete(best)
      this.#retired.add(best)
      this.#fill()
    }
    return best
  }

  /** The call is over; `isAnswered` says whether the enclave answered it. */
  release(member: Member, isAnswered: boolean): void {
    member.running -= 1
    if (isAnswered) {
      member.answered += 1
      this.#failures = 0
    }
    this.#stopReplaced()
    this.#parts.onFree()
  }

  /** Starts no more enclaves, and stops all. */
  async close(): Promise<void> {
    this.#closing.abort(closedPool())
    await Promise.allSettled(this.#starting)
    const all = [...this.#members, ...this.#retired]
    await Promise.all(all.map((member) => member.stop('its pool was closed')))
  }

  #add(member: Member): void {
    const { counters } = this.#parts
    const begin = performance.now()
    this.#members.add(member)
    this.#stopReplaced()
    void member.ended.then((end) => {
      counters.end(end)
      publish('webclave.pool.end', () => ({ reason: end, answered: member.answered }))
      this.#retired.delete(member)
      this.#stopping.delete(member)
      const wasWanted = this.#members.delete(member)
      if (wasWanted && member.answered === 0 && performance.now() - begin < SOON)
        this.#noteFailure(new Error(`an enclave has ended before it answered: ${end}`))
      this.#fill()
      this.#checkFailed()
    })
    this.#parts.onFree()
  }

  /**
   * Stops those that have been replaced. The last enclave of all runs until there is another, because they may have
   * something in common that only they know, such as a shared secret.
   */
  #stopReplaced(isLastToo = false): void {
    for (const member of this.#retired) {
      if (member.running > 0 || this.#stopping.has(member)) continue
      if (!isLastToo && this.#members.size + this.#retired.size - this.#stopping.size === 1) return
      this.#stopping.add(member)
      void member.stop('it was replaced')
    }
  }

  #fill(): void {
    while (!this.#isOver && this.#hasRoom) {
      const starting: Promise<void> = this.#startLater().finally(() => {
        this.#starting.delete(starting)
        this.#fill()
        this.#checkFailed()
      })
      this.#starting.add(starting)
    }
  }

  /** One is replaced before it ends, but not all of them at the same time. */
  get #hasRoom(): boolean {
    const { size } = this.#parts.options
    const wanted = this.#members.size + this.#starting.size
    return wanted < size && wanted + this.#retired.size <= size
  }

  get #isOver(): boolean {
    return this.failure !== undefined || this.#closing.signal.aborted
  }

  async #startLater(): Promise<void> {
    if (this.#failures > 0) await this.#pause()
    if (this.#isOver) return
    try {
      this.#add(await this.#start())
    } catch (error) {
      const { code } = error as { code?: unknown }
      // The parent has nothing left at the moment: an enclave that is being replaced still runs.
      if (code === 'E_POOL_VCPUS' || code === 'E_POOL_MEMORY') {
        this.#stopReplaced(true)
        await this.#pause()
      } else if (!this.#closing.signal.aborted) this.#noteFailure(error)
    }
  }

  #pause(): Promise<void> {
    const time = Math.min(PAUSE * 2 ** Math.max(0, this.#failures - 1), LONGEST_PAUSE)
    return new Promise((resolve) => {
      const { signal } = this.#closing
      const stop = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
        resolve()
      }
      // Keeps a Node process alive, as the enclave will: calls wait for it.
      const timer = setTimeout(stop, time)
      signal.addEventListener('abort', stop)
    })
  }

  async #start(): Promise<Member> {
    const { parent, image, options, counters } = this.#parts
    const begin = performance.now()
    const member = await Member.start(parent, image, options, this.#closing.signal)
    counters.starts += 1
    publish('webclave.pool.start', () => ({ milliseconds: performance.now() - begin }))
    return member
  }

  #noteFailure(error: unknown): void {
    this.#failures += 1
    if (this.#failures >= MAX_FAILURES) this.failure ??= error
  }

  #checkFailed(): void {
    if (this.failure !== undefined && this.#members.size === 0) this.#parts.onFailed()
  }
}
