/**
 * A running `qt proxy`: serves the vsock ports of the parent instance to all enclaves of this user, by Unix sockets that
 * their keepers know, so enclaves may come and go; and publishes ports of enclaves.
 */
import { rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { EnclaveError } from '../../base/error.ts'
import { directories, makePrivate } from '../../keeper/directories.ts'
import { parentSocket } from '../../keeper/hybrid-vsock.ts'
import { connectTo } from '../../node/connect-to.ts'
import { assertAllowed, assertDestination } from '../../proxy/dial.ts'
import { type AccessEntry, Egress, type EgressCounts } from '../../proxy/egress.ts'
import { Names } from '../../proxy/names.ts'
import { relay } from '../../proxy/relay.ts'
import { hostAndPort, Rules } from '../../proxy/rules.ts'
import type { ProxyConfig, Published, Target } from './proxy-config.ts'

export interface RunningProxyOptions {
  readonly family?: 4 | 6 | undefined
  readonly log: (entry: AccessEntry) => void
}

export class RunningProxy {
  readonly #servers: Server[] = []
  readonly #egress: Egress
  readonly #names: Names
  readonly #config: ProxyConfig
  readonly #ending = new AbortController()
  readonly #open = new Set<Promise<unknown>>()

  private constructor(config: ProxyConfig, { family, log }: RunningProxyOptions) {
    this.#config = config
    const named = [...config.listen.values()].filter((target) => target !== 'any').map(assertDestination)
    // A destination that is listened for is meant to be reached, unless a rule denies it.
    const rules = new Rules([...config.allow, ...named.map(hostAndPort)], config.deny)
    for (const target of named) assertAllowed(rules.forDestination(target), target)
    this.#names = new Names({ servers: config.nameServers, family })
    this.#egress = new Egress({
      rules,
      names: this.#names,
      maxConnections: config.connections,
      connectTimeout: 1000 * config.connectTimeout,
      idleTimeout: 1000 * config.idleTimeout,
      log,
    })
  }

  /** Checks a configuration. @throws {EnclaveError} E_PROXY_RULE, E_PROXY_DESTINATION, E_PROXY_NOT_ALLOWED. */
  static check(config: ProxyConfig): void {
    new RunningProxy(config, { log() {} }).#names.close()
  }

  /** @throws {EnclaveError} those of `check`; E_PROXY_LISTEN, E_STATE_... */
  static async start(config: ProxyConfig, options: RunningProxyOptions): Promise<RunningProxy> {
    const proxy = new RunningProxy(config, options)
    try {
      for (const [port, target] of config.listen) await proxy.#listen(port, target)
      for (const published of config.publish) await proxy.#publish(published)
    } catch (error) {
      await proxy.close(0)
      throw error
    }
    return proxy
  }

  get counts(): EgressCounts {
    return this.#egress.counts
  }

  /** Stops listening, and ends what is still open after so many milliseconds. */
  async close(patience: number): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)))
    const timer = setTimeout(() => this.#end(), patience)
    if (patience === 0) this.#end()
    await Promise.all([...closed, this.#egress.drained(), ...this.#open])
    clearTimeout(timer)
    this.#names.close()
  }

  #end(): void {
    this.#ending.abort()
    void this.#egress.close()
  }

  async #listen(port: number, target: Target): Promise<void> {
    const path = parentSocket(makePrivate(directories().runtime), port)
    await removeStale(path, port)
    const destination = target === 'any' ? undefined : target
    await this.#serve({ path }, `vsock port ${port}`, (guest) => {
      void this.#egress.carry({ guest, port, destination })
    })
  }

  async #publish({ host, tcpPort, enclave, port }: Published): Promise<void> {
    const { idleTimeout, connections } = this.#config
    await this.#serve({ host, port: tcpPort }, `${host}:${tcpPort}`, (socket) => {
      if (this.#open.size >= connections) return void socket.destroy()
      const { signal } = this.#ending
      const carried = connectTo(enclave, port, { signal }).then(
        (guest) => relay(guest, socket, { idle: 1000 * idleTimeout, signal }),
        () => void socket.destroy(),
      )
      this.#open.add(carried)
      void carried.then(() => this.#open.delete(carried))
    })
  }

  async #serve(place: object, what: string, accept: (socket: Socket) => void): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {})
      accept(socket)
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(what, cause.code, cause)))
      server.listen(place, resolve)
    })
    this.#servers.push(server)
  }
}

/** Removes the socket of a proxy that did not end in order. @throws {EnclaveError} E_PROXY_LISTEN if one still listens. */
async function removeStale(path: string, port: number): Promise<void> {
  const isServed = await new Promise<boolean>((resolve) => {
    const socket = connect({ path })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
  if (isServed) throw cannotListen(`vsock port ${port}`, 'another proxy listens there')
  await rm(path, { force: true })
}

function cannotListen(what: string, got = 'a failure', cause?: unknown): EnclaveError {
  return new EnclaveError('E_PROXY_LISTEN', { what: `the proxy cannot listen on ${what}`, got, cause })
}

/** Where `qt proxy` finds AWS's allowlist if none is given, as vsock-proxy does. */
export const NITRO_ALLOWLIST: string = join('/etc', 'nitro_enclaves', 'vsock-proxy.yaml')
