/**
 * One enclave's life from boot to end: a Worker that runs the kernel and the component, the link to it, and the
 * one promise that settles when it is over, whatever ended it.
 */
import { EnclaveError } from '../base/error.ts'
import type { BootMessage } from '../kernel/boot.ts'
import { createSharedMemory, type SharedMemory } from '../kernel/shared-memory.ts'
import { type ScriptWorker, startWorker } from '../platform/worker.ts'
import type { SecurityModule } from '../qtsm/security-module.ts'
import type { Acceptor } from '../vsock/endpoint.ts'
import type { SocketCarrier, VsockSocket } from '../vsock/socket.ts'
import type { RunnableComponent } from './components.ts'
import { readConsole } from './console.ts'
import { describeEnd, type EndReason } from './end-reason.ts'
import { HypervisorLink } from './link.ts'

/** Milliseconds that a program may take from its Worker's start until it runs. */
const DEFAULT_START_DEADLINE = 20000

/** What an enclave runs and whom it can reach. */
export interface EnclaveProcessOptions {
  /** The kernel's script. */
  kernel: string
  component: RunnableComponent
  boot: Omit<BootMessage, 'shared' | 'modules'>
  security: SecurityModule
  /** Who listens at the parent. */
  acceptorOf: (port: number, carrier: SocketCarrier) => Acceptor | undefined
  startDeadline?: number | undefined
}

/** A started program. */
export class EnclaveProcess {
  /** Resolves when it is over; never rejects. */
  readonly ended: Promise<EndReason>
  readonly #shared: SharedMemory = createSharedMemory()
  readonly #link: HypervisorLink
  readonly #debug: boolean
  #worker: ScriptWorker | undefined
  #over = false
  #settle!: (reason: EndReason) => void
  #running!: () => void
  readonly #isRunning: Promise<void>

  private constructor(options: EnclaveProcessOptions) {
    this.#debug = options.boot.debug
    this.ended = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.#isRunning = new Promise((resolve) => {
      this.#running = resolve
    })
    this.#link = new HypervisorLink(this.#shared, options.boot.cid, options.security, options.acceptorOf, {
      onRunning: () => this.#running(),
      onEnd: (reason) => void this.end(reason),
    })
  }

  /**
   * Starts a program and waits until it runs.
   * @throws {EnclaveError} E_ENCLAVE_BOOT where it never came to run, `signal`'s reason where that aborts.
   */
  static async start(options: EnclaveProcessOptions, signal?: AbortSignal): Promise<EnclaveProcess> {
    const process = new EnclaveProcess(options)
    const deadline = options.startDeadline ?? DEFAULT_START_DEADLINE
    const timer = setTimeout(
      () => void process.end({ kind: 'deadline', message: `it did not run within ${deadline} ms` }),
      deadline,
    )
    const abort = () => void process.end({ kind: 'killed', message: 'the start was aborted' })
    signal?.addEventListener('abort', abort)
    try {
      await process.#boot(options)
      await Promise.race([process.#isRunning, process.ended])
      signal?.throwIfAborted()
      // A program that ran and ended at once has started all the same.
      if (process.#over) await Promise.race([process.#isRunning, process.#failed()])
      return process
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  }

  async #failed(): Promise<never> {
    const reason = await this.ended
    throw new EnclaveError('E_ENCLAVE_BOOT', {
      what: 'the enclave did not come to run',
      got: describeEnd(reason),
    })
  }

  async #boot({ kernel, component, boot }: EnclaveProcessOptions): Promise<void> {
    const message: BootMessage = { ...boot, shared: this.#shared.buffer, modules: component.modules }
    const worker = await startWorker(kernel, component.glue, message).catch(async (error: unknown) => {
      await this.end({ kind: 'host-lost', message: 'no Worker could be started' })
      throw error
    })
    if (this.#over) return worker.terminate()
    this.#worker = worker
    void worker.ended.then((error) =>
      this.end({ kind: 'host-lost', message: error?.message ?? 'its Worker is gone' }),
    )
  }

  /** Connects to a port on which the program listens. @throws {EnclaveError} E_VSOCK_... */
  connect(port: number): Promise<VsockSocket> {
    return this.#link.connect(port)
  }

  /**
   * What the program printed of late, at most 64 KiB, control characters escaped.
   * @throws {EnclaveError} E_CONSOLE_MODE outside debug mode.
   */
  console(): string {
    if (this.#debug) return readConsole(this.#shared)
    throw new EnclaveError('E_CONSOLE_MODE', {
      what: 'the required enclave is not running in the debug mode',
      expected: 'an enclave that was started with debug',
      hint: 'start it with debug: its PCRs 0 to 15 are then zero',
    })
  }

  /** Ends it for `reason`; the first reason counts. Resolves once its Worker is gone. */
  async end(reason: EndReason): Promise<void> {
    if (!this.#over) {
      this.#over = true
      this.#link.close()
      await this.#worker?.terminate()
      this.#settle(reason)
    }
    await this.ended
  }
}
