/** One enclave, from the point of view of its parent instance's programs. */
import { EnclaveError } from '../base/error.ts'
import type { Pcrs } from '../base/pcrs.ts'
import type { ClientOptions } from '../client/options.ts'
import type { ServiceClient } from '../client/service-client.ts'
import type { EnclaveProcess } from '../hypervisor/enclave-process.ts'
import type { EndReason } from '../hypervisor/end-reason.ts'
import type { CallLog } from '../qtsm/call-log.ts'
import type { PcrBank, PcrState } from '../qtsm/pcr-bank.ts'
import type { Handlers } from '../service/handlers.ts'
import { LARGEST_MESSAGE } from '../service/protocol.ts'
import type { VsockSocket } from '../vsock/socket.ts'
import type { Trace } from '../vsock/trace.ts'
import { signalOf } from './arguments.ts'
import { connectWhenReady, explained } from './connect-when-ready.ts'

/** The state of an enclave. */
export type EnclaveState = 'running' | 'stopping' | 'ended'

const MIB = 1024 * 1024

/** Options of `Enclave.client`. */
export interface EnclaveClientOptions extends ClientOptions {
  /** Milliseconds within which the program must listen. @default 10000 */
  timeout?: number
  /** Aborts connecting. */
  signal?: AbortSignal | undefined
}

/** Options of `Enclave.connect`. */
export interface ConnectOptions {
  /** Aborts connecting. */
  signal?: AbortSignal | undefined
}

/** What is known of an enclave besides its process; `trace` and `log` only if it was started with `trace`. @internal */
export interface EnclaveRecords {
  readonly trace: Trace | undefined
  readonly log: CallLog | undefined
  readonly pcrs: PcrBank
  /** `destinations` of its image's manifest. */
  readonly destinations: readonly string[]
}

/** All PCRs of an enclave at one time. @internal */
export interface Registers {
  /** How often one of them was extended or locked. */
  readonly changes: number
  /** By index, 32 of them. */
  readonly states: readonly PcrState[]
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
  readonly #records: EnclaveRecords
  #state: EnclaveState = 'running'

  /** @internal */
  constructor(
    description: Omit<EnclaveDescription, 'state'>,
    process: EnclaveProcess,
    records: EnclaveRecords,
  ) {
    this.id = description.id
    this.cid = description.cid
    this.moduleId = description.moduleId
    this.pcrs = description.pcrs
    this.#description = description
    this.#process = process
    this.#records = records
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
    return this.#records.trace ?? untraced()
  }

  /**
   * The most recent calls of its security module, as many as `trace` keeps packets; available even after it has ended.
   * @throws {EnclaveError} E_TRACE_OFF unless it was started with `trace`.
   */
  get qtsmCalls(): CallLog {
    return this.#records.log ?? untraced()
  }

  /**
   * Its 32 PCRs as its program reads them now; available even after it has ended. Real clouds show PCR16 to PCR31 to the
   * enclave only, and in its documents. PCRs are not secret, in debug mode or otherwise.
   * @internal
   */
  get registers(): Registers {
    const { pcrs } = this.#records
    return { changes: pcrs.changes, states: pcrs.describeAll() }
  }

  /** The destinations that the measured manifest of its image lists, as a proxy checks them. @internal */
  get destinations(): readonly string[] {
    return this.#records.destinations
  }

  /** Bytes of its linear memories, as it reports them; undefined before its first report and in a process of its own. */
  get memoryUsed(): number | undefined {
    return this.#process.memoryUsed()
  }

  /** A description of it, as a plain object. */
  describe(): EnclaveDescription {
    return { ...this.#description, state: this.#state }
  }

  /**
   * Connects to `port`, on which the enclave's program must listen. The timeout is two seconds, as in Linux, or ten if
   * the enclave has not sent anything yet.
   * @throws {EnclaveError} E_VSOCK_PORT, E_VSOCK_REFUSED, E_VSOCK_TIMED_OUT, E_VSOCK_RESET, E_VSOCK_CLOSED,
   *   E_PARENT_OPTION for an invalid signal or another option; the signal's reason if it aborts before the connection is established.
   */
  async connect(port: number, options?: ConnectOptions): Promise<VsockSocket> {
    return this.#process.connect(port, signalOf(options))
  }

  /**
   * A client of the service on `port` (`serve` of `webclave/sdk`), as soon as the program listens there. `Service` is the
   * type of the functions that the program passes to `serve`. Closing the client closes its connection.
   *
   * @throws {EnclaveError} E_VSOCK_REFUSED if nothing listens within `timeout`; E_VSOCK_..., E_VSOCK_CLOSED as `connect`;
   *   the signal's reason if it aborts before.
   * @example
   * // If its application calls `serve({ add: ({ a, b }) => a + b })`.
   * await using client = await enclave.client(5000)
   * await client.call.add({ a: 1, b: 2 }) // 3
   */
  async client<Service extends Handlers>(
    port = 5000,
    { timeout = 10_000, signal, ...options }: EnclaveClientOptions = {},
  ): Promise<ServiceClient<Service>> {
    // Loaded on demand, because not everybody calls services.
    const { ServiceClient } = await import('../client/service-client.ts')
    const socket = await this.#connectWhenReady(port, timeout, signal)
    const maxMessage = Math.min(this.#description.memoryMiB * MIB, LARGEST_MESSAGE)
    return new ServiceClient<Service>(socket, { maxMessage, ...options })
  }

  /** Waits until its program listens on `port`. @throws {EnclaveError} as `client`. @internal */
  async listens(
    port: number,
    { timeout, signal }: { timeout: number; signal: AbortSignal },
  ): Promise<undefined> {
    ;(await this.#connectWhenReady(port, timeout, signal)).close()
  }

  #connectWhenReady(port: number, timeout: number, signal: AbortSignal | undefined): Promise<VsockSocket> {
    const connect = () => this.connect(port, signal ? { signal } : {})
    return connectWhenReady(connect, timeout, signal).catch((error) => explained(error, this.exited))
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

function untraced(): never {
  throw new EnclaveError('E_TRACE_OFF', {
    what: 'the packets of this enclave are not recorded',
    hint: 'start it with trace: { packets: 1000 }',
  })
}
