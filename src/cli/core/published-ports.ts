/** TCP ports of this machine that are relayed to ports of enclaves: within limits, with a line of log for each connection. */
import type { Socket } from 'node:net'
import type { EnclaveError } from '../../base/error.ts'
import { connectTo } from '../../node/connect-to.ts'
import type { AccessEntry } from '../../proxy/egress.ts'
import { relay } from '../../proxy/relay.ts'

/** A TCP port of this machine that is relayed to a port of an enclave. */
export interface Published {
  readonly host: string
  readonly tcpPort: number
  readonly enclave: number
  readonly port: number
}

/** Limits of all published ports together. */
export interface PublishLimits {
  /** Open connections at most. */
  readonly connections: number
  /** New connections in a second at most; 0 for no limit. */
  readonly connectionRate: number
  /** Seconds without a byte after which a connection is closed; 0 for no limit. */
  readonly idleTimeout: number
}

const SECOND = 1000

export class PublishedPorts {
  readonly #limits: PublishLimits
  readonly #log: (entry: AccessEntry) => void
  readonly #ending = new AbortController()
  readonly #open = new Set<Promise<void>>()
  /** New connections that are allowed now; more come with the time, up to those of a second. */
  #allowance: number
  #counted = performance.now()

  constructor(limits: PublishLimits, log: (entry: AccessEntry) => void) {
    this.#limits = limits
    this.#log = log
    this.#allowance = limits.connectionRate
  }

  /** Relays a connection, or closes it if there are too many. */
  accept(socket: Socket, published: Published): void {
    const carried = this.#carry(socket, published)
    this.#open.add(carried)
    void carried.finally(() => this.#open.delete(carried))
  }

  /** Ends what is open. */
  end(): void {
    this.#ending.abort()
  }

  /** Resolves when nothing is open. */
  async drained(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open)
  }

  async #carry(socket: Socket, { enclave, port }: Published): Promise<void> {
    const [time, begin] = [new Date().toISOString(), performance.now()]
    const entry = {
      ...({ time, port, protocol: 'publish', destination: `enclave ${enclave}` } as const),
      ...(socket.remoteAddress !== undefined && { address: socket.remoteAddress }),
    }
    const write = (outcome: Pick<AccessEntry, 'bytesOut' | 'bytesIn' | 'end' | 'code' | 'message'>) =>
      this.#log({ ...entry, ...outcome, milliseconds: Math.round(performance.now() - begin) })
    const refuse = (code: string, message: string) => {
      socket.destroy()
      write({ bytesOut: 0, bytesIn: 0, end: 'refused', code, message })
    }
    const { connections, connectionRate, idleTimeout } = this.#limits
    if (this.#open.size >= connections) return refuse('E_PROXY_BUSY', `more than ${connections} connections`)
    if (!this.#isWithinRate())
      return refuse('E_PROXY_BUSY', `more than ${connectionRate} connections in a second`)
    const { signal } = this.#ending
    try {
      const guest = await connectTo(enclave, port, { signal })
      const { toHost, toGuest, end } = await relay(guest, socket, { idle: SECOND * idleTimeout, signal })
      write({ bytesOut: toHost, bytesIn: toGuest, end })
    } catch (error) {
      const { code = 'E_PROXY_CONNECT', message } = error as EnclaveError
      refuse(code, message)
    }
  }

  #isWithinRate(): boolean {
    const { connectionRate } = this.#limits
    if (connectionRate === 0) return true
    const now = performance.now()
    const earned = ((now - this.#counted) / SECOND) * connectionRate
    this.#allowance = Math.min(connectionRate, this.#allowance + earned)
    this.#counted = now
    if (this.#allowance < 1) return false
    this.#allowance -= 1
    return true
  }
}
