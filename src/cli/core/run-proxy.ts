/**
 * A running proxy of `qt`: relays what enclaves of this user send to vsock ports of the parent instance, by Unix sockets
 * that their keepers know, so enclaves may come and go; and publishes ports of enclaves.
 */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { EnclaveError } from '../../base/error.ts'
import { directories, makePrivate } from '../../keeper/directories.ts'
import { type EnclaveLine, MAX_ENCLAVE_LINE, parentSocket } from '../../keeper/hybrid-vsock.ts'
import { readLine } from '../../node/read-line.ts'
import { type AccessEntry, Egress, type EgressCounts } from '../../proxy/egress.ts'
import { Names } from '../../proxy/names.ts'
import { assertAllowed, assertDestination, type Destination, hostAndPort, Rules } from '../../proxy/rules.ts'
import { type Published, PublishedPorts, type PublishLimits } from './published-ports.ts'

/** Where connections to a vsock port of the parent go: one destination, or where the enclave wants. */
export type Target = 'any' | { readonly address: string; readonly port: number }

export interface ProxyConfig extends PublishLimits {
  readonly listen: ReadonlyMap<number, Target>
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  readonly nameServers?: readonly string[]
  readonly publish: readonly Published[]
  /** Seconds. */
  readonly connectTimeout: number
}

/** Defaults of the limits. */
export const LIMITS = { connections: 512, connectionRate: 0, connectTimeout: 10, idleTimeout: 0 } as const

/** A configuration that allows nothing. */
export const EMPTY: ProxyConfig = { listen: new Map(), allow: [], deny: [], publish: [], ...LIMITS }

/** Milliseconds that open connections may take to end after the first signal; the second ends them at once. */
export const PATIENCE = 10_000

/** Which enclave a connection comes from; undefined if nobody knows. */
export type EnclaveOf = (guest: Socket) => EnclaveLine | undefined | Promise<EnclaveLine | undefined>

export interface RunningProxyOptions {
  readonly family?: 4 | 6 | undefined
  readonly log: (entry: AccessEntry) => void
}

export class RunningProxy {
  readonly #servers: Server[] = []
  readonly #egress: Egress
  readonly #names: Names
  readonly #rules: Rules
  readonly #config: ProxyConfig
  readonly #arrived = new Set<Promise<unknown>>()
  readonly #published: PublishedPorts

  /** Listens nowhere yet. @throws {EnclaveError} E_PROXY_RULE, E_PROXY_DESTINATION, E_PROXY_NOT_ALLOWED. */
  constructor(config: ProxyConfig, { family, log }: RunningProxyOptions) {
    this.#config = config
    const named = [...config.listen.values()].filter((target) => target !== 'any').map(assertDestination)
    // A destination that is listened for is meant to be reached, unless a rule denies it.
    const rules = new Rules([...config.allow, ...named.map(hostAndPort)], config.deny)
    this.#rules = rules
    for (const target of named) assertAllowed(rules.forDestination(target), target)
    this.#names = new Names({ servers: config.nameServers, family })
    this.#published = new PublishedPorts(config, log)
    this.#egress = new Egress({
      rules,
      names: this.#names,
      maxConnections: config.connections,
      connectTimeout: 1000 * config.connectTimeout,
      idleTimeout: 1000 * config.idleTimeout,
      log,
    })
  }

  /** Checks a configuration. @throws {EnclaveError} those of the constructor. */
  static check(config: ProxyConfig): void {
    new RunningProxy(config, { log() {} }).#names.close()
  }

  /** Serves all enclaves of this user. @throws {EnclaveError} those of the constructor; E_PROXY_LISTEN, E_STATE_... */
  static async start(config: ProxyConfig, options: RunningProxyOptions): Promise<RunningProxy> {
    const proxy = new RunningProxy(config, options)
    try {
      const runtime = makePrivate(directories().runtime)
      await proxy.listen((port) => parentSocket(runtime, port), readEnclaveLine)
      for (const published of config.publish) {
        const { host, tcpPort } = published
        await proxy.#serve({ host, port: tcpPort }, `${host}:${tcpPort}`, (socket) =>
          proxy.#published.accept(socket, published),
        )
      }
    } catch (error) {
      await proxy.close(0)
      throw error
    }
    return proxy
  }

  get counts(): EgressCounts {
    return this.#egress.counts
  }

  /**
   * Listens for each vsock port on the Unix socket that `socketOf` names; `enclaveOf` tells which enclave a connection is of.
   * @throws {EnclaveError} E_PROXY_LISTEN
   */
  async listen(socketOf: (port: number) => string, enclaveOf: EnclaveOf): Promise<void> {
    for (const [port, target] of this.#config.listen) {
      const path = socketOf(port)
      await removeStale(path, port)
      const destination = target === 'any' ? undefined : target
      await this.#serve({ path }, `vsock port ${port}`, (guest) => {
        const carried = this.#carry(guest, port, destination, enclaveOf)
        this.#arrived.add(carried)
        void carried.finally(() => this.#arrived.delete(carried))
      })
    }
  }

  async #carry(guest: Socket, port: number, destination: Destination | undefined, enclaveOf: EnclaveOf) {
    // An error concerns only this connection, and what waits for it learns of it.
    guest.on('error', () => {})
    const timer = setTimeout(() => guest.destroy(), 1000 * this.#config.connectTimeout)
    const enclave = await enclaveOf(guest)
    clearTimeout(timer)
    if (!enclave) return void guest.destroy()
    const { cid, destinations: asked } = enclave
    await this.#egress.carry({ guest, port, destination, cid, asked })
  }

  /** Stops listening at once; connections go on. */
  unlisten(): Promise<unknown> {
    const servers = this.#servers.splice(0)
    return Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  }

  /** Ends those of its connections that the rules of another proxy, which follows it, do not allow; the others go on. */
  followedBy(next: RunningProxy): void {
    this.#egress.endForbidden(next.#rules)
  }

  /** Stops listening, and ends what is still open after so many milliseconds: Infinity for when it ends by itself. */
  async close(patience: number): Promise<void> {
    const closed = this.unlisten()
    const timer = Number.isFinite(patience) ? setTimeout(() => this.#end(), patience) : undefined
    if (patience === 0) this.#end()
    await Promise.all([closed, this.#egress.drained(), this.#published.drained(), ...this.#arrived])
    clearTimeout(timer)
    this.#names.close()
  }

  #end(): void {
    this.#published.end()
    void this.#egress.close()
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

/** Waits for a signal, then for `close`; a second signal closes at once. Rejects if `failed` does before. */
export async function untilSignal(
  close: (patience: number) => Promise<unknown>,
  failed: Promise<never> = new Promise(() => {}),
): Promise<void> {
  const ended = new AbortController()
  const signals = ['SIGINT', 'SIGTERM'] as const
  const signalled = () =>
    Promise.race(signals.map((name) => once(process, name, { signal: ended.signal }).catch(() => {})))
  try {
    await Promise.race([signalled(), failed])
    await Promise.race([close(PATIENCE), signalled().then(() => close(0))])
  } finally {
    ended.abort()
  }
}

/** Where `qt proxy` finds AWS's allowlist if none is given, as vsock-proxy does. */
export const NITRO_ALLOWLIST: string = join('/etc', 'nitro_enclaves', 'vsock-proxy.yaml')

/** The keeper's first line on a socket that all enclaves share. */
async function readEnclaveLine(guest: Socket): Promise<EnclaveLine | undefined> {
  const line = await readLine(guest, MAX_ENCLAVE_LINE)
  try {
    return line === undefined ? undefined : (JSON.parse(line) as EnclaveLine)
  } catch {
    return undefined
  }
}
