/** TCP connections to hosts beyond the parent instance, through its proxy; with TLS, which ends in the enclave. */
import { EnclaveError } from '../base/error.ts'
import { within } from './deadline.ts'
import type { ByteSocket, NetworkHost } from './host.ts'
import { authorityOf, type Destination, Passage } from './proxy.ts'
import { TlsSocket } from './tls.ts'

/** The conventional port of the proxy. */
const PROXY_PORT = 8000
const TIMEOUT = 15_000

/** Options of a connection. */
export interface ConnectOptions {
  /**
   * Whether to speak TLS: `true`, or what to ask of the server. Its certificate must lead to a root certificate of the image, which
   * `roots` of the manifest names. @default false
   */
  readonly tls?: boolean | TlsOptions
  /** The proxy's vsock port at the parent instance. @default `proxyPort` of the manifest, or 8000 */
  readonly proxyPort?: number
  /** Milliseconds until the connection must be open. @default 15,000 */
  readonly timeout?: number
  /** Gives up when aborted. */
  readonly signal?: AbortSignal | undefined
}

/** What is asked of a server. */
export interface TlsOptions {
  /** The name or address that its certificate must have. @default the host that is connected to */
  readonly name?: string
  /** The protocol to agree on (ALPN), such as `http/1.1`. */
  readonly protocol?: string
}

/** An open connection. */
export interface OpenConnection {
  readonly socket: ByteSocket
  /** `TLSv1.3` or `TLSv1.2`. */
  readonly version: string | undefined
}

/** The vsock port of the proxy at the parent instance. */
export const proxyPortOf = (host: NetworkHost): number => host.manifest().proxyPort ?? PROXY_PORT

/** @throws {EnclaveError} E_NETWORK_…, E_TLS_…; the signal's reason. @throws {TypeError} for a host that is none */
export async function openConnection(
  host: NetworkHost,
  asked: Destination,
  options: ConnectOptions = {},
): Promise<OpenConnection> {
  const { tls = false, proxyPort = proxyPortOf(host), timeout = TIMEOUT, signal } = options
  const destination = { host: asked.host.replace(/^\[(.*)\]$/, '$1'), port: asked.port }
  requireHost('host', destination.host)
  if (typeof tls === 'object') requireTls(tls)
  let stop = () => {}
  let isOver = false
  const act = async (): Promise<OpenConnection> => {
    const relay = options.proxyPort === undefined ? relayOf(host, destination) : undefined
    const passage = await Passage.open(host, relay ?? proxyPort, destination)
    stop = () => passage.close()
    // It was given up meanwhile.
    if (isOver) stop()
    const under = relay === undefined ? await passage.request() : passage.socket
    if (tls === false) return { socket: under, version: undefined }
    const { name = destination.host, protocol } = tls === true ? {} : tls
    try {
      const socket = await TlsSocket.open(host, under, { name, protocol })
      return { socket, version: socket.version }
    } catch (error) {
      under.close()
      throw error instanceof EnclaveError ? error : broken(destination, error)
    }
  }
  const what = `${authorityOf(destination)} cannot be reached in time`
  return within({ timeout, signal }, what, act, () => {
    isOver = true
    stop()
  })
}

/** The vsock port that leads to the host without a proxy's protocol. */
function relayOf(host: NetworkHost, destination: Destination): number | undefined {
  const { relays = {} } = host.manifest()
  const name = authorityOf(destination)
  return Object.hasOwn(relays, name) ? relays[name] : undefined
}

/** Anything else could say more to the proxy than a host, or end within the certificate's name. */
function requireHost(what: string, value: string): void {
  if (!/^[\x21-\x7e]{1,253}$/.test(value))
    throw new TypeError(`${what}: ${JSON.stringify(value.slice(0, 60))} is not a host name or an address`)
}

function requireTls({ name, protocol }: TlsOptions): void {
  if (name !== undefined) requireHost('tls.name', name)
  if (protocol !== undefined && !/^[\x21-\x7e]{1,32}$/.test(protocol))
    throw new TypeError(
      `tls.protocol: ${JSON.stringify(protocol.slice(0, 60))} is not the name of a protocol`,
    )
}

/** What an error of a socket means. */
export function broken(destination: Destination, cause: unknown): EnclaveError {
  const got = (cause as { code?: string } | undefined)?.code ?? String(cause)
  return new EnclaveError('E_NETWORK_CLOSED', {
    what: `the connection to ${authorityOf(destination)} was lost`,
    got,
    cause,
  })
}
