/** A pool of enclaves: each call goes to the least busy one, or waits. */
import { callsBy, type ServiceCalls } from '../client/calls.ts'
import { type CallOptions, checkCallOptions } from '../client/options.ts'
import { signalOf } from '../parent/arguments.ts'
import type { ConnectOptions } from '../parent/enclave.ts'
import { publish } from '../platform/diagnostics.ts'
import { callAfter } from '../platform/timer.ts'
import type { Handlers } from '../service/handlers.ts'
import { isStream } from '../service/outgoing.ts'
import type { VsockSocket } from '../vsock/socket.ts'
import { Counters, type PoolStats } from './counters.ts'
import { Crew, type CrewParts } from './crew.ts'
import { busy, closedPool, codeOf, failedPool, lost, noService } from './failures.ts'
import type { Member } from './member.ts'
import { releasedAfter } from './released-after.ts'
import { WaitingCalls } from './waiting-calls.ts'

/** Options of `Pool.close`. */
export interface CloseOptions {
  /** Milliseconds that calls under way may take. @default 10000 */
  readonly timeout?: number
}

/** A pool of enclaves. `call` has the functions of their service. */
export class Pool<Service extends Handlers> {
  /**
   * The functions of the service. A call fails as one of a `ServiceClient` does, and also with E_POOL_BUSY,
   * E_POOL_CLOSED and E_POOL_FAILED if it was not begun, and with E_POOL_LOST if its enclave ended before it answered.
   */
  readonly call: ServiceCalls<Service>
  /** Has `enclaveFetch` of webclave/http open a connection for each request, because each has a place here. */
  readonly keepsConnections = false
  readonly #crew: Crew
  readonly #maxQueue: number
  readonly #hasService: boolean
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
    this.#hasService = parts.options.service
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

  /**
   * Connects to `port` of the least busy enclave, as `Enclave.connect` does, or waits for one. The connection has the place of a
   * call until it ends. An enclave that has just started has `startTimeout` to listen; one that ends before it has accepted is
   * not waited for. An enclave that ends later resets its connections, as their sockets tell.
   *
   * @throws {EnclaveError} E_POOL_BUSY, E_POOL_CLOSED and E_POOL_FAILED; what `Enclave.connect` throws; the signal's reason. In
   *   all of these cases nothing was sent.
   * @example
   * // Of an image whose application also calls `serveHttp`: a `fetch` to the least busy enclave.
   * const front = enclaveFetch(pool)
   * const response = await front('http://enclave/hello')
   * await response.text() // 'hello'
   */
  async connect(port: number, options?: ConnectOptions): Promise<VsockSocket> {
    const signal = signalOf(options)
    const begin = performance.now()
    try {
      for (;;) {
        const member = await this.#member(signal ? { signal } : {})
        const queuedMilliseconds = performance.now() - begin
        const release = (isAnswered: boolean, code?: string) => {
          this.#running -= 1
          this.#crew.release(member, isAnswered)
          const milliseconds = performance.now() - begin
          publish('webclave.pool.connection', () => ({ port, milliseconds, queuedMilliseconds, code }))
        }
        try {
          const socket = await member.connect(port, signal)
          this.#counters.connections += 1
          void socket.closed.then(() => release(socket.bytesReceived > 0))
          return socket
        } catch (error) {
          const isOver = !signal?.aborted && (await member.endsSoon(error))
          release(false, codeOf(error))
          if (!isOver) throw error
        }
      }
    } finally {
      // It may have been the last in the queue.
      this.#checkIdle()
    }
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
      connections: this.#counters.connections,
      latency,
      memoryUsed,
    }
  }

  /** Refuses new calls and connections, waits for those under way and in the queue, and stops all enclaves. */
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
    if (!this.#hasService) throw noService()
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
      const result = await member.client!.call[name]!(request, options)
      calls.answered += 1
      if (isStream(result)) return releasedAfter(result, () => release(true))
      release(true)
      return result
    } catch (error) {
      // A service that is a client itself may fail with the same code.
      const isLost = codeOf(error) === 'E_SERVICE_CLOSED' && !member.isUsable
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
