/**
 * The hypervisor's link to one enclave: carries vsock packets, answers the security module's requests and watches for
 * the end. It never blocks its thread, and ends the enclave where what that says cannot be true.
 */
import { EnclaveError } from '../base/error.ts'
import { End, Phase } from '../kernel/shared-memory.ts'
import type { SecurityModule } from '../qtsm/security-module.ts'
import type { Connection } from '../vsock/connection.ts'
import { type Acceptor, CONNECT_TIMEOUT, Endpoint } from '../vsock/endpoint.ts'
import { HEARTBEAT_PORT } from '../vsock/heartbeat.ts'
import { PARENT_CID } from '../vsock/packet.ts'
import { type SocketCarrier, VsockSocket } from '../vsock/socket.ts'
import { WriteQueue } from '../vsock/write-queue.ts'
import type { EnclaveChannel } from './channel.ts'
import type { EndReason } from './end-reason.ts'
import { Heartbeat } from './heartbeat.ts'
import { CPU_TIME_SPENT } from './watchdog.ts'

/** Packets handled before other tasks of this thread have their turn. */
const PACKETS_PER_TURN = 256
/** Requests to the security module that are answered before other tasks of this thread have their turn. */
const REQUESTS_PER_TURN = 16
/** How often those who wait take in what has come before other tasks of this thread have their turn. */
const LOOKS_PER_TURN = 16
/**
 * How long a connection waits for an enclave that has said nothing since it runs, milliseconds: its application may
 * still be loading, which takes seconds where the machine does much else.
 */
const BEGINNER_TIMEOUT = 10_000
/** Characters of an enclave's last words that are kept. */
const MAX_MESSAGE_LENGTH = 2048

/** What a link is made with. */
export interface LinkOptions {
  channel: EnclaveChannel
  /** The enclave's CID. */
  cid: number
  /** Bytes for the receive buffers of this end's connections. */
  bufferPool: number
  security: SecurityModule
  /** Who listens at the parent. */
  acceptorOf: (port: number, carrier: SocketCarrier) => Acceptor | undefined
  /** Whether it runs only once its kernel has sent the heartbeat; it is answered in any case. */
  heartbeat: boolean
  /** The program is about to run. */
  onRunning(): void
  /** The enclave said, or showed, that it is over. */
  onEnd(reason: EndReason): void
}

/** The link to one enclave. */
export class HypervisorLink implements SocketCarrier {
  readonly writers: WriteQueue = new WriteQueue()
  readonly #options: LinkOptions
  readonly #channel: EnclaveChannel
  readonly #endpoint: Endpoint
  readonly #heartbeat = new Heartbeat()
  #running = false
  #closed = false
  #starved = false
  #isTurning = false
  /** Whether it has sent a packet since it runs. */
  #hasSpoken = false
  #looks = 0

  constructor(options: LinkOptions) {
    const { channel, cid, bufferPool, acceptorOf } = options
    this.#options = options
    this.#channel = channel
    this.#endpoint = new Endpoint({
      localCid: PARENT_CID,
      remoteCid: cid,
      send: (header, payload) => channel.push(header, payload),
      acceptorOf: (port) => (port === HEARTBEAT_PORT ? this.#heartbeat : acceptorOf(port, this)),
      bufferPool,
      now: () => performance.now(),
    })
    void this.#run()
  }

  /**
   * Connects to a port on which the enclave listens.
   * @throws {EnclaveError} E_VSOCK_PORT, E_VSOCK_TOO_MANY, E_VSOCK_REFUSED, E_VSOCK_TIMED_OUT, E_VSOCK_CLOSED;
   * `signal`'s reason where that aborts before the connection is established.
   */
  async connect(port: number, signal?: AbortSignal): Promise<VsockSocket> {
    signal?.throwIfAborted()
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

  closeConnection(connection: Connection): void {
    this.#endpoint.closeConnection(connection)
  }

  catchUp(): void {
    if (this.#closed || this.#isTurning || this.#looks >= LOOKS_PER_TURN) return
    this.#looks += 1
    this.#turn()
  }

  /** Handles what is there, without waiting to be woken. */
  look(): void {
    if (!this.#closed) this.#turn()
  }

  /** Ends every connection and stops watching. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#endpoint.close()
    this.#channel.interrupt()
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      const mark = this.#channel.mark()
      this.#looks = 0
      const deadline = this.#turn()
      if (this.#closed) return
      await this.#channel.sleep(mark, Math.max(0, deadline - performance.now()))
    }
  }

  /** Handles what is there now; the time at which to look again at the latest. */
  #turn(): number {
    this.#isTurning = true
    try {
      // The phase is read first: whatever was sent before the end is there by then.
      const { phase } = this.#channel
      this.#receive(phase === Phase.ENDED ? Number.POSITIVE_INFINITY : PACKETS_PER_TURN)
      this.#endpoint.flush()
      if (this.#starved && this.#channel.room > 0) {
        this.#starved = false
        this.writers.wake()
      }
      this.#answer()
      this.#follow(phase)
      return this.#endpoint.expire()
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#options.onEnd({ kind: 'violation', message })
      return Number.POSITIVE_INFINITY
    } finally {
      this.#isTurning = false
    }
  }

  #receive(limit: number): void {
    let count = 0
    for (; count < limit; count++) {
      const packet = this.#channel.pop()
      if (!packet) break
      this.#endpoint.receive(packet)
    }
    if (count > 0) {
      this.#hasSpoken ||= this.#running
      this.#channel.acknowledge()
    }
    // More may wait: come back at once.
    if (count === limit) this.#channel.interrupt()
  }

  /** Requests often come in rows: a guest asks for random bytes in small parts. */
  #answer(): void {
    for (let count = 0; count < REQUESTS_PER_TURN; count++) {
      const request = this.#channel.takeRequest()
      if (!request) return
      const response = this.#options.security.answer(request)
      if (response instanceof Promise) {
        return void response.then((bytes) => this.#channel.respond(bytes))
      }
      this.#channel.respond(response)
    }
  }

  #follow(phase: number): void {
    const lives = this.#heartbeat.answered || !this.#options.heartbeat
    if (!this.#running && lives && (phase === Phase.RUNNING || phase === Phase.ENDED)) {
      this.#running = true
      this.#options.onRunning()
    }
    if (phase === Phase.ENDED || phase === Phase.FAILED) this.#options.onEnd(this.#reason())
  }

  #reason(): EndReason {
    const { end, status, message: bytes } = this.#channel.readEnd()
    if (end === End.EXITED) return { kind: 'exited', status }
    const message = new TextDecoder().decode(bytes).slice(0, MAX_MESSAGE_LENGTH)
    if (end === End.OUT_OF_MEMORY) return { kind: 'out-of-memory', message }
    if (end === End.STACK_OVERFLOW) return { kind: 'stack-overflow', message }
    if (end === End.CPU_LIMIT) return { kind: 'deadline', message: CPU_TIME_SPENT }
    if (end === End.TRAPPED) return { kind: 'trapped', message }
    throw new EnclaveError('E_ENCLAVE_END', { what: 'the enclave ended in no known way', got: String(end) })
  }
}
