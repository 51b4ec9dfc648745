/**
 * `webclave/proxy`: the only way from an enclave to a network, like qt-proxy and vsock-proxy: it relays a vsock port of
 * the parent instance to TCP destinations that rules allow: to one, or to where the guest wants, by HTTP's CONNECT or SOCKS5.
 * It does not interpret what is relayed. Guests are hostile: it buffers one chunk per direction, and limits the
 * connections. Node only.
 *
 * @example
 * import { createParent } from 'webclave'
 * import { openProxy, readAllowlist } from 'webclave/proxy'
 *
 * await using parent = await createParent({ vcpus: 2, memoryMiB: 256 })
 * const allowlist = readAllowlist('allowlist:\n- {address: kms.us-east-1.amazonaws.com, port: 443}')
 * await using proxy = openProxy(parent, { destination: allowlist[0], allowlist })
 * proxy.port // 8000
 *
 * @module
 */
import { EnclaveError } from '../base/error.ts'
import { unknownOption } from '../base/unknown-option.ts'
import { toDuplex } from '../node/index.ts'
import type { Listening } from '../parent/index.ts'
import { type AccessEntry, Egress } from './egress.ts'
import { Names } from './names.ts'
import { assertAllowed, assertDestination, type Destination, hostAndPort, Rules } from './rules.ts'

export { EnclaveError, type ErrorParts } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'
export { readAllowlist } from './allowlist.ts'
export type { AccessEntry } from './egress.ts'
export type { Destination } from './rules.ts'

/** Options of openProxy. */
export interface ProxyOptions {
  /**
   * The one destination of all connections. @default the enclave says it, by HTTP's CONNECT or SOCKS5
   */
  readonly destination?: Destination
  /**
   * What is allowed: destinations, or rules `HOST:PORTS`, where HOST is a name, in whose labels `*` stands for any
   * characters, an IP address or a range, and PORTS a port, `FIRST-LAST` or `*`. The most specific rule decides. An
   * address that is not public is allowed only by a rule that lists it or a range of such addresses. @default none
   */
  readonly allowlist?: readonly (Destination | string)[]
  /** Rules for what is refused. @default none */
  readonly deny?: readonly string[]
  /** Name servers, `ADDRESS` or `ADDRESS:PORT`. @default those of the system */
  readonly nameServers?: readonly string[]
  /** The vsock port of the parent instance. @default 8000 */
  readonly port?: number
  /** Concurrent connections; further ones are reset. @default 512 */
  readonly maxConnections?: number
  /** The timeout for the enclave's request, and then for connecting to the destination, in milliseconds. @default 10,000 */
  readonly connectTimeout?: number
  /** Milliseconds without a byte after which a connection is closed. @default 0, for no limit */
  readonly idleTimeout?: number
  /** Called with each connection that has ended, or was refused. */
  readonly onAccess?: (entry: AccessEntry) => void
  /** Closes the proxy when aborted, like `close`. */
  readonly signal?: AbortSignal | undefined
}

const NAMES = {
  ...{ destination: true, allowlist: true, deny: true, nameServers: true, port: true, maxConnections: true },
  ...{ connectTimeout: true, idleTimeout: true, onAccess: true, signal: true },
} satisfies Record<keyof ProxyOptions, true>

/** A listening proxy. */
export interface VsockProxy {
  readonly port: number
  /** The number of open connections. */
  readonly connections: number
  /** Closes the listener and its connections; resolves once all are closed. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Relays every connection on `port` of `parent` to `destination`, or to where the enclave wants, if the rules allow it and
 * `destinations` of the image's manifest lists it.
 * Names are resolved by the proxy, again when their time is over; the address that it connects to is the one that was
 * checked.
 *
 * @throws {EnclaveError} E_PROXY_NOT_ALLOWED, E_PROXY_DESTINATION, E_PROXY_RULE, E_PROXY_OPTIONS, E_PARENT_CLOSED,
 *   E_VSOCK_PORT, E_VSOCK_PORT_TAKEN; the signal's reason if it is already aborted.
 * @example
 * await using parent = await createParent({ vcpus: 2, memoryMiB: 512 })
 * const allowlist = readAllowlist('allowlist:\n- {address: 127.0.0.1, port: 8443}')
 * await using proxy = openProxy(parent, { destination: { address: '127.0.0.1', port: 8443 }, allowlist })
 * proxy.port // 8000
 */
export function openProxy(parent: Listening, options: ProxyOptions): VsockProxy {
  const unknown = unknownOption(options, NAMES)
  if (unknown !== undefined)
    throw new EnclaveError('E_PROXY_OPTIONS', {
      what: 'there is no such option of a proxy',
      expected: `only ${Object.keys(NAMES).join(', ')}`,
      got: JSON.stringify(unknown),
    })
  const { destination, allowlist = [], deny = [], nameServers: servers, port = 8000 } = options
  const { maxConnections = 512, connectTimeout = 10_000, idleTimeout = 0, onAccess: log = () => {} } = options
  const rules = new Rules(allowlist.map(ruleOf), deny)
  if (destination) assertAllowed(rules.forDestination(assertDestination(destination)), destination)
  assertInteger('maxConnections', maxConnections, 1)
  assertInteger('connectTimeout', connectTimeout, 1)
  assertInteger('idleTimeout', idleTimeout, 0)
  const names = new Names({ servers })
  const egress = new Egress({ rules, names, maxConnections, connectTimeout, idleTimeout, log })
  const listener = parent.listen(
    port,
    (socket) => {
      const { cid } = socket.remote
      const [guestClosed, asked] = [socket.closed, parent.destinationsOf?.(cid)]
      return egress.carry({ guest: toDuplex(socket), port, cid, destination, asked, guestClosed })
    },
    options.signal ? { signal: options.signal } : {},
  )
  const close = async () => {
    options.signal?.removeEventListener('abort', onAbort)
    listener.close()
    await egress.close()
    names.close()
  }
  const onAbort = () => void close()
  options.signal?.addEventListener('abort', onAbort)
  return {
    port,
    get connections() {
      return egress.counts.open
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

const ruleOf = (allowed: Destination | string) =>
  typeof allowed === 'string' ? allowed : hostAndPort(allowed)

function assertInteger(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return
  throw new EnclaveError('E_PROXY_OPTIONS', {
    what: `invalid ${name}`,
    expected: `an integer of at least ${least}`,
    got: String(value),
  })
}
