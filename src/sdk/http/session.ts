/** One connection of `serveHttp`: requests one after the other, each answered before the next is read. */
import { concatBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { ByteSocket } from '../../network/host.ts'
import { Exchange, type HttpHandler } from './exchange.ts'
import { Intake } from './intake.ts'
import type { HttpSettings } from './options.ts'
import { Refusal, reasonOf } from './refusal.ts'
import { parseRequestHead } from './request-head.ts'
import { headBytes, responseLines } from './response-head.ts'

/** Bytes in one write: each that is taken shows that the client still reads. */
const PART = 131_072

export class HttpSession {
  readonly settings: HttpSettings
  readonly intake: Intake
  readonly #socket: ByteSocket
  readonly #handler: HttpHandler
  /** Since when the client is waited for, by `performance.now`. */
  #readsSince: number | undefined
  #writesSince: number | undefined
  /** Since when the handler is waited for, or has last got something. */
  #handlesSince: number | undefined
  readonly #over = Promise.withResolvers<void>()
  #requests = 0
  #current: Exchange | undefined
  #isOver = false

  constructor(socket: ByteSocket, handler: HttpHandler, settings: HttpSettings) {
    this.settings = settings
    this.intake = new Intake(socket)
    this.#socket = socket
    this.#handler = handler
  }

  /** Whether nothing more can be sent. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Resolves when the connection is over, even if a handler still runs for it; never rejects. */
  async run(): Promise<void> {
    void this.#serve()
    await this.#over.promise
  }

  async #serve(): Promise<void> {
    try {
      while (await this.#next());
    } catch (error) {
      // Any other error is a client that has left, or a response that broke.
      if (error instanceof Refusal) await this.refuse(error).catch(() => {})
    }
    this.close()
  }

  /** Answers with a status, in one write. */
  async refuse({ status, message }: Refusal): Promise<void> {
    const text = `${status} ${reasonOf(status)}: ${message}\n`
    const headers = new Headers({ 'content-type': 'text/plain;charset=UTF-8' })
    const lines = responseLines({ status, statusText: '', headers }, false)
    const head = headBytes(lines, `content-length: ${text.length}\r\n`)
    await this.write(concatBytes(head, new TextEncoder().encode(text)))
  }

  /** Ends the connection, and what the handler does for it. */
  close(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#current?.stop(gone())
    this.#socket.close()
    this.#over.resolve()
  }

  /**
   * Closes the connection if its client has left, or has done nothing for too long although it is its turn; and ends the wait for
   * a handler that is late.
   */
  look(now: number): void {
    const { idleTimeout, handlerTimeout } = this.settings
    const since = Math.min(this.#readsSince ?? now, this.#writesSince ?? now)
    if (this.#socket.writable === false || now - since > idleTimeout) return this.close()
    const isLate = now - (this.#handlesSince ?? now) > handlerTimeout
    if (isLate && this.#readsSince === undefined) this.#current?.expire(handlerTimeout)
  }

  /** Its time begins, or is over. */
  noteHandler(isWaitedFor: boolean): void {
    this.#handlesSince = isWaitedFor ? performance.now() : undefined
  }

  /** What a read from the client gives. */
  async awaited<Result>(read: Promise<Result>): Promise<Result> {
    this.#readsSince = performance.now()
    try {
      return await read
    } finally {
      this.#readsSince = undefined
      if (this.#handlesSince !== undefined) this.#handlesSince = performance.now()
    }
  }

  /** @throws if the client has left */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.byteLength; at += PART) {
        this.#writesSince = performance.now()
        await this.#socket.write(bytes.subarray(at, at + PART))
      }
    } catch (error) {
      this.close()
      throw error
    } finally {
      this.#writesSince = undefined
    }
  }

  /** Notices a client that leaves while its request is answered. */
  watch(): void {
    const exchange = this.#current
    this.intake.watch((isLost) => {
      if (isLost) this.close()
      else if (exchange === this.#current) exchange?.abort(gone())
    })
  }

  /** One request and its response. False if there is none, or the connection is to be closed. */
  async #next(): Promise<boolean> {
    const begin = () => {
      this.#readsSince = performance.now()
    }
    const text = await this.awaited(this.intake.head(this.settings.maxHead, begin))
    if (text === undefined || this.#isOver) return false
    const head = parseRequestHead(text, this.settings)
    this.#requests += 1
    const isLast = this.#requests >= this.settings.maxRequests
    this.#current = new Exchange(this, isLast ? { ...head, isKept: false } : head)
    const isKept = await this.#current.run(this.#handler)
    this.#current = undefined
    return isKept && !this.#isOver
  }
}

const gone = () => new EnclaveError('E_HTTP_CLOSED', { what: 'the client has closed the connection' })
