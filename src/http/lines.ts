/**
 * The front's connections to an enclave. One is used again when its response has been read to the end; one that nobody uses is
 * closed after a while. Beyond the most, requests wait for their turn; beyond the longest queue they are refused.
 */
import { EnclaveError } from '../base/error.ts'
import { Receiver } from '../http1/receiver.ts'
import { callAfter } from '../platform/timer.ts'
import { type Channel, channelOf, type NodeDuplex, type StreamPair } from './channel.ts'
import type { FrontSettings } from './options.ts'

/** A connection, with what has been received over it. */
export class Line {
  readonly channel: Channel
  readonly receiver: Receiver
  /** Bytes that have been received. */
  received = 0

  constructor(channel: Channel) {
    this.channel = channel
    this.receiver = new Receiver(async () => {
      const piece = await channel.read()
      this.received += piece?.byteLength ?? 0
      return piece
    })
  }
}

/** A connection for a request, and whether it has served another one before. */
export interface Taken {
  readonly line: Line
  readonly isKept: boolean
}

/** What ends the wait of a request: a connection, the right to open one, or nothing if it was aborted. */
type Turn = Line | 'open' | undefined

export class Lines {
  readonly #open: (signal: AbortSignal) => Promise<StreamPair | NodeDuplex>
  readonly #settings: FrontSettings
  readonly #isKept: boolean
  /** Each with what prevents that it is closed. */
  readonly #idle = new Map<Line, () => void>()
  readonly #busy = new Set<Line>()
  /** Connections, and rights to open one. */
  #count = 0
  /** While there are any, no connection is idle. */
  readonly #waiting: ((turn: Turn) => void)[] = []
  #isClosed = false

  /** `isKept` says whether a connection can serve several requests. */
  constructor(
    open: (signal: AbortSignal) => Promise<StreamPair | NodeDuplex>,
    settings: FrontSettings,
    isKept = true,
  ) {
    this.#open = open
    this.#settings = settings
    this.#isKept = isKept
  }

  /** The numbers of connections and of requests that wait. */
  get counts(): { readonly busy: number; readonly idle: number; readonly waiting: number } {
    return { busy: this.#busy.size, idle: this.#idle.size, waiting: this.#waiting.length }
  }

  /** A connection for a request: a new one if `isNew`. @throws {EnclaveError} E_HTTP_BUSY, E_HTTP_CLOSED; what `open` throws */
  async take(signal: AbortSignal, isNew: boolean): Promise<Taken> {
    for (;;) {
      if (this.#isClosed) throw closedFront()
      const line = (isNew ? undefined : this.#takeIdle()) ?? (await this.#turn(signal))
      if (line === 'open') return { line: await this.#connect(signal), isKept: false }
      this.#busy.add(line)
      // The enclave may have closed it, or have sent what would be taken for the response.
      if (!isNew && (await line.receiver.isQuiet())) return { line, isKept: true }
      this.drop(line)
    }
  }

  /** Keeps a connection for the next request. */
  keep(line: Line): void {
    if (!this.#isKept) return this.drop(line)
    this.#busy.delete(line)
    const next = this.#waiting.shift()
    if (next) return next(line)
    if (this.#isClosed || this.#settings.keepAlive === 0) return this.drop(line)
    this.#idle.set(
      line,
      callAfter(this.#settings.keepAlive, () => this.drop(line)),
    )
  }

  /** Ends a connection. */
  drop(line: Line): void {
    this.#busy.delete(line)
    this.#idle.get(line)?.()
    this.#idle.delete(line)
    line.channel.reset()
    this.#release()
  }

  /** Ends all that are idle, and later those that are not; requests that wait are refused. */
  close(): void {
    this.#isClosed = true
    for (const line of [...this.#idle.keys()]) this.drop(line)
    for (const give of this.#waiting.splice(0)) give(undefined)
  }

  #takeIdle(): Line | undefined {
    const line = [...this.#idle.keys()].at(-1)
    if (!line) return undefined
    this.#idle.get(line)!()
    this.#idle.delete(line)
    return line
  }

  async #connect(signal: AbortSignal): Promise<Line> {
    try {
      const line = new Line(channelOf(await this.#open(signal)))
      this.#busy.add(line)
      return line
    } catch (error) {
      this.#release()
      throw error
    }
  }

  /** Passes a right to open a connection on. */
  #release(): void {
    const next = this.#waiting.shift()
    if (next) next('open')
    else this.#count -= 1
  }

  async #turn(signal: AbortSignal): Promise<Line | 'open'> {
    const { maxConnections, maxQueue } = this.#settings
    if (this.#count === maxConnections && this.#idle.size > 0) this.drop(this.#idle.keys().next().value!)
    if (this.#count < maxConnections) {
      this.#count += 1
      return 'open'
    }
    if (this.#waiting.length >= maxQueue) throw busy(maxConnections, maxQueue)
    const { promise, resolve } = Promise.withResolvers<Turn>()
    const abort = () => {
      const at = this.#waiting.indexOf(resolve)
      if (at >= 0) this.#waiting.splice(at, 1)
      resolve(undefined)
    }
    signal.addEventListener('abort', abort)
    this.#waiting.push(resolve)
    const turn = await promise
    signal.removeEventListener('abort', abort)
    if (turn && !signal.aborted) return turn
    if (turn === 'open') this.#release()
    else if (turn) this.keep(turn)
    signal.throwIfAborted()
    throw closedFront()
  }
}

const busy = (connections: number, queue: number) =>
  new EnclaveError('E_HTTP_BUSY', {
    what: 'too many requests to the enclave are under way',
    expected: `at most ${connections}, and ${queue} that wait`,
    hint: 'it was not begun: try again later, or answer 503',
  })

const closedFront = () =>
  new EnclaveError('E_HTTP_CLOSED', { what: 'the front was closed', hint: 'the request was not begun' })
