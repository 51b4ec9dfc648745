/**
 * The hypervisor's end of an enclave's shared memory: carries vsock packets, answers the security module's
 * mailbox and watches for the end. It never blocks its thread, and every word it reads is the enclave's claim:
 * copied, checked, and the enclave is ended where it cannot be true.
 */
import { EnclaveError } from '../base/error.ts'
import { End, Mailbox, Phase, ringBell, type SharedMemory, Word } from '../kernel/shared-memory.ts'
import { yieldToTasks } from '../platform/yield.ts'
import { MAX_REQUEST_LENGTH } from '../qtsm/protocol.ts'
import type { SecurityModule } from '../qtsm/security-module.ts'
import type { Connection } from '../vsock/connection.ts'
import { type Acceptor, Endpoint } from '../vsock/endpoint.ts'
import { PARENT_CID } from '../vsock/packet.ts'
import { RingConsumer, RingProducer } from '../vsock/ring.ts'
import { type SocketCarrier, VsockSocket } from '../vsock/socket.ts'
import type { EndReason } from './end-reason.ts'

/** Packets handled before other tasks of this thread have their turn. */
const PACKETS_PER_TURN = 256
const MAX_MESSAGE_LENGTH = 2048

/** What a link tells its owner. */
export interface LinkEvents {
  /** The program is about to run. */
  onRunning(): void
  /** The enclave said, or showed, that it is over. */
  onEnd(reason: EndReason): void
}

/** The link to one enclave. */
export class HypervisorLink implements SocketCarrier {
  readonly #shared: SharedMemory
  readonly #security: SecurityModule
  readonly #events: LinkEvents
  readonly #endpoint: Endpoint
  readonly #out: RingProducer
  readonly #in: RingConsumer
  #running = false
  #closed = false
  #answering = false
  #starved = false

  constructor(
    shared: SharedMemory,
    cid: number,
    security: SecurityModule,
    acceptorOf: (port: number, carrier: SocketCarrier) => Acceptor | undefined,
    events: LinkEvents,
  ) {
    this.#shared = shared
    this.#security = security
    this.#events = events
    this.#out = new RingProducer(shared.ringIn)
    this.#in = new RingConsumer(shared.ringOut)
    this.#endpoint = new Endpoint({
      localCid: PARENT_CID,
      remoteCid: cid,
      send: (header, payload) => {
        const sent = this.#out.push(header, payload)
        if (sent) ringBell(shared.words, Word.KERNEL_BELL)
        return sent
      },
      acceptorOf: (port) => acceptorOf(port, this),
      now: () => performance.now(),
    })
    void this.#run()
  }

  /**
   * Connects to a port on which the enclave listens.
   * @throws {EnclaveError} E_VSOCK_PORT, E_VSOCK_TOO_MANY, E_VSOCK_REFUSED, E_VSOCK_TIMED_OUT, E_VSOCK_CLOSED.
   */
  async connect(port: number): Promise<VsockSocket> {
    const socket = new VsockSocket(this.#endpoint.connect(port), this)
    ringBell(this.#shared.words, Word.HYPERVISOR_BELL)
    return socket.established()
  }

  room(): number {
    const { room } = this.#out
    if (room <= 0) this.#starved = true
    return room
  }

  closeConnection(connection: Connection): void {
    this.#endpoint.closeConnection(connection)
  }

  /** Ends every connection and stops watching. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#endpoint.close()
    ringBell(this.#shared.words, Word.HYPERVISOR_BELL)
  }

  async #run(): Promise<void> {
    const { words } = this.#shared
    while (!this.#closed) {
      const bell = Atomics.load(words, Word.HYPERVISOR_BELL)
      const deadline = this.#turn()
      if (this.#closed) return
      const timeout = Math.max(0, deadline - performance.now())
      const sleep = Atomics.waitAsync(words, Word.HYPERVISOR_BELL, bell, timeout)
      if (sleep.async) await sleep.value
      else await yieldToTasks()
    }
  }

  /** Handles what is there now; the time at which to look again at the latest. */
  #turn(): number {
    try {
      // The phase is read first: whatever was sent before the end is in the rings by then.
      const phase = Atomics.load(this.#shared.words, Word.PHASE)
      this.#receive(phase === Phase.ENDED ? Number.POSITIVE_INFINITY : PACKETS_PER_TURN)
      this.#endpoint.flush()
      if (this.#starved && this.#out.room > 0) {
        this.#starved = false
        this.#endpoint.notify()
      }
      this.#serveMailbox()
      this.#follow(phase)
      return this.#endpoint.expire()
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#events.onEnd({ kind: 'violation', message })
      return Number.POSITIVE_INFINITY
    }
  }

  #receive(limit: number): void {
    let count = 0
    while (count < limit) {
      const packet = this.#in.pop()
      if (!packet) break
      this.#endpoint.receive(packet)
      count += 1
    }
    if (count > 0) ringBell(this.#shared.words, Word.KERNEL_BELL)
    // More may wait: come back at once.
    if (count === limit) ringBell(this.#shared.words, Word.HYPERVISOR_BELL)
  }

  #serveMailbox(): void {
    const { words, mailbox } = this.#shared
    if (this.#answering || Atomics.load(words, Word.MAILBOX) !== Mailbox.REQUEST) return
    const length = Atomics.load(words, Word.MAILBOX_LENGTH)
    if (length < 0 || length > MAX_REQUEST_LENGTH) {
      throw new EnclaveError('E_QTSM_MAILBOX', {
        what: 'a request to the security module has an impossible length',
        expected: `0 to ${MAX_REQUEST_LENGTH}`,
        got: String(length),
      })
    }
    this.#answering = true
    void this.#security.answer(mailbox.slice(0, length) as Uint8Array<ArrayBuffer>).then((response) => {
      this.#answering = false
      mailbox.set(response)
      Atomics.store(words, Word.MAILBOX_LENGTH, response.byteLength)
      Atomics.store(words, Word.MAILBOX, Mailbox.RESPONSE)
      ringBell(words, Word.KERNEL_BELL)
    })
  }

  #follow(phase: number): void {
    if (!this.#running && (phase === Phase.RUNNING || phase === Phase.ENDED)) {
      this.#running = true
      this.#events.onRunning()
    }
    if (phase === Phase.ENDED || phase === Phase.FAILED) this.#events.onEnd(this.#readEnd())
  }

  #readEnd(): EndReason {
    const { words, mailbox } = this.#shared
    const end = Atomics.load(words, Word.END)
    const detail = Atomics.load(words, Word.DETAIL)
    if (end === End.EXITED) return { kind: 'exited', status: detail }
    const length = Math.min(Math.max(detail, 0), MAX_MESSAGE_LENGTH)
    const message = new TextDecoder().decode(mailbox.slice(0, length))
    if (end === End.OUT_OF_MEMORY) return { kind: 'out-of-memory', message }
    if (end === End.STACK_OVERFLOW) return { kind: 'stack-overflow', message }
    if (end === End.TRAPPED) return { kind: 'trapped', message }
    throw new EnclaveError('E_ENCLAVE_END', { what: 'the enclave ended in no known way', got: String(end) })
  }
}
