/** HTTP/1.1 requests over connections of the proxy, or, in a page, by its `fetch`. */
import { EnclaveError } from '../base/error.ts'
import { broken, openConnection, proxyPortOf } from './connect.ts'
import { within } from './deadline.ts'
import type { ByteSocket, NetworkHost } from './host.ts'
import { type BodyReader, createBodyReader } from './http-body.ts'
import type { ResponseHead } from './http-head.ts'
import type { OutgoingRequest } from './http-request.ts'
import { type Line, SourceError } from './line.ts'
import { Lines } from './lines.ts'
import { authorityOf, type Destination, noProxy, pageOnly } from './proxy.ts'

/** Milliseconds within which a response must begin, and then between two pieces of it. */
const ANSWER = 300_000
/** Methods that may be sent again (RFC 9110, section 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** A request, and where to. */
export interface HttpCall extends Omit<OutgoingRequest, 'authority'> {
  readonly destination: Destination
  /** Whether it is https. */
  readonly isSecure: boolean
  readonly signal: AbortSignal
}

/** A response whose body has not been read. */
export interface HttpAnswer extends Pick<ResponseHead, 'status' | 'reason' | 'fields'> {
  /** The next piece of the body; undefined at its end. @throws {EnclaveError} */
  next(): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** The whole body, if it has arrived. */
  now(): Uint8Array<ArrayBuffer> | undefined
  /** Gives the rest up. */
  cancel(): void
}

/** The key of connections to a page. */
const PAGE = 'page'

/** @throws {EnclaveError} E_NETWORK_PROXY, E_NETWORK_TIMEOUT; the signal's reason */
function openToPage(host: NetworkHost, { signal }: HttpCall): Promise<ByteSocket> {
  let isOver = false
  const act = async () => {
    const socket = await host.open(proxyPortOf(host)).catch((cause: unknown) => {
      throw noProxy((cause as { code?: string }).code ?? 'an error', cause)
    })
    if (isOver) socket.close()
    return socket
  }
  return within({ timeout: ANSWER, signal }, 'the page does not answer in time', act, () => {
    isOver = true
  })
}

export class HttpClient {
  readonly #host: NetworkHost
  readonly #lines: Lines
  #isInPage = false

  constructor(host: NetworkHost) {
    this.#host = host
    this.#lines = new Lines(host)
  }

  /** @throws {EnclaveError} E_NETWORK_…, E_TLS_…, E_HTTP_…; the signal's reason */
  async send(call: HttpCall): Promise<HttpAnswer> {
    if (this.#isInPage) return this.#sendByPage(call)
    const { destination, isSecure, signal } = call
    const tls = isSecure && { protocol: 'http/1.1' }
    const origin = `${isSecure ? 'https' : 'http'}://${authorityOf(destination)}`
    try {
      return await this.#request(origin, call, async () => {
        const { socket } = await openConnection(this.#host, destination, { tls, signal })
        return socket
      })
    } catch (error) {
      if ((error as EnclaveError).code !== 'E_NETWORK_PAGE') throw error
      this.#isInPage = true
      return this.#sendByPage(call)
    }
  }

  async #request(key: string, call: HttpCall, open: () => Promise<ByteSocket>): Promise<HttpAnswer> {
    const request = { key, signal: call.signal, open }
    const { line, isKept } = await this.#lines.take(request)
    try {
      return await this.#exchange(line, call)
    } catch (error) {
      // The server may have closed a kept one meanwhile, before it read anything.
      const isStale = isKept && !call.signal.aborted && isLoss(error) && isRepeatable(call)
      if (!isStale) throw error
      const { line: another } = await this.#lines.take({ ...request, isNew: true })
      return this.#exchange(another, call)
    }
  }

  /** A page makes requests for its enclaves, named by their whole URL (RFC 9112, section 3.2.2). It reads what goes through it. */
  async #sendByPage(call: HttpCall): Promise<HttpAnswer> {
    const scheme = call.isSecure ? 'https' : 'http'
    const authority = authorityOf(call.destination)
    if (call.isSecure && this.#host.manifest().pageFetch !== true)
      throw pageOnly(authority, 'a request that the page could read')
    const absolute = { ...call, target: `${scheme}://${authority}${call.target}` }
    const answer = await this.#request(PAGE, absolute, () => openToPage(this.#host, call))
    // The page passes no such field on, so it is the page's own.
    if (!answer.fields.some(([name]) => name.toLowerCase() === 'x-proxy-error')) return answer
    const got = new TextDecoder().decode(await answer.next()).trim() || `status ${answer.status}`
    answer.cancel()
    const isRefused = answer.status === 403
    throw new EnclaveError(isRefused ? 'E_NETWORK_REFUSED' : 'E_NETWORK_CONNECT', {
      what: `the page ${isRefused ? 'does not allow' : 'gets no answer from'} ${authority}`,
      got,
    })
  }

  async #exchange(line: Line, call: HttpCall): Promise<HttpAnswer> {
    const { destination, isSecure, signal } = call
    const isDefault = destination.port === (isSecure ? 443 : 80)
    const host = authorityOf(destination)
    const authority = isDefault ? host.slice(0, host.lastIndexOf(':')) : host
    const close = () => line.close()
    const limits = { timeout: ANSWER, signal }
    const what = `${host} does not answer in time`
    const exchange = (restart: () => void) => line.request({ ...call, authority }, restart)
    try {
      const head = await within(limits, what, exchange, close)
      if (!head) throw broken(destination, 'closed before the response')
      return this.#answer(line, head, call, what)
    } catch (error) {
      close()
      if (error instanceof SourceError) throw error.cause
      throw error instanceof EnclaveError || signal.aborted ? error : broken(destination, error)
    }
  }

  #answer(line: Line, head: ResponseHead, { destination, signal }: HttpCall, what: string): HttpAnswer {
    const reader: BodyReader = createBodyReader(line.receiver, head.framing)
    let isOver = false
    let failure: { readonly reason: unknown } | undefined
    const fail = (reason: unknown) => {
      failure ??= { reason }
      finish(false)
    }
    const abort = () => fail(signal.reason)
    const noteRead = this.#lines.noteUnread(fail)
    const finish = (isWhole: boolean) => {
      if (isOver) return
      isOver = true
      noteRead()
      signal.removeEventListener('abort', abort)
      // While the rest of the request is sent, nothing else can be.
      if (isWhole && head.isKept && line.isClean) this.#lines.keep(line, head)
      else line.close()
    }
    // Also while nobody reads.
    signal.addEventListener('abort', abort)
    return {
      status: head.status,
      reason: head.reason,
      fields: head.fields,
      now() {
        const body = isOver ? undefined : reader.now()
        if (body) finish(true)
        return body
      },
      async next() {
        noteRead()
        if (failure) throw failure.reason
        if (isOver) return undefined
        try {
          const limits = { timeout: ANSWER, signal }
          const piece = await within(
            limits,
            what,
            () => reader.next(),
            () => line.close(),
          )
          if (line.sourceError) throw line.sourceError
          if (piece === undefined) finish(true)
          return piece
        } catch (error) {
          if (line.sourceError) fail(line.sourceError.cause)
          else fail(error instanceof EnclaveError ? error : broken(destination, error))
          throw failure!.reason
        }
      },
      cancel: () => finish(false),
    }
  }
}

const isLoss = (error: unknown) =>
  error instanceof EnclaveError && (error.code === 'E_NETWORK_CLOSED' || error.code === 'E_TLS_TRUNCATED')

const isRepeatable = ({ method, body }: HttpCall) =>
  IDEMPOTENT.has(method) && (body === undefined || body instanceof Uint8Array)
