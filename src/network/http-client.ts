/**
 * HTTP/1.1 requests over connections of the proxy. A connection is used again for the same origin when its response has been read
 * to the end; one that nobody uses is closed after a few seconds.
 */
import { EnclaveError } from '../base/error.ts'
import { broken, openConnection } from './connect.ts'
import { within } from './deadline.ts'
import type { ByteSocket, NetworkHost } from './host.ts'
import { type BodyReader, createBodyReader } from './http-body.ts'
import { type ResponseHead, readHead } from './http-head.ts'
import { type OutgoingRequest, writeRequest } from './http-request.ts'
import { authorityOf, type Destination } from './proxy.ts'
import { Receiver } from './receiver.ts'

/** Milliseconds for which an idle connection is kept: less than servers usually do. */
const KEEP = 4000
/** Idle connections at most, of all origins. */
const MAX_IDLE = 16
/** Milliseconds within which a response must begin, and then between two pieces of it. */
const ANSWER = 60_000
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

interface Line {
  readonly key: string
  readonly socket: ByteSocket
  readonly receiver: Receiver
  cancelDrop?: () => void
}

export class HttpClient {
  readonly #host: NetworkHost
  readonly #idle: Line[] = []

  constructor(host: NetworkHost) {
    this.#host = host
  }

  /** @throws {EnclaveError} E_NETWORK_…, E_TLS_…, E_HTTP_…; the signal's reason */
  async send(call: HttpCall): Promise<HttpAnswer> {
    const { destination, isSecure, signal } = call
    const key = `${isSecure ? 'https' : 'http'}://${authorityOf(destination)}`
    const kept = this.#take(key)
    if (kept) {
      const answer = await this.#exchange(kept, call)
      if (answer) return answer
      // The server has closed it meanwhile, before it read anything.
    }
    const tls = isSecure && { protocol: 'http/1.1' }
    const { socket } = await openConnection(this.#host, destination, { tls, signal })
    const line = { key, socket, receiver: new Receiver(() => socket.read()) }
    const answer = await this.#exchange(line, call)
    if (answer) return answer
    throw broken(destination, 'closed before the response')
  }

  /** Undefined: the connection was closed before a response, and the request can be sent again. */
  async #exchange(line: Line, call: HttpCall): Promise<HttpAnswer | undefined> {
    const { destination, method, body, isSecure, signal } = call
    const isDefault = destination.port === (isSecure ? 443 : 80)
    const host = authorityOf(destination)
    const authority = isDefault ? host.slice(0, host.lastIndexOf(':')) : host
    const isRepeatable = IDEMPOTENT.has(method) && (body === undefined || body instanceof Uint8Array)
    const close = () => line.socket.close()
    const limits = { timeout: ANSWER, signal }
    const what = `${host} does not answer in time`
    let head: ResponseHead | undefined
    try {
      head = await within(limits, what, () => exchangeHeads(line, { ...call, authority }), close)
    } catch (error) {
      close()
      if (error instanceof EnclaveError || signal.aborted) throw error
      if (!isRepeatable) throw broken(destination, error)
    }
    if (!head) {
      close()
      if (isRepeatable) return undefined
      throw broken(destination, 'closed before the response')
    }
    return this.#answer(line, head, call, what)
  }

  #answer(line: Line, head: ResponseHead, { destination, signal }: HttpCall, what: string): HttpAnswer {
    const reader: BodyReader = createBodyReader(line.receiver, head.framing)
    let isOver = false
    const finish = (isWhole: boolean) => {
      if (isOver) return
      isOver = true
      if (isWhole && head.isKept && line.receiver.held === 0) this.#keep(line)
      else line.socket.close()
    }
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
        if (isOver) return undefined
        try {
          const limits = { timeout: ANSWER, signal }
          const piece = await within(
            limits,
            what,
            () => reader.next(),
            () => line.socket.close(),
          )
          if (piece === undefined) finish(true)
          return piece
        } catch (error) {
          finish(false)
          throw error instanceof EnclaveError || signal.aborted ? error : broken(destination, error)
        }
      },
      cancel: () => finish(false),
    }
  }

  #take(key: string): Line | undefined {
    const at = this.#idle.findLastIndex((line) => line.key === key)
    if (at < 0) return undefined
    const [line] = this.#idle.splice(at, 1)
    line!.cancelDrop?.()
    return line
  }

  #keep(line: Line): void {
    const drop = (one: Line) => {
      this.#idle.splice(this.#idle.indexOf(one), 1)
      one.cancelDrop?.()
      one.socket.close()
    }
    if (this.#idle.length === MAX_IDLE) drop(this.#idle[0]!)
    line.cancelDrop = this.#host.later(() => drop(line), KEEP)
    this.#idle.push(line)
  }
}

/** A response may come before all of the request has been sent; then the rest is not sent. */
async function exchangeHeads(
  line: Line,
  request: HttpCall & OutgoingRequest,
): Promise<ResponseHead | undefined> {
  const sent = writeRequest(line.socket, request)
  if (request.body === undefined || request.body instanceof Uint8Array) await sent
  // Its error counts only if there is no response.
  else sent.catch(() => {})
  return readHead(line.receiver, request.method)
}
