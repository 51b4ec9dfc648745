/**
 * The hypervisor's link to one enclave: transfers vsock packets, answers requests to the security module and watches
 * for the end. It never blocks its thread, accepts only the heartbeat and requests for random bytes before the launch,
 * and ends the enclave if it violates the protocol.
 */

import { EnclaveError } from '../base/error.ts'
import { HEARTBEAT_PORT } from '../boundary/heartbeat.ts'
import type { EnclaveChannel } from '../boundary/hypervisor-channel.ts'
import { Phase } from '../boundary/shared-memory.ts'
import type { Acceptor } from '../vsock/acceptor.ts'
import type { Connection } from '../vsock/connection.ts'
import { CONNECT_TIMEOUT, Endpoint } from '../vsock/endpoint.ts'
import { PARENT_CID } from '../vsock/packet.ts'
import { VsockSocket } from '../vsock/socket.ts'
import type { SocketCarrier } from '../vsock/socket-carrier.ts'
import { WriteQueue } from '../vsock/write-queue.ts'
import { Budget, COSTLY } from './budget.ts'
import { isOver, readClaimedEnd } from './claimed-end.ts'
import { Heartbeat } from './heartbeat.ts'
import type { LinkOptions } from './link-options.ts'
import { type Hearing, Requests } from './requests.ts'

/**
 * Timeout in milliseconds for connecting to an enclave that has not sent anything yet: its application may still be
 * loading, which takes seconds on a busy machine.
 */
const BEGINNER_TIMEOUT = 10_000

/** The link to one enclave. */
export class HypervisorLink implements SocketCarrier {
  readonly writers: WriteQueue = new WriteQueue()
  readonly #options: LinkOptions
  readonly #channel: EnclaveChannel
  readonly #endpoint: Endpoint
  readonly #heartbeat = new Heartbeat()
  readonly #budget = new Budget()
  readonly #requests: Requests
  #stage: 'booting' | 'running' | 'open' | 'closed' = 'booting'
  #starved = false
  #isTurning = false
  #isOver = false
  #isLost = false
  readonly #finished: Promise<void>
  /** Whether it has sent a packet since it started to run. */
  #hasSpoken = false

  constructor(options: LinkOptions) {
    const { channel, cid, bufferPool } = options
    this.#options = options
    this.#channel = channel
    this.#requests = new Requests(channel, options.security, this.#budget)
    this.#endpoint = new Endpoint({
      localCid: PARENT_CID,
      remoteCid: cid,
      send: (header, payload, isMoreToCome) => channel.push(header, payload, isMoreToCome),
      acceptorOf: (port) => this.#acceptorOf(port),
      bufferPool,
      now: () => performance.now(),
    })
    this.#finished = this.#run()
  }

  /** Call when the parent counts it as launched: from now on its packets are processed. */
  open(): void {
    if (this.#stage !== 'running') return
    this.#stage = 'open'
    this.#channel.lift()
    this.#channel.interrupt()
  }

  /**
   * Connects to a port on which the enclave listens.
   * @throws {EnclaveError} E_VSOCK_PORT, E_VSOCK_TOO_MANY, E_VSOCK_REFUSED, E_VSOCK_TIMED_OUT, E_VSOCK_CLOSED; the
   * signal's reason if it aborts before the connection is established.
   */
  async connect(port: number, signal?: AbortSignal): Promise<VsockSocket> {
    signal?.throwIfAborted()
    if (this.#stage === 'booting' || this.#stage === 'running')
      throw new EnclaveError('E_VSOCK_REFUSED', { what: 'the enclave has not been launched yet' })
    const socket = new VsockSocket(
      this.#endpoint.connect(port, this.#hasSpoken ? CONNECT_TIMEOUT : BEGINNER_TIMEOUT),
      this,
    )
    const abort = () => socket.reset()
    signal?.addEventListener('abort', abort)
    this.#channel.interrupt()
    try {
      return await socket.established()
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  room(): number {
    const { room } = this.#channel
    if (room <= 0) this.#starved = true
    return room
  }

  announce(): void {
    this.#channel.acknowledge()
  }

  closeConnection(connection: Connection): void {
    this.#endpoint.closeConnection(connection)
  }

  catchUp(): void {
    if (this.#isClosed || this.#isTurning) return
    // What is in the ring comes in the next turn, although no bell may announce it again.
    if (!this.#budget.isLeft) return this.#channel.interrupt()
    this.#budget.take(COSTLY)
    this.#turn()
  }

  /**
   * Call when its host is gone. Resolves when everything that it sent before has been processed; if it was running,
   * that waits for `open` or `close`.
   */
  finish(): Promise<void> {
    this.#isLost = true
    this.#channel.interrupt()
    return this.#finished
  }

  /** Ends all connections and stops watching. */
  close(): void {
    if (this.#isClosed) return
    this.#stage = 'closed'
    this.#budget.close()
    this.#endpoint.close()
    this.#channel.interrupt()
  }

  get #hearing(): Hearing {
    return this.#stage === 'open' ? 'launched' : this.#runs() ? 'waiting' : 'booting'
  }

  get #isClosed(): boolean {
    return this.#stage === 'closed'
  }

  #acceptorOf(port: number): Acceptor | undefined {
    this.#budget.take(COSTLY)
    if (port === HEARTBEAT_PORT) return this.#heartbeat
    return this.#stage === 'open' ? this.#options.acceptorOf(port, this) : undefined
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      const mark = this.#channel.mark()
      this.#budget.renew()
      const deadline = this.#turn()
      if (this.#isClosed || (this.#isLost && this.#hasSaidAll())) return
      await this.#channel.sleep(mark, Math.max(0, deadline - performance.now()))
    }
  }

  #hasSaidAll(): boolean {
    if (this.#stage === 'open') return this.#channel.isDrained && !isOver(this.#channel.phase)
    return this.#stage === 'booting'
  }

  /** Handles what has arrived; returns the time at which to check again at the latest. */
  #turn(): number {
    this.#isTurning = true
    this.#budget.begin()
    try {
      if (this.#stage === 'booting') this.#attend()
      else if (this.#stage === 'open') this.#serve()
      return this.#endpoint.expire()
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#options.onEnd({ kind: 'violation', message })
      return Number.POSITIVE_INFINITY
    } finally {
      this.#isTurning = false
      this.#budget.end()
    }
  }

  /** A turn before the launch. */
  #attend(): void {
    // If the program does not run yet after this, everything before the fence was sent before it ran.
    this.#channel.fence()
    if (!this.#runs()) this.#carry()
    const { phase } = this.#channel
    if (this.#runs()) {
      this.#stage = 'running'
      this.#options.onRunning()
    } else if (isOver(phase)) this.#options.onEnd(readClaimedEnd(this.#channel.readEnd()))
  }

  /** A turn after the launch. */
  #serve(): void {
    // Reads the phase first: what was sent before the end has arrived by then, and what follows does not count.
    const { phase } = this.#channel
    if (isOver(phase) && !this.#isOver) this.#channel.fence()
    this.#isOver ||= isOver(phase)
    this.#carry()
    if (this.#isOver && this.#channel.isDrained) this.#options.onEnd(readClaimedEnd(this.#channel.readEnd()))
  }

  /** Whether it has sent its heartbeat and reports that its program runs or has run. */
  #runs(): boolean {
    const { phase } = this.#channel
    const lives = this.#heartbeat.answered || !this.#options.heartbeat
    return lives && (phase === Phase.RUNNING || phase === Phase.ENDED)
  }

  /** Processes what has arrived and sends what is owed, within the budget. */
  #carry(): void {
    this.#receive()
    this.#endpoint.flush()
    if (this.#starved && this.#channel.room > 0) {
      this.#starved = false
      this.writers.wake()
    }
    this.#requests.answer(() => this.#hearing)
  }

  #receive(): void {
    let isTaken = false
    for (; this.#budget.isLeft; this.#budget.take()) {
      const packet = this.#channel.pop()
      if (!packet) break
      isTaken = true
      if (packet === 'other') continue
      this.#hasSpoken ||= this.#stage === 'open' && packet.header.destinationPort !== HEARTBEAT_PORT
      // Expensive, because the connection's owner is notified of its end, which takes time outside this turn.
      if (this.#endpoint.receive(packet)) this.#budget.take(COSTLY)
      // Later packets are processed after the next bell, or by the next read.
      if (packet.lender?.isLent) break
    }
    if (isTaken) this.#channel.acknowledge()
    // There may be more: comes back at once.
    if (!this.#budget.isLeft) this.#channel.interrupt()
  }
}
