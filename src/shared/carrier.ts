/**
 * The parent's end of shared secrets. It only carries bytes; whom it connects with whom decides who has the secret in
 * common, but neither what it is nor who may have it. Enclaves are hostile to it, and so are other machines: frames,
 * connections and times are bounded.
 */
import { EnclaveError } from '../base/error.ts'
import type { Listener, SocketHandler } from '../parent/listeners.ts'
import type { VsockSocket } from '../vsock/socket.ts'
import { Line, type Stream } from './line.ts'
import type { CheckedOptions, Peer } from './options.ts'
import { type Outcome, relay } from './relay.ts'

/** What a carrier needs of a parent instance. */
export interface SharingParent {
  listen(port: number, handler: SocketHandler): Listener
  connect(cid: number, port: number): Promise<VsockSocket>
  query(): readonly { readonly cid: number; readonly moduleId: string; readonly state: string }[]
}

/** An enclave that has the secret. A CID can be that of another enclave later, a module id cannot. */
interface Holder {
  readonly cid: number
  readonly moduleId: string
}

export class Carrier {
  readonly #parent: SharingParent
  readonly #options: CheckedOptions
  readonly #listener: Listener
  /** The next to be asked is the first. */
  #holders: Holder[] = []
  /** The enclaves that ask, by CID; one connection each. */
  readonly #asking = new Map<number, Line>()
  readonly #peers = new Set<Line>()
  #creation: Promise<void> | undefined
  #isClosed = false

  constructor(parent: SharingParent, options: CheckedOptions) {
    this.#parent = parent
    this.#options = options
    this.#listener = parent.listen(options.port, (socket) => this.#serve(socket))
  }

  /** The number of running enclaves that have the secret. */
  get holders(): number {
    this.#forgetEnded()
    return this.#holders.length
  }

  /** Serves the carrier of another machine. Resolves when the exchange is over; never rejects. */
  async answer(stream: Stream): Promise<void> {
    const line = new Line(stream)
    if (this.#isClosed || this.#peers.size >= this.#options.maxConnections)
      return line.breakOff('too many connections')
    this.#peers.add(line)
    const { timeout } = this.#options
    try {
      const outcome = await this.#fromHolders(line)
      if (outcome === 'none') await line.send(timeout, 'NONE')
      if (outcome !== 'failed') await line.end(timeout)
    } catch {
      // It is broken off.
    } finally {
      line.breakOff('the exchange failed')
      this.#peers.delete(line)
    }
  }

  /** Carries nothing any more. */
  close(): void {
    this.#isClosed = true
    this.#listener.close()
    for (const line of [...this.#asking.values(), ...this.#peers]) line.breakOff('shareSecrets was closed')
  }

  /** Serves an enclave that asks. One without an answer is broken off: it asks again. */
  async #serve(socket: VsockSocket): Promise<void> {
    const { cid } = socket.remote
    const line = new Line(socket)
    this.#asking.get(cid)?.breakOff('the enclave asks anew')
    this.#asking.set(cid, line)
    try {
      // Who asks does not have it.
      this.#holders = this.#holders.filter((holder) => holder.cid !== cid)
      await this.#connectWithSource(cid, line)
    } catch {
      // It is broken off.
    } finally {
      line.breakOff('the exchange failed')
      if (this.#asking.get(cid) === line) this.#asking.delete(cid)
    }
  }

  async #connectWithSource(cid: number, line: Line): Promise<void> {
    let outcome = await this.#find(line)
    while (outcome === 'none' && this.#creation) {
      await this.#creation
      outcome = await this.#find(line)
    }
    if (outcome === 'none' && !line.isOver && !this.#isClosed) return this.#letCreate(cid, line)
    if (outcome === 'given') await this.#note(cid, line, this.#options.timeout)
    else if (outcome === 'refused') await line.end(this.#options.timeout)
  }

  /** Lets one enclave create the secret; the others wait until it has it, fails, or takes too long. */
  async #letCreate(cid: number, line: Line): Promise<void> {
    const { timeout, createTimeout } = this.#options
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#creation = promise
    try {
      await line.send(timeout, 'NONE')
      await this.#note(cid, line, createTimeout)
    } finally {
      this.#creation = undefined
      resolve()
    }
  }

  /** Notes that an enclave has the secret once it says so. What it says about itself can only delay others. */
  async #note(cid: number, line: Line, time: number): Promise<void> {
    await line.receive(time, 'READY')
    const enclave = this.#running().find((one) => one.cid === cid)
    if (!enclave) return
    this.#holders.push({ cid, moduleId: enclave.moduleId })
    await line.send(this.#options.timeout, 'NOTED')
    await line.end(this.#options.timeout)
  }

  /** Asks the enclaves of this machine, and then the others. `none` only if everybody has said so. */
  async #find(line: Line): Promise<Outcome> {
    const { peers, creates } = this.#options
    let outcome = await this.#fromHolders(line)
    for (const peer of outcome === 'none' ? peers : []) {
      const answer = await this.#fromPeer(line, peer)
      if (answer === 'given' || answer === 'refused') return answer
      if (answer === 'failed') outcome = 'failed'
    }
    return outcome === 'none' && !creates ? 'failed' : outcome
  }

  /** `none` if no running enclave has the secret; `failed` if one has it and cannot be asked now. */
  async #fromHolders(line: Line): Promise<Outcome> {
    const { holdPort, timeout } = this.#options
    this.#forgetEnded()
    for (const holder of [...this.#holders]) {
      const outcome = await this.#from(line, () => this.#parent.connect(holder.cid, holdPort), timeout)
      // The next one is asked first the next time, so that all give their part, and one that fails delays only once.
      this.#holders = [
        ...this.#holders.filter((one) => one !== holder),
        ...this.#holders.filter((one) => one === holder),
      ]
      // An enclave says nothing of others.
      if (outcome !== 'failed' && outcome !== 'none') return outcome
    }
    this.#forgetEnded()
    return this.#holders.length > 0 ? 'failed' : 'none'
  }

  async #fromPeer(line: Line, peer: Peer): Promise<Outcome> {
    return this.#from(line, peer, this.#options.timeout)
  }

  async #from(line: Line, connect: () => Stream | Promise<Stream>, timeout: number): Promise<Outcome> {
    let stream: Stream
    try {
      stream = await connect()
    } catch {
      return 'failed'
    }
    return relay(line, new Line(stream), timeout)
  }

  #forgetEnded(): void {
    const running = new Set(this.#running().map(({ moduleId }) => moduleId))
    this.#holders = this.#holders.filter(({ moduleId }) => running.has(moduleId))
  }

  #running() {
    return this.#parent.query().filter(({ state }) => state === 'running')
  }
}

/** @throws {EnclaveError} E_SHARED_OPTION */
export function checkParent(parent: unknown): void {
  const { listen, connect, query } = (parent ?? {}) as Partial<Record<keyof SharingParent, unknown>>
  if ([listen, connect, query].every((one) => typeof one === 'function')) return
  throw new EnclaveError('E_SHARED_OPTION', {
    what: 'the first argument of shareSecrets is not a parent instance',
    expected: 'what createParent returns',
    got: typeof parent,
  })
}
