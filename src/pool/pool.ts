/** A pool of enclaves: each call goes to the least busy one, or waits. */
import { callsBy, type ServiceCalls } from '../client/calls.ts'
import { type CallOptions, checkCallOptions } from '../client/options.ts'
import type { ImageInput } from '../image/eif/source.ts'
import { createParent } from '../parent/create-parent.ts'
import { PreparedImage } from '../parent/prepared-image.ts'
import { publish } from '../platform/diagnostics.ts'
import { callAfter } from '../platform/timer.ts'
import type { Handlers } from '../service/handlers.ts'
import { isStream } from '../service/outgoing.ts'
import { Counters, type PoolStats } from './counters.ts'
import { Crew, type CrewParts } from './crew.ts'
import { busy, closedPool, codeOf, failedPool, lost } from './failures.ts'
import type { Member } from './member.ts'
import { assertCapacity, checkOptions, type PoolOptions } from './options.ts'
import { WaitingCalls } from './waiting-calls.ts'

/** Options of `Pool.close`. */
export interface CloseOptions {
  /** Milliseconds that calls under way may take. @default 10000 */
  readonly timeout?: number
}

/**
 * Creates a pool of enclaves of `image`. Resolves when the first can be called; the others follow.
 *
 * @throws {EnclaveError} E_POOL_OPTION; what `Parent.prepare`, `Parent.start` and `Enclave.client` throw.
 */
export async function createPool<Service extends Handlers>(
  image: ImageInput | PreparedImage,
  options: PoolOptions,
): Promise<Pool<Service>> {
  const isPrepared = image instanceof PreparedImage
  const checked = checkOptions(isPrepared ? { memoryMiB: image.memoryMiB, ...options } : options)
  const { size, vcpus, memoryMiB } = checked
  // One more, because an enclave is replaced before it ends.
  const own = { vcpus: (size + 1) * vcpus, memoryMiB: (size + 1) * memoryMiB }
  const parent = options.parent ?? (await createParent(own))
  let prepared = isPrepared ? image : undefined
  const close = async () => {
    if (!isPrepared) await prepared?.close()
    if (!options.parent) await parent.close()
  }
  try {
    assertCapacity(checked, parent)
    prepared ??= await parent.prepare(image as ImageInput, { memoryMiB })
    return await Pool.open<Service>({ parent, image: prepared, options: checked }, close)
  } catch (error) {
    await close()
    throw error
  }
}

/** A pool of enclaves. `call` has the functions of their service. */
export class Pool<Service extends Handlers> {
  /**
   * The functions of the service. A call fails as one of a `ServiceClient` does, and also with E_POOL_BUSY,
   * E_POOL_CLOSED and E_POOL_FAILED if it was not begun, and with E_POOL_LOST if its enclave ended before it answered.
   */
  readonly call: ServiceCalls<Service>
  readonly #crew: Crew
  readonly #maxQueue: number
  readonly #queue = new WaitingCalls()
  readonly #counters = new Counters()
  readonly #closeOwn: () => Promise<void>
  #running = 0
  #closed: Promise<void> | undefined
  #idle: (() => void) | undefined

  private constructor(parts: Pick<CrewParts, 'parent' | 'image' | 'options'>, closeOwn: () => Promise<void>) {
    this.#crew = new Crew({
      ...parts,
      counters: this.#counters,
      onFree: () => this.#next(),
      onFailed: () => this.#queue.failAll(failedPool(this.#crew.failure)),
    })
    this.#maxQueue = parts.options.maxQueue
    this.#closeOwn = closeOwn
    this.call = callsBy<Service>((name, request, options) => this.#call(name, request, options))
  }

  /** @internal */
  static async open<Service extends Handlers>(
    parts: Pick<CrewParts, 'parent' | 'image' | 'options'>,
    closeOwn: () => Promise<void>,
  ): Promise<Pool<Service>> {
    const pool = new Pool<Service>(parts, closeOwn)
    await pool.#crew.begin()
    return pool
  }

  /** The counters since the pool was created, and its state. */
  stats(): PoolStats {
    const { starts, ends, calls, latency } = this.#counters
    const { size, starting, memoryUsed } = this.#crew
    return {
      enclaves: size,
      starting,
      running: this.#running,
      queued: this.#queue.size,
      starts,
      ends: Object.fromEntries(ends),
      calls: { ...calls },
      latency,
      memoryUsed,
    }
  }

  /** Refuses new calls, waits for those under way and in the queue, and stops all enclaves. */
  close({ timeout = 10_000 }: CloseOptions = {}): Promise<void> {
    this.#closed ??= this.#close(timeout)
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(timeout: number): Promise<void> {
    if (this.#running + this.#queue.size > 0) {
      await new Promise<void>((resolve) => {
        const stopTimer = callAfter(timeout, resolve)
        this.#idle = () => {
          stopTimer()
          resolve()
        }
      })
    }
    this.#queue.failAll(closedPool())
    await this.#crew.close()
    await this.#closeOwn()
  }

  async #call(method: string, request: unknown, options: CallOptions): Promise<unknown> {
    checkCallOptions(options)
    const begin = performance.now()
    let queuedMilliseconds = 0
    let code: string | undefined
    try {
      const member = await this.#member(options)
      queuedMilliseconds = performance.now() - begin
      const { deadline = Number.POSITIVE_INFINITY } = options
      const left = Math.max(0, deadline - queuedMilliseconds)
      return await this.#run(member, method, request, { ...options, deadline: left })
    } catch (error) {
      code = codeOf(error)
      throw error
    } finally {
      const milliseconds = performance.now() - begin
      if (code === undefined) this.#counters.took(milliseconds)
      // It may have been the last in the queue.
      this.#checkIdle()
      publish('webclave.pool.call', () => ({ method, milliseconds, queuedMilliseconds, code }))
    }
  }

  /** An enclave with a place for a call. @throws {EnclaveError} if the call cannot begin. */
  async #member({ signal, deadline }: CallOptions): Promise<Member> {
    if (this.#closed) throw closedPool()
    signal?.throwIfAborted()
    const member = this.#reserve()
    if (member) return member
    if (this.#crew.failure !== undefined && this.#crew.size === 0) throw failedPool(this.#crew.failure)
    if (this.#queue.size < this.#maxQueue) return this.#queue.add(signal, deadline)
    this.#counters.calls.refused += 1
    throw busy(this.#queue.size)
  }

  async #run(member: Member, name: string, request: unknown, options: CallOptions): Promise<unknown> {
    const { calls } = this.#counters
    const release = (isAnswered: boolean) => {
      this.#running -= 1
      this.#crew.release(member, isAnswered)
    }
    try {
      const result = await member.client.call[name]!(request, options)
      calls.answered += 1
      if (isStream(result)) return releasedAfter(result, () => release(true))
      release(true)
      return result
    } catch (error) {
      // A service that is a client itself may fail with the same code.
      const isLost = codeOf(error) === 'E_SERVICE_CLOSED' && member.client.isClosed
      if (isLost) calls.lost += 1
      else calls.failed += 1
      // An error of the service is an answer too.
      release(!isLost)
      if (!isLost) throw error
      throw lost(await member.ended)
    }
  }

  /** Counted from here on, and not only when the call continues. */
  #reserve(): Member | undefined {
    const member = this.#crew.reserve()
    if (member) this.#running += 1
    return member
  }

  /** Gives places that have become free to calls that wait. */
  #next(): void {
    while (this.#queue.size > 0) {
      const member = this.#reserve()
      if (!member) break
      this.#queue.take()!.resolve(member)
    }
    this.#checkIdle()
  }

  #checkIdle(): void {
    if (this.#running + this.#queue.size === 0) this.#idle?.()
  }
}

/** The items of a result; its place is free when they end, or when the loop over them is left, even before its begin. */
function releasedAfter(items: AsyncIterable<unknown>, release: () => void): AsyncIterableIterator<unknown> {
  const iterator = items[Symbol.asyncIterator]()
  let isReleased = false
  const end = () => {
    if (!isReleased) release()
    isReleased = true
  }
  return {
    async next() {
      try {
        const result = await iterator.next()
        if (result.done) end()
        return result
      } catch (error) {
        end()
        throw error
      }
    },
    async return() {
      await iterator.return?.()
      end()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
