/**
 * One enclave from boot to end: the host in which it runs, the link to it, and the promise that settles when it has
 * ended, for whatever reason.
 */
import { EnclaveError } from '../base/error.ts'
import type { EnclaveChannel } from '../boundary/hypervisor-channel.ts'
import { callAfter } from '../platform/timer.ts'
import type { SecurityModule } from '../qtsm/security-module.ts'
import type { Acceptor } from '../vsock/acceptor.ts'
import type { Faults } from '../vsock/faults.ts'
import type { VsockSocket } from '../vsock/socket.ts'
import type { SocketCarrier } from '../vsock/socket-carrier.ts'
import type { Trace } from '../vsock/trace.ts'
import { TracedChannel } from './channel-layer.ts'
import { followConsole, showConsole } from './console.ts'
import { describeEnd, type EndReason } from './end-reason.ts'
import { FaultyChannel } from './faulty-channel.ts'
import type { EnclaveHost } from './host.ts'
import { HypervisorLink } from './link.ts'
import { type HostOptions, startHost } from './start-host.ts'

/** Default for the milliseconds within which a program must run. */
const DEFAULT_START_TIMEOUT = 20000

/** Options of an enclave: its program, and the listeners that it can reach. */
export interface EnclaveProcessOptions extends HostOptions {
  security: SecurityModule
  /** The parent's listeners. */
  acceptorOf: (port: number, carrier: SocketCarrier) => Acceptor | undefined
  /** Whether the kernel must send its heartbeat before the program counts as running. @default false */
  heartbeat?: boolean
  /** Faults to inject into the link. */
  faults?: Faults | undefined
  /** The trace that records every packet of the link. */
  trace?: Trace | undefined
  startTimeout?: number | undefined
  /** Maximum run time of the program in milliseconds. */
  runTimeout?: number | undefined
}

/** A started enclave. */
export class EnclaveProcess {
  /** Resolves when it has ended; never rejects. */
  readonly ended: Promise<EndReason>
  readonly #debug: boolean
  readonly #isRunning: Promise<void>
  #host: EnclaveHost | undefined
  #link: HypervisorLink | undefined
  /** Why it ends, as soon as that is decided. */
  #reason: EndReason | undefined
  #starting!: Promise<void>
  #settle!: (reason: EndReason) => void
  #running!: () => void

  private constructor(debug: boolean) {
    this.#debug = debug
    this.ended = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.#isRunning = new Promise((resolve) => {
      this.#running = resolve
    })
  }

  /**
   * Starts a program, waits until it runs, and opens its link.
   * @throws {EnclaveError} What `boot` and `running` throw.
   */
  static async start(options: EnclaveProcessOptions, signal?: AbortSignal): Promise<EnclaveProcess> {
    const process = await EnclaveProcess.boot(options, signal)
    await process.running()
    process.open()
    return process
  }

  /**
   * Starts a program's host and sends the program to it. Does not wait until it runs.
   * @throws {EnclaveError} E_ISOLATION, or any other error of the host.
   */
  static async boot(options: EnclaveProcessOptions, signal?: AbortSignal): Promise<EnclaveProcess> {
    const process = new EnclaveProcess(options.boot.debug)
    const sent = process.#send(options)
    process.#starting = process.#start(sent, options, signal)
    // Prevents an unhandled rejection: `running` reports the error.
    process.#starting.catch(() => {})
    await sent
    return process
  }

  /** Resolves once it runs. @throws {EnclaveError} E_ENCLAVE_BOOT if it ends before that; the signal's reason. */
  running(): Promise<void> {
    return this.#starting
  }

  /** Opens the link, once it runs and its starter counts it as launched. Until then packets from the enclave wait. */
  open(): void {
    this.#link?.open()
  }

  /**
   * Connects to a port on which the program listens.
   * @throws {EnclaveError} E_VSOCK_...; E_VSOCK_CLOSED with the reason if it has ended, also meanwhile.
   */
  async connect(port: number, signal?: AbortSignal): Promise<VsockSocket> {
    try {
      if (this.#link && !this.#reason) return await this.#link.connect(port, signal)
    } catch (error) {
      if (!this.#reason || signal?.aborted) throw error
    }
    throw new EnclaveError('E_VSOCK_CLOSED', {
      what: 'the enclave has ended',
      ...(this.#reason && { got: describeEnd(this.#reason) }),
    })
  }

  /**
   * The most recent console output, at most 64 KiB, with control characters escaped.
   * @throws {EnclaveError} E_CONSOLE_MODE outside debug mode.
   */
  console(): string {
    return showConsole(this.#readConsole().bytes)
  }

  /** Bytes of its linear memories, as it claims; undefined if that cannot be known, or before its kernel first waits. */
  memoryUsed(): number | undefined {
    const pages = this.#host?.channel.memoryPages
    return pages ? pages * 65536 : undefined
  }

  /** Follows the console output. @throws {EnclaveError} E_CONSOLE_MODE outside debug mode. */
  followConsole(): () => string {
    this.#readConsole()
    return followConsole(() => this.#readConsole())
  }

  #readConsole(): ReturnType<EnclaveChannel['readConsole']> {
    if (this.#debug && this.#host) return this.#host.channel.readConsole()
    throw new EnclaveError('E_CONSOLE_MODE', {
      what: 'the required enclave is not running in the debug mode',
      expected: 'an enclave that was started with debug',
      hint: 'start it with debug: its PCRs 0 to 15 are then zero',
    })
  }

  /** Whether it keeps a Node process alive, as it does at first. */
  hold(isHeld: boolean): void {
    if (!this.#reason) this.#host?.hold(isHeld)
  }

  /** Ends it for `reason`; the first reason counts. Resolves when nothing of it runs any more. */
  async end(reason: EndReason): Promise<void> {
    if (!this.#reason) {
      this.#reason = reason
      this.#link?.close()
      await this.#host?.kill()
      this.#settle(reason)
    }
    await this.ended
  }

  async #start(
    sent: Promise<void>,
    { startTimeout = DEFAULT_START_TIMEOUT, runTimeout }: EnclaveProcessOptions,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const message = `it did not start within ${startTimeout} ms`
    const stopTimer = callAfter(startTimeout, () => void this.end({ kind: 'deadline', message }))
    const abort = () => void this.end({ kind: 'killed', message: 'the start was aborted' })
    signal?.addEventListener('abort', abort)
    try {
      await sent
      await Promise.race([this.#isRunning, this.ended])
      signal?.throwIfAborted()
      // A program that ran and has already ended counts as started.
      if (this.#reason) await Promise.race([this.#isRunning, this.#failed()])
      else this.#limitTo(runTimeout)
    } finally {
      stopTimer()
      signal?.removeEventListener('abort', abort)
    }
  }

  #limitTo(runTimeout: number | undefined): void {
    if (runTimeout === undefined) return
    const message = `it ran for more than ${runTimeout} ms`
    const stopTimer = callAfter(runTimeout, () => void this.end({ kind: 'deadline', message }))
    void this.ended.then(stopTimer)
  }

  async #send(options: EnclaveProcessOptions): Promise<void> {
    try {
      this.#host = await startHost(options)
    } catch (error) {
      await this.end({ kind: 'host-lost', message: 'its host could not be started' })
      throw error
    }
    if (this.#reason) return this.#host.kill()
    this.#link = this.#linkTo(this.#host.channel, options)
    void this.#host.lost.then(async (reason) => {
      // If the host is gone because the program ended, the last frames say so.
      await this.#link?.finish()
      await this.end(reason)
    })
  }

  #linkTo(plain: EnclaveChannel, options: EnclaveProcessOptions): HypervisorLink {
    const { boot, security, acceptorOf, heartbeat = false, faults, trace } = options
    const channel = faults ? new FaultyChannel(plain, faults) : plain
    return new HypervisorLink({
      channel: trace ? new TracedChannel(channel, trace) : channel,
      cid: boot.cid,
      bufferPool: boot.bufferPool,
      security,
      acceptorOf,
      heartbeat,
      onRunning: () => this.#running(),
      onEnd: (reason) => void this.end(reason),
    })
  }

  async #failed(): Promise<never> {
    const reason = await this.ended
    throw new EnclaveError('E_ENCLAVE_BOOT', {
      what: 'the enclave did not start',
      got: describeEnd(reason),
    })
  }
}
