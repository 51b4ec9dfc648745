/** One enclave, from the point of view of its parent instance's programs. */
import { EnclaveError } from '../base/error.ts'
import type { Pcrs } from '../base/pcrs.ts'
import type { EnclaveProcess } from '../hypervisor/enclave-process.ts'
import type { EndReason } from '../hypervisor/end-reason.ts'
import type { VsockSocket } from '../vsock/socket.ts'
import type { Trace } from '../vsock/trace.ts'

/** The state of an enclave. */
export type EnclaveState = 'running' | 'stopping' | 'ended'

/** Options of `Enclave.connect`. */
export interface ConnectOptions {
  /** Aborts connecting. */
  signal?: AbortSignal
}

/** The description of an enclave that `Parent.query` returns. */
export interface EnclaveDescription {
  id: number
  cid: number
  moduleId: string
  vcpus: number
  memoryMiB: number
  /** `debug`: the console can be read, and PCR0 to PCR15 prove nothing. */
  launchMode: 'normal' | 'debug'
  state: EnclaveState
  /** PCR0, PCR1, PCR2, PCR3, PCR4 and PCR8, as in its attestation documents, 48 bytes each. */
  pcrs: Pcrs
}

/**
 * A running enclave, returned by `Parent.start`. It ends when its program ends, when `stop` is called, or with its
 * parent.
 *
 * @example
 * const socket = await enclave.connect(5000)
 * const writer = socket.writable.getWriter()
 * await writer.write(new TextEncoder().encode('hello'))
 */
export class Enclave {
  /** A small integer, unique within its parent. */
  readonly id: number
  readonly cid: number
  /** The module id in its attestation documents. */
  readonly moduleId: string
  /** PCR0, PCR1, PCR2, PCR3, PCR4 and PCR8, as in its documents, 48 bytes each. */
  readonly pcrs: Pcrs
  /** Resolves with the reason when it has ended; never rejects. */
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
   * The most recent packets between it and its parent; available even after it has ended.
   * @throws {EnclaveError} E_TRACE_OFF unless it was started with `trace`.
   */
  get trace(): Trace {
    if (this.#trace) return this.#trace
    throw new EnclaveError('E_TRACE_OFF', {
      what: 'the packets of this enclave are not recorded',
      hint: 'start it with trace: { packets: 1000 }',
    })
  }

  /** A description of it, as a plain object. */
  describe(): EnclaveDescription {
    return { ...this.#description, state: this.#state }
  }

  /**
   * Connects to `port`, on which the enclave's program must listen. The timeout is two seconds, as in Linux, or ten if
   * the enclave has not sent anything yet.
   * @throws {EnclaveError} E_VSOCK_PORT, E_VSOCK_REFUSED, E_VSOCK_TIMED_OUT, E_VSOCK_RESET, E_VSOCK_CLOSED; the
   *   signal's reason if it aborts before the connection is established.
   */
  connect(port: number, { signal }: ConnectOptions = {}): Promise<VsockSocket> {
    return this.#process.connect(port, signal)
  }

  /**
   * The most recent console output, at most 64 KiB, with control characters escaped.
   * @throws {EnclaveError} E_CONSOLE_MODE unless the enclave runs in debug mode.
   */
  console(): string {
    return this.#process.console()
  }

  /**
   * Follows the console: each call of the returned function returns what was printed since the last call, escaped
   * likewise.
   * @throws {EnclaveError} E_CONSOLE_MODE unless the enclave runs in debug mode.
   */
  followConsole(): () => string {
    return this.#process.followConsole()
  }

  /**
   * Lets the Node process exit while the enclave runs, like `unref` of a Worker or a timer; the enclave ends with the
   * process. Without this a running enclave keeps its process alive. No effect in a browser.
   * @example
   * await using parent = await createParent({ vcpus: 2, memoryMiB: 256 })
   * const enclave = (await parent.start(eif, { vcpus: 1, memoryMiB: 64 })).unref()
   */
  unref(): this {
    this.#process.hold(false)
    return this
  }

  /** Makes the enclave keep the Node process alive again, as it does at first. */
  ref(): this {
    this.#process.hold(true)
    return this
  }

  /** Stops it at once and returns the reason of its end: `killed`, unless it had already ended. */
  async stop(message = 'stopped by its parent'): Promise<EndReason> {
    if (this.#state === 'running') this.#state = 'stopping'
    await this.#process.end({ kind: 'killed', message })
    return this.exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
