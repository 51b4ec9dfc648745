/** One enclave as its parent instance's programs see it. */
import { EnclaveError } from '../base/error.ts'
import type { Pcrs } from '../base/pcrs.ts'
import type { EnclaveProcess } from '../hypervisor/enclave-process.ts'
import type { EndReason } from '../hypervisor/end-reason.ts'
import type { VsockSocket } from '../vsock/socket.ts'
import type { Trace } from '../vsock/trace.ts'

/** How far an enclave has come. */
export type EnclaveState = 'running' | 'stopping' | 'ended'

/** How an enclave is connected to. */
export interface ConnectOptions {
  /** Gives the connection up while it is being made. */
  signal?: AbortSignal
}

/** What `Parent.query` tells of an enclave. */
export interface EnclaveDescription {
  id: number
  cid: number
  moduleId: string
  vcpus: number
  memoryMiB: number
  /** `debug`: the console can be read and PCRs 0 to 15 prove nothing. */
  launchMode: 'normal' | 'debug'
  state: EnclaveState
  /** PCR0, PCR1, PCR2, PCR3, PCR4 and PCR8 as its attestation documents show them, 48 bytes each. */
  pcrs: Pcrs
}

/**
 * A running enclave. Made by `Parent.start`; ends when its program does, when `stop` is called, or with its parent.
 *
 * @example
 * const socket = await enclave.connect(5000)
 * const writer = socket.writable.getWriter()
 * await writer.write(new TextEncoder().encode('hello'))
 */
export class Enclave {
  /** Small integer, unique at its parent. */
  readonly id: number
  readonly cid: number
  /** The name in its attestation documents. */
  readonly moduleId: string
  /** PCR0, PCR1, PCR2, PCR3, PCR4 and PCR8 as its documents show them, 48 bytes each. */
  readonly pcrs: Pcrs
  /** Resolves with the reason once it has ended; never rejects. */
  readonly exited: Promise<EndReason>
  readonly #description: Omit<EnclaveDescription, 'state'>
  readonly #process: EnclaveProcess
  readonly #trace: Trace | undefined
  #state: EnclaveState = 'running'

  /** @internal */
  constructor(description: Omit<EnclaveDescription, 'state'>, process: EnclaveProcess, trace?: Trace) {
    this.id = description.id
    this.cid = description.cid
    this.moduleId = description.moduleId
    this.pcrs = description.pcrs
    this.#description = description
    this.#process = process
    this.#trace = trace
    this.exited = process.ended.then((reason) => {
      this.#state = 'ended'
      return reason
    })
  }

  get state(): EnclaveState {
    return this.#state
  }

  /**
   * The newest packets between it and its parent, also once it has ended.
   * @throws {EnclaveError} E_TRACE_OFF unless it was started with `trace`.
   */
  get trace(): Trace {
    if (this.#trace) return this.#trace
    throw new EnclaveError('E_TRACE_OFF', {
      what: 'nothing of this enclave is recorded',
      hint: 'start it with trace: { packets: 1000 }',
    })
  }

  /** A plain record of it. */
  describe(): EnclaveDescription {
    return { ...this.#description, state: this.#state }
  }

  /**
   * Connects to `port`, on which the enclave's program listens. An enclave that does not answer is given up after two
   * seconds, as Linux does; one that has said nothing yet since it runs, after ten.
   * @throws {EnclaveError} E_VSOCK_PORT, E_VSOCK_REFUSED, E_VSOCK_TIMED_OUT, E_VSOCK_RESET, E_VSOCK_CLOSED; the
   * signal's reason where that aborts before the connection is established.
   */
  connect(port: number, { signal }: ConnectOptions = {}): Promise<VsockSocket> {
    return this.#process.connect(port, signal)
  }

  /**
   * The newest console output, at most 64 KiB, with control characters escaped.
   * @throws {EnclaveError} E_CONSOLE_MODE unless the enclave runs in debug mode.
   */
  console(): string {
    return this.#process.console()
  }

  /**
   * Follows the console: each call of what this gives returns what was printed since the last one, escaped as above.
   * @throws {EnclaveError} E_CONSOLE_MODE unless the enclave runs in debug mode.
   */
  followConsole(): () => string {
    return this.#process.followConsole()
  }

  /**
   * Lets Node's process end while the enclave runs, which ends with it, as `unref` of a Worker or a timer does. Without this
   * a running enclave keeps its process from ending. In a browser nothing changes.
   * @example
   * await using parent = await createParent({ vcpus: 2, memoryMiB: 256 })
   * const enclave = (await parent.start(eif, { vcpus: 1, memoryMiB: 64 })).unref()
   */
  unref(): this {
    this.#process.hold(false)
    return this
  }

  /** Has Node's process wait for the enclave's end again, as it does at first. */
  ref(): this {
    this.#process.hold(true)
    return this
  }

  /** Stops it now and gives the reason with which it ended: `killed`, unless it had ended before. */
  async stop(message = 'stopped by its parent'): Promise<EndReason> {
    if (this.#state === 'running') this.#state = 'stopping'
    await this.#process.end({ kind: 'killed', message })
    return this.exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
