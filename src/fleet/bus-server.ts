/** Answers the requests that come over the bus, by a `fetch` to one enclave. */
import { callAfter } from '../platform/timer.ts'
import type { Bus, BusMessage } from './bus.ts'
import { lost } from './failures.ts'
import type { Inbox } from './inbox.ts'
import { Tube } from './tube.ts'
import { decodeRequest, encodeHead, passing, type RequestHead } from './wire/head.ts'
import { decodePart, encodePart, PartKind, wordBytes } from './wire/part.ts'

/** The requests that a server has answered. */
export interface Counts {
  requests: number
  errors: number
  lastError: string
  /** Milliseconds. */
  time: number
}

export interface BusServerParts {
  readonly bus: Bus
  readonly inbox: Inbox
  /** The name that is told to clients. */
  readonly name: string
  readonly fetch: (request: Request) => Promise<Response>
  /** Requests at the same time; more are refused. */
  readonly maxExchanges: number
}

/** Codes of errors of `fetch` of which nothing was begun. */
const NOT_BEGUN = new Set(['E_HTTP_BUSY', 'E_VSOCK_REFUSED', 'E_VSOCK_TIMED_OUT', 'E_VSOCK_TOO_MANY'])

export class BusServer {
  readonly counts: Counts = { requests: 0, errors: 0, lastError: '', time: 0 }
  readonly #parts: BusServerParts
  /** By where their answers go. */
  readonly #running = new Map<string, Promise<void>>()
  /** Each with its request, whose signal follows that of the exchange only as long as it is there itself (Node 26). */
  readonly #tubes = new Map<Tube, Request>()
  #isClosing = false

  constructor(parts: BusServerParts) {
    this.#parts = parts
  }

  /** Number of exchanges under way. */
  get running(): number {
    return this.#running.size
  }

  /** Takes a message of the service's subjects. */
  take(message: BusMessage): void {
    const { reply } = message
    // The bus has repeated it.
    if (reply === undefined || this.#running.has(reply)) return
    let opened: ReturnType<typeof decodeRequest>
    try {
      const { kind, number, rest } = decodePart(message.data)
      if (kind !== PartKind.OPEN || number !== 0) return
      opened = decodeRequest(rest)
    } catch {
      return this.#refuse(reply, 'bad-message')
    }
    if (this.#isClosing) return this.#refuse(reply, 'closing')
    if (this.#running.size >= this.#parts.maxExchanges) return this.#refuse(reply, 'busy')
    const exchange = this.#answer(reply, opened.head, opened.body.slice())
    this.#running.set(reply, exchange)
    void exchange.finally(() => this.#running.delete(reply))
  }

  /** Refuses what comes, and resolves when what is under way has ended; what lasts longer than `timeout` ms fails. */
  async close(timeout: number): Promise<void> {
    this.#isClosing = true
    const stopTimer = callAfter(timeout, () => {
      for (const tube of this.#tubes.keys()) tube.fail('leaving', lost('the member leaves'))
    })
    await Promise.all(this.#running.values())
    stopTimer()
  }

  #refuse(reply: string, word: string): void {
    try {
      this.#parts.bus.publish(reply, encodePart(PartKind.REFUSE, 0, wordBytes(word)))
    } catch {
      // The connection is being closed.
    }
  }

  async #answer(reply: string, head: RequestHead, first: Uint8Array): Promise<void> {
    const { bus, inbox, name, fetch } = this.#parts
    const begin = performance.now()
    const gone = new AbortController()
    const owner = { onPart: () => {}, onFailure: (error: Error) => gone.abort(error) }
    const tube = new Tube(bus, inbox, owner, { to: reply, expected: 1 })
    tube.send(PartKind.ACCEPT, wordBytes(name))
    this.counts.requests += 1
    try {
      const request = requestOf(tube, head, first, gone.signal)
      this.#tubes.set(tube, request)
      const response = await fetch(request)
      const headers = passing(response.headers)
      tube.send(PartKind.HEAD, encodeHead({ status: response.status, headers }))
      await tube.sendBody(response.body ?? empty())
      gone.signal.throwIfAborted()
    } catch (error) {
      const { code = 'failed' } = error as { code?: unknown }
      this.counts.errors += 1
      this.counts.lastError = String(code).slice(0, 80)
      if (NOT_BEGUN.has(String(code))) tube.send(PartKind.REFUSE, wordBytes('busy'))
      else tube.fail('enclave-failed', lost(String(code)))
    } finally {
      tube.end()
      this.#tubes.delete(tube)
      this.counts.time += performance.now() - begin
    }
  }
}

function requestOf(tube: Tube, head: RequestHead, first: Uint8Array, signal: AbortSignal): Request {
  const { method, path, headers, more } = head
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const body = !hasBody ? null : more ? tube.body(first) : (first as Uint8Array<ArrayBuffer>)
  const init = {
    method,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    body,
    signal,
  }
  return new Request(`http://enclave${path}`, { ...init, duplex: 'half' } as RequestInit)
}

async function* empty(): AsyncGenerator<Uint8Array> {}
