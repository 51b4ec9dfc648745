/** Opens the proxy of a page: the allow-list of `webclave/proxy` over the page's `fetch`, for HTTP and HTTPS only. */
import { EnclaveError } from '../../base/error.ts'
import { Budget } from '../../kms/vsock/budget.ts'
import type { Listening } from '../../parent/index.ts'
import { type Destination, hostAndPort, isHostName, normalName, Rules } from '../rules.ts'
import { Access, type PageAccess } from './access.ts'
import { serveGuest } from './serve.ts'
import type { PageService } from './service.ts'

/** Bytes of requests that are held for one enclave. */
const BYTES_PER_ENCLAVE = 32 * 1024 * 1024

/** Options of openPageProxy. */
export interface PageProxyOptions {
  /**
   * What is allowed: destinations, or rules `HOST:PORTS`, where HOST is a name, in whose labels `*` stands for any
   * characters, an IP address or a range, and PORTS a port, `FIRST-LAST` or `*`. The most specific rule decides. An
   * address that is not public is allowed only by a rule that lists it or a range of such addresses. @default none
   */
  readonly allowlist?: readonly (Destination | string)[]
  /** Rules for what is refused. @default none */
  readonly deny?: readonly string[]
  /**
   * Services in the page by host name, such as `kms.tab`: each answers all `http:` requests to that host, on any port. They
   * need no rule, but the manifest of an image must list them like any destination. @default none
   */
  readonly services?: Readonly<Record<string, PageService>>
  /** The vsock port of the parent instance: `proxyPort` of an image’s manifest, if it has one. @default 8000 */
  readonly port?: number
  /** Concurrent connections; further ones are reset. @default 64 */
  readonly maxConnections?: number
  /** Called with each request that has ended, or was refused. */
  readonly onAccess?: (entry: PageAccess) => void
  /** Closes the proxy when aborted, like `close`. */
  readonly signal?: AbortSignal | undefined
}

/** A listening proxy of a page. */
export interface PageProxy {
  readonly port: number
  /** The number of open connections. */
  readonly connections: number
  /** Closes the listener and its connections; resolves once nothing is left of them. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Makes the HTTP requests of enclaves by the page's own `fetch`, or passes them to services in the page, if the rules allow
 * it and `destinations` of the image's manifest lists where they go.
 *
 * A page has no TCP, so TLS does not end in the enclave: the page reads and could change what passes. An enclave's `fetch`
 * uses a page for `https:` only if the measured manifest of its image has `"pageFetch": true`. What a server must allow any page,
 * it must allow this one (CORS). Redirects cannot be followed, and no cookies are sent. The browser resolves names, so
 * unlike `openProxy` this cannot refuse a name that leads to an address which is not public.
 *
 * @throws {EnclaveError} E_PROXY_RULE, E_PROXY_OPTIONS, E_PARENT_CLOSED, E_VSOCK_PORT, E_VSOCK_PORT_TAKEN; the signal's
 *   reason if it is already aborted.
 * @example browser
 * await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
 * const kms = createKmsApp(await createKms(), { accessKeys })
 * await using proxy = openPageProxy(parent, {
 *   allowlist: ['api.example.com:443'],
 *   services: { 'kms.tab': kms.fetch },
 * })
 */
export function openPageProxy(parent: Listening, options: PageProxyOptions = {}): PageProxy {
  const { allowlist = [], deny = [], services = {}, port = 8000, maxConnections = 64, signal } = options
  const { onAccess: log = () => {} } = options
  const rules = new Rules(
    allowlist.map((allowed) => (typeof allowed === 'string' ? allowed : hostAndPort(allowed))),
    deny,
  )
  const reach = { rules, services: readServices(services) }
  if (!Number.isInteger(maxConnections) || maxConnections < 1)
    throw invalid('maxConnections', 'an integer of at least 1', String(maxConnections))
  const stopping = new AbortController()
  const open = new Set<Promise<void>>()
  const budgets = new Map<number, { readonly memory: Budget; connections: number }>()
  const listener = parent.listen(
    port,
    async (socket) => {
      const { cid } = socket.remote
      const who = { port, cid, log }
      if (open.size >= maxConnections) {
        socket.reset()
        return new Access(who).end('refused', busy(maxConnections))
      }
      const budget = budgets.get(cid) ?? { memory: new Budget(BYTES_PER_ENCLAVE), connections: 0 }
      budgets.set(cid, budget)
      budget.connections += 1
      const asked = parent.destinationsOf?.(cid)
      const served = serveGuest(socket, {
        ...who,
        ...reach,
        asked,
        memory: budget.memory,
        stop: stopping.signal,
      })
      open.add(served)
      await served
      open.delete(served)
      budget.connections -= 1
      if (budget.connections === 0) budgets.delete(cid)
    },
    signal ? { signal } : {},
  )
  const close = async () => {
    signal?.removeEventListener('abort', onAbort)
    listener.close()
    stopping.abort()
    // Those that begin meanwhile are also waited for.
    while (open.size > 0) await Promise.all(open)
  }
  const onAbort = () => void close()
  signal?.addEventListener('abort', onAbort)
  return {
    port,
    get connections() {
      return open.size
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function readServices(services: Readonly<Record<string, PageService>>): ReadonlyMap<string, PageService> {
  const read = new Map<string, PageService>()
  for (const [name, service] of Object.entries(services)) {
    if (!isHostName(normalName(name)))
      throw invalid('services', 'host names, such as kms.tab', name.slice(0, 100))
    if (typeof service !== 'function') throw invalid(`services: ${name}`, 'a function', typeof service)
    read.set(normalName(name), service)
  }
  return read
}

function invalid(option: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_PROXY_OPTIONS', { what: `invalid ${option}`, expected, got })
}

function busy(most: number): EnclaveError {
  return new EnclaveError('E_PROXY_BUSY', {
    what: 'the proxy has too many connections',
    expected: `at most ${most}`,
  })
}
