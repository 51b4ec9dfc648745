/** The body of a request: as much is read as the handler takes. */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { Receiver } from '../../http1/receiver.ts'
import { type BodyReader, createBodyReader } from '../../network/http-body.ts'
import type { Intake } from './intake.ts'
import type { RequestFraming } from './request-head.ts'

/** Bytes of a body that are read although the handler did not want them, so that the connection can be kept. */
const MOST_DRAINED = 65_536

/** What a body needs of its connection. */
export interface BodyHost {
  readonly intake: Intake
  readonly maxBody: number
  /** What `read` gives; meanwhile the peer is waited for. */
  awaited<Result>(read: Promise<Result>): Promise<Result>
  /** Called before the first byte is read. */
  onWanted(): Promise<void> | undefined
  /** Called after each piece. */
  onTaken(): void
}

/** A body that has not been received. */
export class RequestBody {
  readonly stream: ReadableStream<Bytes>
  /** The status for an answer, if what was received is not a valid body, or too long. */
  fault: number | undefined
  readonly #host: BodyHost
  readonly #receiver: Receiver
  readonly #reader: BodyReader
  #isWanted = false
  #isPulled = false
  #isWhole = false
  /** Whether the exchange is over: what comes is another request's. */
  #isOver = false
  #length = 0

  constructor(host: BodyHost, framing: RequestFraming) {
    this.#host = host
    this.#receiver = new Receiver(() => host.awaited(host.intake.next()))
    this.#reader = createBodyReader(
      this.#receiver,
      framing === 'chunked' ? { kind: 'chunked' } : { kind: 'length', length: framing },
    )
    this.stream = new ReadableStream<Bytes>(
      { pull: (controller) => this.#pull(controller) },
      { highWaterMark: 0 },
    )
  }

  /** Whether the handler has begun to read it: a client that waits sends it then. */
  get isWanted(): boolean {
    return this.#isWanted
  }

  /**
   * Ends the exchange, and reads what the handler did not want. False if that is too much, or not valid: the connection cannot
   * be used again.
   */
  async drain(): Promise<boolean> {
    this.#isOver = true
    if (this.#isPulled) return false
    try {
      for (let drained = 0; !this.#isWhole && drained <= MOST_DRAINED; )
        drained += (await this.#next())?.byteLength ?? 0
    } catch {
      return false
    }
    return this.#isWhole
  }

  async #pull(controller: ReadableStreamDefaultController<Bytes>): Promise<void> {
    if (this.#isOver) throw refused('the body was not read before the response was complete')
    this.#isPulled = true
    const isFirst = !this.#isWanted
    this.#isWanted = true
    if (isFirst) await this.#host.onWanted()
    const piece = await this.#next()
    this.#isPulled = false
    this.#host.onTaken()
    // What follows in the same array is another request's.
    if (piece) controller.enqueue(piece.slice())
    else controller.close()
  }

  async #next(): Promise<Bytes | undefined> {
    if (this.fault !== undefined) throw refused('the body of the request was not received')
    if (this.#isWhole) return undefined
    try {
      const piece = await this.#reader.next()
      if (piece === undefined) this.#finish()
      else this.#length += piece.byteLength
      if (this.#length <= this.#host.maxBody) return piece
    } catch (error) {
      this.fault = 400
      throw refused('the body of the request is not valid HTTP, or cut', error)
    }
    this.fault = 413
    throw new EnclaveError('E_HTTP_LIMIT', {
      what: 'the body of the request is too long',
      expected: `at most ${this.#host.maxBody} bytes`,
    })
  }

  #finish(): void {
    this.#isWhole = true
    const { held } = this.#receiver
    if (held > 0) this.#host.intake.giveBack(this.#receiver.now(held))
  }
}

function refused(what: string, cause?: unknown): EnclaveError {
  const { expected, got = (cause as { code?: string } | undefined)?.code } = (cause ??
    {}) as Partial<EnclaveError>
  return new EnclaveError('E_HTTP_REQUEST', {
    what,
    ...(expected !== undefined && { expected }),
    ...(got !== undefined && { got }),
    cause,
  })
}
