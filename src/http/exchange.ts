/** One request to an enclave and its response, over one connection. The enclave is hostile, and so may be who reads the response. */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { type PieceReader, writeStreamed } from '../http1/body-writer.ts'
import { type BodyReader, createBodyReader } from '../network/http-body.ts'
import { type ResponseHead, readHead } from '../network/http-head.ts'
import { callAfter } from '../platform/timer.ts'
import { shareTurn } from '../platform/yield.ts'
import { byteStream } from '../vsock/byte-stream.ts'
import { passedFields } from './fields.ts'
import type { Line, Lines } from './lines.ts'
import { emptyFraming, type Message } from './message.ts'

/** Bytes in one write: each that is taken shows that the enclave still reads. */
const PART = 131_072
/** Bodies that are announced with at most this length are received before the response is given: 64 KiB, also when a channel seals them. */
const SMALL = 69_632
const WITHOUT_BODY = new Set([204, 205, 304])

/** What an exchange needs. */
export interface ExchangeParts {
  readonly line: Line
  readonly lines: Lines
  /** Kept, because its signal follows the caller's only as long as it is there itself. */
  readonly request: Request
  /** Milliseconds without progress. */
  readonly timeout: number
}

export class Exchange {
  readonly #parts: ExchangeParts
  readonly #failed = Promise.withResolvers<never>()
  #failure: { readonly reason: unknown } | undefined
  #isOver = false
  #isSent = false
  #isUnanswered = false
  /** Whether it is the enclave's turn, and not that of who reads the response. */
  #isEnclavesTurn = true
  #source: ReadableStreamDefaultReader<Uint8Array> | undefined
  #stopTimer = () => {}
  readonly #abort = () => this.#fail(this.#parts.request.signal.reason)

  constructor(parts: ExchangeParts) {
    this.#parts = parts
    this.#failed.promise.catch(() => {})
  }

  /** Whether the connection was lost before anything of a response: an enclave that had closed it may not have read the request. */
  get isUnanswered(): boolean {
    return this.#isUnanswered
  }

  /** @throws {EnclaveError} E_HTTP_…; the signal's reason; what the stream of the request fails with */
  async run(message: Message): Promise<Response> {
    const { line, request } = this.#parts
    const { signal } = request
    signal.addEventListener('abort', this.#abort)
    // While the connection was waited for, nobody listened.
    if (signal.aborted) throw this.#fail(signal.reason)
    this.#restart()
    const { received } = line
    try {
      void this.#send(message)
      const head = await Promise.race([readHead(line.receiver, message.method), this.#failed.promise])
      if (head) return await this.#respond(head, message.method)
      throw closed()
    } catch (error) {
      this.#isUnanswered = line.received === received && !this.#failure
      throw this.#fail(this.#failure ? error : named(error))
    }
  }

  /** Sends the request; meanwhile the response may begin. */
  async #send({ headWith, body, method, length }: Message): Promise<void> {
    let isTaken = true
    const write = async (bytes: Uint8Array) => {
      try {
        for (let at = 0; at < bytes.byteLength; at += PART) {
          await this.#parts.line.channel.write(bytes.subarray(at, at + PART))
          this.#restart()
        }
      } catch (error) {
        isTaken = false
        throw error
      }
    }
    try {
      if (body) await writeStreamed({ write, headWith, body: this.#sourceOf(body), length })
      else await write(headWith(emptyFraming(method)))
      this.#isSent = true
    } catch (error) {
      // An enclave that does not take all of a request may have answered it.
      if (isTaken) this.#fail(error)
      this.#source?.cancel(error).catch(() => {})
    }
  }

  #sourceOf(body: ReadableStream<Uint8Array>): PieceReader {
    this.#source = body.getReader()
    return this.#source
  }

  async #respond(head: ResponseHead, method: string): Promise<Response> {
    const reader = createBodyReader(this.#parts.line.receiver, head.framing)
    const init = {
      status: head.status,
      statusText: head.reason,
      headers: [...passedFields(head.fields, false)] as [string, string][],
    }
    if (method === 'HEAD' || WITHOUT_BODY.has(head.status)) {
      this.#finish(head.isKept)
      return new Response(null, init)
    }
    const { framing } = head
    if (framing.kind === 'length' && framing.length <= SMALL) {
      const whole = await Promise.race([readAll(reader, framing.length), this.#failed.promise])
      this.#finish(head.isKept)
      return new Response(whole, init)
    }
    this.#isEnclavesTurn = false
    const stream = byteStream({
      pull: (controller) => this.#pull(reader, head, controller),
      cancel: () => this.#finish(false),
    })
    return new Response(stream, init)
  }

  async #pull(
    reader: BodyReader,
    head: ResponseHead,
    controller: ReadableByteStreamController,
  ): Promise<void> {
    if (this.#failure) throw this.#failure.reason
    this.#isEnclavesTurn = true
    this.#restart()
    try {
      await shareTurn()
      const piece = await Promise.race([reader.next(), this.#failed.promise])
      this.#isEnclavesTurn = false
      this.#restart()
      // A copy, because whoever gets it may give its array away. `slice` of a Buffer would be none.
      if (piece) return controller.enqueue(new Uint8Array(piece))
    } catch (error) {
      throw this.#fail(this.#failure ? error : named(error))
    }
    this.#finish(head.isKept)
    controller.close()
    controller.byobRequest?.respond(0)
  }

  #restart(): void {
    this.#stopTimer()
    if (this.#isOver) return
    this.#stopTimer = callAfter(this.#parts.timeout, () => {
      this.#fail(this.#isEnclavesTurn ? late(this.#parts.timeout) : unread(this.#parts.timeout))
    })
  }

  /** Ends it with a reason, the first of which counts. */
  #fail(reason: unknown): unknown {
    this.#failure ??= { reason }
    this.#failed.reject(this.#failure.reason)
    this.#finish(false)
    return this.#failure.reason
  }

  #finish(isKept: boolean): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#stopTimer()
    const { line, lines, request } = this.#parts
    request.signal.removeEventListener('abort', this.#abort)
    // While the rest of the request is sent, nothing else can be.
    if (isKept && this.#isSent && line.receiver.held === 0) return lines.keep(line)
    lines.drop(line)
    if (!this.#isSent) this.#source?.cancel(this.#failure?.reason).catch(() => {})
  }
}

async function readAll(reader: BodyReader, length: number): Promise<Bytes> {
  const whole = new Uint8Array(length)
  let at = 0
  for (let piece = await reader.next(); piece; piece = await reader.next()) {
    whole.set(piece, at)
    at += piece.byteLength
  }
  return whole
}

const closed = (cause?: unknown) =>
  new EnclaveError('E_HTTP_CLOSED', {
    what: 'the enclave closed the connection before its answer was complete',
    ...(cause !== undefined && { got: (cause as { code?: string }).code ?? String(cause), cause }),
    hint: 'the request may have had an effect: try again only if that does no harm',
  })

/** The error for who sent the request. */
const named = (error: unknown) =>
  error instanceof EnclaveError && /^E_HTTP_/.test(error.code) ? error : closed(error)

const late = (timeout: number) =>
  new EnclaveError('E_HTTP_TIMEOUT', {
    what: 'the enclave does not answer in time',
    expected: `a part of the answer within ${timeout} ms`,
    hint: 'the request may have had an effect',
  })

const unread = (timeout: number) =>
  new EnclaveError('E_HTTP_LIMIT', {
    what: 'the body of the response was not read',
    expected: `some of it to be read within ${timeout} ms`,
    hint: 'read the body, or cancel it',
  })
