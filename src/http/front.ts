/** `fetch` to an enclave's HTTP server. */
import type { NodeDuplex, StreamPair } from './channel.ts'
import { Exchange } from './exchange.ts'
import { Lines } from './lines.ts'
import { messageOf } from './message.ts'
import { patientlyOpened } from './open.ts'
import { type FrontOptions, frontSettings, invalid } from './options.ts'

/**
 * An enclave, a pool of them (`createPool` of webclave/pool), or anything else that connects to a vsock port, such as
 * `{ connect: (port) => connectTo(0, port) }`.
 */
export interface HttpTarget {
  /** Whether a connection can serve several requests. One of a pool serves one, because it has a place there. @default true */
  readonly keepsConnections?: boolean
  connect(port: number, options: { readonly signal: AbortSignal }): Promise<StreamPair | NodeDuplex>
}

/** Sends requests to one enclave, as `fetch` does to servers. */
export interface EnclaveFetch {
  /**
   * @throws {EnclaveError} E_HTTP_BUSY, and of a pool E_POOL_BUSY, E_POOL_CLOSED and E_POOL_FAILED, if it was not begun;
   *   E_HTTP_CLOSED, E_HTTP_TIMEOUT, E_HTTP_RESPONSE and E_HTTP_LIMIT, also from the stream of a response; E_HTTP_OPTION; what
   *   `connect` of the enclave throws; the signal's reason.
   */
  (input: Request | URL | string, init?: RequestInit): Promise<Response>
  /** The numbers of connections and of requests that wait. */
  readonly counts: { readonly busy: number; readonly idle: number; readonly waiting: number }
  /** Closes the connections that are not used, and later the others. Further requests fail with E_HTTP_CLOSED. */
  close(): void
  [Symbol.dispose](): void
}

/** Methods that may be sent again (RFC 9110, section 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/**
 * A `fetch` whose requests all go to the HTTP server of one enclave (`serveHttp` of webclave/sdk), or each to that of the least
 * busy enclave of a pool, whatever their host: the host of the URL becomes the header. Bodies are streams in both directions.
 * Connections to an enclave are used again; of a pool each request has its own. It follows no redirect, decompresses nothing and has no cookies, so that it can stand in a server as it is. Fields that concern one connection are
 * dropped in both directions; `x-forwarded-…` are passed on as they come, and none is added.
 *
 * A request is sent again only if it has no body, its method allows it, and a connection that had been kept was closed before
 * anything was answered.
 *
 * @throws {EnclaveError} E_HTTP_OPTION.
 * @example
 * const front = enclaveFetch(enclave, { port: 8080 })
 * const response = await front('http://enclave/hello')
 * await response.text() // 'hello'
 */
export function enclaveFetch(target: HttpTarget, options: FrontOptions = {}): EnclaveFetch {
  if (typeof target?.connect !== 'function')
    throw invalid('the enclave cannot be connected to', 'an object with a function connect', target)
  const settings = frontSettings(options)
  const connect = (signal: AbortSignal) => target.connect(settings.port, { signal })
  const isKept = target.keepsConnections !== false
  const lines = new Lines(patientlyOpened(connect, settings.readyTimeout), settings, isKept)
  const send = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    const request = requestOf(input, init)
    const { signal } = request
    signal.throwIfAborted()
    const message = await messageOf(request)
    const attempt = async (isNew: boolean) => {
      const { line, isKept } = await lines.take(signal, isNew)
      const exchange = new Exchange({ line, lines, request, timeout: settings.timeout })
      return { isKept, exchange, answer: exchange.run(message) }
    }
    const { isKept, exchange, answer } = await attempt(false)
    try {
      return await answer
    } catch (error) {
      const isRepeatable = message.body === undefined && IDEMPOTENT.has(message.method)
      if (!isKept || !exchange.isUnanswered || !isRepeatable || signal.aborted) throw error
      return (await attempt(true)).answer
    }
  }
  const close = () => lines.close()
  return Object.defineProperties(Object.assign(send, { close, [Symbol.dispose]: close }), {
    counts: { get: () => lines.counts },
  }) as EnclaveFetch
}

/** As `fetch` makes it; a request of a server is taken as it is, which need not be of this class. */
function requestOf(input: Request | URL | string, init: RequestInit | undefined): Request {
  const isRequest = typeof input === 'object' && 'method' in input && 'headers' in input
  if (isRequest && init === undefined) return input
  const isStream = init?.body instanceof ReadableStream
  return new Request(input, isStream ? ({ duplex: 'half', ...init } as RequestInit) : init)
}
