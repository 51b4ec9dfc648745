/**
 * HTTP/1.1 requests over connections of the proxy. A connection is used again for the same origin when its response has been read
 * to the end; one that nobody uses is closed after a few seconds.
 */
import { EnclaveError } from '../base/error.ts'
import { broken, openConnection, proxyPortOf } from './connect.ts'
import { within } from './deadline.ts'
import type { ByteSocket, NetworkHost } from './host.ts'
import { type BodyReader, createBodyReader } from './http-body.ts'
import { type ResponseHead, readHead } from './http-head.ts'
import { type OutgoingRequest, writeRequest } from './http-request.ts'
import { Places } from './places.ts'
import { authorityOf, type Destination, noProxy, pageOnly } from './proxy.ts'
import { Receiver } from './receiver.ts'

/** Milliseconds for which an idle connection is kept: less than servers usually do. */
const KEEP = 4000
/** Idle connections at most, of all origins. */
const MAX_IDLE = 16
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

/** A connection, which has a place until it is closed. */
class Line {
  readonly key: string
  readonly socket: ByteSocket
  readonly receiver: Receiver
  /** Whether a request has not been sent to its end. */
  isSending = false
  /** Why the body of the request could not be sent to its end. */
  sourceError: { readonly cause: unknown } | undefined
  cancelDrop: (() => void) | undefined
  readonly #release: () => void

  constructor(key: string, socket: ByteSocket, release: () => void) {
    this.key = key
    this.socket = socket
    this.receiver = new Receiver(() => socket.read())
    this.#release = release
  }

  close(): void {
    this.cancelDrop?.()
    this.socket.close()
    this.#release()
  }
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
  readonly #idle: Line[] = []
  readonly #places: Places
  #isInPage = false

  constructor(host: NetworkHost) {
    this.#host = host
    this.#places = new Places(host, () => this.#drop(this.#idle[0]))
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

  /** Over a kept connection of `key`, or a new one. */
  async #request(key: string, call: HttpCall, open: () => Promise<ByteSocket>): Promise<HttpAnswer> {
    const kept = await this.#take(key)
    if (kept) {
      try {
        return await this.#exchange(kept, call)
      } catch (error) {
        // The server may have closed it meanwhile, before it read anything.
        if (call.signal.aborted || !isLoss(error) || !isRepeatable(call)) throw error
      }
    }
    const release = await this.#places.take(call.signal)
    const socket = await open().catch((error: unknown) => {
      release()
      throw error
    })
    return this.#exchange(new Line(key, socket, release), call)
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
    const exchange = (restart: () => void) => exchangeHeads(line, { ...call, authority }, restart)
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
    const noteRead = this.#places.noteUnread(fail)
    const finish = (isWhole: boolean) => {
      if (isOver) return
      isOver = true
      noteRead()
      signal.removeEventListener('abort', abort)
      // While the rest of the request is sent, nothing else can be.
      if (isWhole && head.isKept && line.receiver.held === 0 && !line.isSending) this.#keep(line, head)
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
          if (line.sourceError) throw line.sourceError.cause
          if (piece === undefined) finish(true)
          return piece
        } catch (error) {
          const isKnown = error instanceof EnclaveError || line.sourceError !== undefined
          fail(line.sourceError?.cause ?? (isKnown ? error : broken(destination, error)))
          throw failure!.reason
        }
      },
      cancel: () => finish(false),
    }
  }

  async #take(key: string): Promise<Line | undefined> {
    for (;;) {
      const at = this.#idle.findLastIndex((line) => line.key === key)
      if (at < 0) return undefined
      const [line] = this.#idle.splice(at, 1)
      line!.cancelDrop?.()
      // The server may have closed it, or have sent what would be taken for the response.
      if (await line!.receiver.isQuiet()) return line
      line!.close()
    }
  }

  #keep(line: Line, { fields }: ResponseHead): void {
    const time = keepTime(fields)
    if (time <= 0) return line.close()
    if (this.#idle.length === MAX_IDLE) this.#drop(this.#idle[0])
    line.cancelDrop = this.#host.later(() => this.#drop(line), time)
    this.#idle.push(line)
  }

  /** Closes a connection that is not in use; returns whether there is one. */
  #drop(line: Line | undefined): boolean {
    if (!line) return false
    this.#idle.splice(this.#idle.indexOf(line), 1)
    line.close()
    return true
  }
}

/** Milliseconds for which a connection is kept: less than the server does, if it says so (`Keep-Alive: timeout=5`). */
function keepTime(fields: ResponseHead['fields']): number {
  const [, value = ''] = fields.find(([name]) => name.toLowerCase() === 'keep-alive') ?? []
  const [, seconds] = /(?:^|[ ,])timeout=(\d{1,6})/i.exec(value) ?? []
  return seconds === undefined ? KEEP : Math.min(KEEP, 1000 * Number(seconds) - 1000)
}

/** An error of what makes the body of a request. */
class SourceError extends Error {}

const isLoss = (error: unknown) =>
  error instanceof EnclaveError && (error.code === 'E_NETWORK_CLOSED' || error.code === 'E_TLS_TRUNCATED')

const isRepeatable = ({ method, body }: HttpCall) =>
  IDEMPOTENT.has(method) && (body === undefined || body instanceof Uint8Array)

/** A response may come before all of the request has been sent; then the rest is not sent. */
async function exchangeHeads(
  line: Line,
  request: HttpCall & OutgoingRequest,
  restart: () => void,
): Promise<ResponseHead | undefined> {
  const { promise: failure, reject } = Promise.withResolvers<never>()
  let isLost = false
  const write = async (bytes: Uint8Array) => {
    try {
      await line.socket.write(bytes)
      restart()
    } catch (error) {
      isLost = true
      throw error
    }
  }
  line.isSending = true
  writeRequest({ write }, request).then(
    () => {
      line.isSending = false
    },
    (cause: unknown) => {
      // An error of the connection counts only if there is no response.
      if (isLost) return
      reject(new SourceError('the body of the request', { cause }))
      line.sourceError = { cause }
      line.close()
    },
  )
  return Promise.race([readHead(line.receiver, request.method), failure])
}
