/** One request, and the handler's response to it. */
import { responseBytes } from 'webclave:engine'
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { CHUNKED, writeStreamed } from '../../http1/body-writer.ts'
import type { Intake } from './intake.ts'
import type { HttpSettings } from './options.ts'
import { Refusal, reasonOf } from './refusal.ts'
import { RequestBody } from './request-body.ts'
import type { RequestHead } from './request-head.ts'
import { requestOf } from './requests.ts'
import { headBytes, type ResponsePlan, responsePlan } from './response-head.ts'

/** Answers a request, as the `fetch` of an application of hono does. */
export type HttpHandler = (request: Request) => Response | Promise<Response>

/** The connection of an exchange. */
export interface ExchangeHost {
  readonly intake: Intake
  readonly settings: HttpSettings
  readonly isOver: boolean
  awaited<Result>(read: Promise<Result>): Promise<Result>
  noteHandler(isWaitedFor: boolean): void
  write(bytes: Uint8Array): Promise<void>
  watch(): void
}

/**
 * A request that announces a body of at most this length is received before the handler is called, and a response's body of that
 * length is sent together with its head: 64 KiB, also when a channel seals them.
 */
const SMALL = 69_632
const NONE: Bytes = new Uint8Array(0)
const CONTINUE = new TextEncoder().encode('HTTP/1.1 100 Continue\r\n\r\n')

export class Exchange {
  readonly #host: ExchangeHost
  readonly #head: RequestHead
  readonly #controller = new AbortController()
  #body: RequestBody | undefined
  #continued: Promise<void> | undefined
  #isHeadSent = false
  /** Ends the wait for the handler. */
  #giveUp: ((refusal: Refusal) => void) | undefined
  /** The body of the response, while it is sent. */
  #source: ReadableStreamDefaultReader<Uint8Array> | undefined

  constructor(host: ExchangeHost, head: RequestHead) {
    this.#host = host
    this.#head = head
  }

  /** The client has closed its half: it may still read the response. */
  abort(reason: unknown): void {
    this.#controller.abort(reason)
  }

  /** The handler has taken longer than the `time` that it has, in milliseconds. Its work goes on, unless it heeds the signal. */
  expire(time: number): void {
    this.#giveUp?.(new Refusal(504, 'the handler took too long'))
    this.abort(
      new EnclaveError('E_HTTP_TIMEOUT', {
        what: 'the handler has given no response in time',
        expected: `one within ${time} ms`,
        hint: 'answer earlier, with a stream, or serve with a longer handlerTimeout',
      }),
    )
  }

  /** The connection is over. */
  stop(reason: unknown): void {
    this.abort(reason)
    this.#source?.cancel(reason).catch(() => {})
  }

  /**
   * Has the request answered. Returns whether another one can follow.
   * @throws {Refusal} for a request that the handler did not get, or whose body was not valid
   */
  async run(handler: HttpHandler): Promise<boolean> {
    const request = requestOf(this.#head, await this.#receive(), this.#controller.signal)
    const response = await this.#call(handler, request)
    const isKept = await this.#respond(response)
    const body = this.#body
    if (!isKept || !body) return isKept
    // A client that still waits would send the body, or would not.
    return (body.isWanted || !this.#head.awaitsContinue) && (await body.drain())
  }

  /** The body: bytes if they are few, because streams take an interpreter long. */
  async #receive(): Promise<Bytes | ReadableStream<Bytes> | undefined> {
    const { framing, awaitsContinue } = this.#head
    const { intake, settings } = this.#host
    if (framing === 0) return undefined
    if (framing !== 'chunked' && framing <= SMALL && !awaitsContinue)
      return this.#host.awaited(intake.all(framing))
    const body = new RequestBody(
      {
        intake,
        maxBody: settings.maxBody,
        awaited: (read) => this.#host.awaited(read),
        onWanted: () => this.#continue(),
        onTaken: () => this.#host.watch(),
      },
      framing,
    )
    this.#body = body
    return body.stream
  }

  /** Tells a client that waits to send the body. */
  #continue(): Promise<void> | undefined {
    if (!this.#head.awaitsContinue || this.#isHeadSent) return undefined
    this.#continued = this.#host.write(CONTINUE)
    return this.#continued
  }

  async #call(handler: HttpHandler, request: Request): Promise<Response> {
    try {
      const answer = handler(request)
      // Also while it streams; one that is there at once need not be watched for.
      const response = answer instanceof Response ? answer : await this.#inTime(answer)
      if (response instanceof Response && response.status !== 0) return response
      console.error('serveHttp: the handler returned no Response, but', typeof response)
    } catch (error) {
      if (error instanceof Refusal) throw error
      this.#throwFault()
      console.error('serveHttp: the handler threw', error)
    }
    return failure()
  }

  /** @throws {Refusal} 504 */
  async #inTime(answer: Promise<Response>): Promise<Response> {
    this.#host.watch()
    this.#host.noteHandler(true)
    // One promise, and no race: they take an interpreter long.
    const inTime = new Promise<Response>((resolve, reject) => {
      this.#giveUp = reject
      Promise.resolve(answer).then(resolve, reject)
    })
    try {
      return await inTime
    } catch (error) {
      // One that still comes is not sent.
      if (error instanceof Refusal)
        Promise.resolve(answer)
          .then((response) => response.body?.cancel())
          .catch(() => {})
      throw error
    } finally {
      this.#giveUp = undefined
      this.#host.noteHandler(false)
    }
  }

  /** An invalid body is the client's fault, whatever the handler makes of it. */
  #throwFault(): void {
    const { fault } = this.#body ?? {}
    if (fault !== undefined) throw new Refusal(fault, 'the body of the request')
  }

  /** Returns whether the connection can be kept. */
  async #respond(response: Response): Promise<boolean> {
    await this.#continued
    let plan: ResponsePlan
    try {
      plan = responsePlan(response, this.#head, responseBytes(response))
    } catch (error) {
      console.error('serveHttp: the response cannot be sent', error)
      response.body?.cancel().catch(() => {})
      plan = responsePlan(failure(), this.#head)
      return this.#send(plan, failure())
    }
    return this.#send(plan, response)
  }

  async #send(plan: ResponsePlan, response: Response): Promise<boolean> {
    if (plan.hasBody) return this.#stream(plan, response.body!)
    this.#isHeadSent = true
    if (this.#head.method === 'HEAD') response.body?.cancel().catch(() => {})
    const head = headBytes(plan.lines, plan.last)
    const { bytes = NONE, isKept } = plan
    if (bytes.byteLength <= SMALL) {
      await this.#host.write(concatBytes(head, bytes))
      return isKept
    }
    // In two writes: a copy of a large body may not have room in the memory.
    await this.#host.write(head)
    await this.#host.write(bytes)
    return isKept
  }

  async #stream(
    { lines, isKept, length }: ResponsePlan,
    stream: ReadableStream<Uint8Array>,
  ): Promise<boolean> {
    const source = stream.getReader()
    this.#source = source
    try {
      await writeStreamed({
        write: (bytes) => {
          this.#isHeadSent = true
          return this.#host.write(bytes)
        },
        headWith: (framing) => {
          // One that is whole by now is sent at once.
          if (length !== undefined || framing === CHUNKED) this.#host.watch()
          return headBytes(lines, framing)
        },
        body: source,
        length,
      })
      return isKept
    } catch (error) {
      source.cancel(error).catch(() => {})
      if (this.#host.isOver) throw error
      if (!this.#isHeadSent) this.#throwFault()
      console.error('serveHttp: the body of a response failed', error)
      // After the head, only a connection that breaks tells the client.
      if (this.#isHeadSent) throw error
      throw new Refusal(500, reasonOf(500))
    }
  }
}

const failure = () => new Response(`500 ${reasonOf(500)}\n`, { status: 500 })
