/**
 * One enclave's life from boot to end: the place that it runs in, the link to it, and the one promise that settles when
 * it is over, whatever ended it.
 */
import { EnclaveError } from '../base/error.ts'
import type { BootMessage } from '../boundary/boot-message.ts'
import type { EnclaveChannel } from '../boundary/hypervisor-channel.ts'
import { isNode } from '../platform/environment.ts'
import { callAfter } from '../platform/timer.ts'
import type { SecurityModule } from '../qtsm/security-module.ts'
import type { Acceptor } from '../vsock/acceptor.ts'
import type { Faults } from '../vsock/faults.ts'
import type { SocketCarrier, VsockSocket } from '../vsock/socket.ts'
import type { Trace } from '../vsock/trace.ts'
import { TracedChannel } from './channel-layer.ts'
import type { RunnableComponent } from './components.ts'
import { followConsole, showConsole } from './console.ts'
import { describeEnd, type EndReason } from './end-reason.ts'
import { FaultyChannel } from './faulty-channel.ts'
import { type EnclaveHost, type EnclavePlace, startWorkerHost } from './host.ts'
import { HypervisorLink } from './link.ts'

/** Milliseconds that a program may take from its launch until it runs. */
const DEFAULT_START_DEADLINE = 20000

/** Where an enclave runs: in a Worker of this process, or in a process of its own (Node only). */
export type Isolation = 'worker' | 'process'

/** What an enclave runs and whom it can reach. */
export interface EnclaveProcessOptions {
  /** The kernel's script. */
  kernel: string
  component: RunnableComponent
  boot: Omit<BootMessage, 'shared' | 'modules'>
  security: SecurityModule
  /** Who listens at the parent. */
  acceptorOf: (port: number, carrier: SocketCarrier) => Acceptor | undefined
  /** Whether the kernel must send its heartbeat before the program counts as running. @default false */
  heartbeat?: boolean
  /** What the link is to suffer. */
  faults?: Faults | undefined
  /** Where every packet of the link is recorded. */
  trace?: Trace | undefined
  startTimeout?: number | undefined
  /** Milliseconds that the program may run. */
  runTimeout?: number | undefined
  /** Milliseconds that the program may spend otherwise than waiting. */
  cpuLimit?: number | undefined
  isolation?: Isolation
  /** A process that waits for its program. */
  place?: EnclavePlace | undefined
  /** All that the enclave may take, for the operating system's own bound. MiB. */
  memoryMiB?: number
}

/** A started program. */
export class EnclaveProcess {
  /** Resolves when it is over; never rejects. */
  readonly ended: Promise<EndReason>
  readonly #debug: boolean
  readonly #isRunning: Promise<void>
  #host: EnclaveHost | undefined
  #link: HypervisorLink | undefined
  #over = false
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
   * Starts a program, waits until it runs, and lets it be heard.
   * @throws {EnclaveError} What `boot` and `running` throw.
   */
  static async start(options: EnclaveProcessOptions, signal?: AbortSignal): Promise<EnclaveProcess> {
    const process = await EnclaveProcess.boot(options, signal)
    await process.running()
    process.open()
    return process
  }

  /**
   * Sends a program to its place; it does not run yet.
   * @throws {EnclaveError} E_ISOLATION, or what else its place throws.
   */
  static async boot(options: EnclaveProcessOptions, signal?: AbortSignal): Promise<EnclaveProcess> {
    const process = new EnclaveProcess(options.boot.debug)
    const sent = process.#send(options)
    process.#starting = process.#start(sent, options, signal)
    // Told to whoever waits for it.
    process.#starting.catch(() => {})
    await sent
    return process
  }

  /** Resolves once it runs. @throws {EnclaveError} E_ENCLAVE_BOOT where it never comes to that, the signal's reason. */
  running(): Promise<void> {
    return this.#starting
  }

  /** Lets it be heard, once it runs and whoever started it counts it as launched. Until then what it sends waits. */
  open(): void {
    this.#link?.open()
  }

  /** Connects to a port on which the program listens. @throws {EnclaveError} E_VSOCK_... */
  async connect(port: number, signal?: AbortSignal): Promise<VsockSocket> {
    if (this.#link && !this.#over) return this.#link.connect(port, signal)
    throw new EnclaveError('E_VSOCK_CLOSED', { what: 'the enclave has ended' })
  }

  /**
   * What the program printed of late, at most 64 KiB, control characters escaped.
   * @throws {EnclaveError} E_CONSOLE_MODE outside debug mode.
   */
  console(): string {
    return showConsole(this.#readConsole().bytes)
  }

  /** The same for one who follows. @throws {EnclaveError} E_CONSOLE_MODE outside debug mode. */
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

  /** Whether Node's process waits for its end; it does at first. */
  hold(isHeld: boolean): void {
    if (!this.#over) this.#host?.hold(isHeld)
  }

  /** Ends it for `reason`; the first reason counts. Resolves once nothing of it runs any more. */
  async end(reason: EndReason): Promise<void> {
    if (!this.#over) {
      this.#over = true
      this.#link?.close()
      await this.#host?.kill()
      this.#settle(reason)
    }
    await this.ended
  }

  async #start(
    sent: Promise<void>,
    { startTimeout = DEFAULT_START_DEADLINE, runTimeout }: EnclaveProcessOptions,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const message = `it did not run within ${startTimeout} ms`
    const stopTimer = callAfter(startTimeout, () => void this.end({ kind: 'deadline', message }))
    const abort = () => void this.end({ kind: 'killed', message: 'the start was aborted' })
    signal?.addEventListener('abort', abort)
    try {
      await sent
      await Promise.race([this.#isRunning, this.ended])
      signal?.throwIfAborted()
      // A program that ran and ended at once has started all the same.
      if (this.#over) await Promise.race([this.#isRunning, this.#failed()])
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
      await this.end({ kind: 'host-lost', message: 'there is no place for it to run in' })
      throw error
    }
    if (this.#over) return this.#host.kill()
    this.#link = this.#linkTo(this.#host.channel, options)
    void this.#host.lost.then(async (reason) => {
      // A place that is empty because its program is over says so in its last words.
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
      what: 'the enclave did not come to run',
      got: describeEnd(reason),
    })
  }
}

async function startHost(options: EnclaveProcessOptions): Promise<EnclaveHost> {
  const { kernel, component, boot, cpuLimit, place, memoryMiB = 0 } = options
  const program = { kernel, component: component.prepared, boot, cpuLimit }
  if (options.isolation !== 'process') {
    return startWorkerHost({ ...program, modules: await component.modules() })
  }
  // In this form a bundler for browsers sees that the import is never reached there.
  if (isNode) {
    const { openPlace } = await import('./process-host.ts')
    return (place ?? openPlace(memoryMiB)).run(program)
  }
  throw new EnclaveError('E_ISOLATION', {
    what: 'a tab has no processes to isolate an enclave in',
    expected: "isolation 'worker'",
    got: "'process'",
  })
}
