/** One test enclave: the kernel's vsock and QTSM, the hypervisor's link, and the parent's listeners, in one thread. */
import type { Bytes } from '../base/bytes.ts'
import { HypervisorLink } from '../hypervisor/link.ts'
import { KernelLink } from '../kernel/link.ts'
import { createPoll } from '../kernel/poll.ts'
import { createQtsm } from '../kernel/qtsm.ts'
import { createStreams } from '../kernel/streams.ts'
import { createVsock } from '../kernel/vsock.ts'
import { Listeners } from '../parent/listeners.ts'
import { later, now } from './clock.ts'
import { createLocalChannels } from './local-channel.ts'
import type { CompleteOptions } from './options.ts'
import { type Pollable, Resources } from './resources.ts'
import { SecurityThread } from './security-thread.ts'

/** Total bytes for the receive buffers of each end. */
const BUFFER_POOL = 16777216

const security = new SecurityThread()

/** A running test enclave. */
export class Machine {
  readonly options: CompleteOptions
  readonly listeners: Listeners = new Listeners()
  readonly hypervisor: HypervisorLink
  readonly vsock: Record<string, unknown>
  readonly qtsm: Record<string, unknown>
  readonly resources: Resources = new Resources()
  readonly #link: KernelLink
  readonly #waiting = new Map<Pollable, () => void>()
  #turn: (() => void) | undefined

  constructor(options: CompleteOptions) {
    this.options = options
    const { cid, profile, pcrs, seed } = options
    let isBegun = false
    const answer = (request: Bytes): Bytes => {
      // The thread starts with the first request: many tests never make one.
      if (!isBegun) security.ask({ profile, pcrs, seed })
      isBegun = true
      return security.ask(request)
    }
    const channels = createLocalChannels(answer, () => this.#turn?.())
    this.#link = new KernelLink(channels.kernel, cid, BUFFER_POOL, now)
    const poll = createPoll(this.#link)
    this.vsock = createVsock(this.#link, poll, createStreams(this.#link, poll))
    this.qtsm = createQtsm(this.#link).imports
    this.hypervisor = new HypervisorLink({
      channel: channels.hypervisor,
      cid,
      bufferPool: BUFFER_POOL,
      security: { answer },
      acceptorOf: (port, carrier) => this.listeners.acceptorOf(port, carrier),
      heartbeat: false,
      onRunning: () => {},
      onEnd: () => {},
    })
    this.hypervisor.open()
    this.#schedule(Number.POSITIVE_INFINITY)
  }

  /** The root certificate of its documents, PEM. */
  get rootCertificate(): string {
    return security.ask('root')
  }

  /** Resolves once `pollable`, which it consumes, is ready. */
  wait(pollable: Pollable): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(pollable, resolve)
      this.#schedule(0)
    })
  }

  /** Ends all of its connections and listeners. What its application waits for then never happens. */
  close(): void {
    this.listeners.close()
    this.hypervisor.close()
    for (const pollable of this.#waiting.keys()) pollable[Symbol.dispose]?.()
    this.#waiting.clear()
    this.resources.close()
  }

  #schedule(milliseconds: number): void {
    if (milliseconds === 0 && this.#turn) return this.#turn()
    this.#turn ??= later(() => {
      this.#turn = undefined
      this.#run()
    }, milliseconds)
  }

  #run(): void {
    this.#link.pump()
    for (const [pollable, resolve] of this.#waiting) {
      if (!pollable.ready()) continue
      this.#waiting.delete(pollable)
      pollable[Symbol.dispose]?.()
      resolve()
    }
    this.#schedule(Math.max(1, this.#link.endpoint.expire() - now()))
  }
}
