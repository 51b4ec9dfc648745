/**
 * The connections of `fetch`. One is used again for the same key when its response has been read to the end; one that nobody uses
 * is closed after a few seconds. There are fewer than TLS has sessions, so that `connect` has some: a request beyond them waits for
 * its turn. A response that nobody has begun to read is given up after a while, or nobody would get its connection.
 */
import { EnclaveError } from '../base/error.ts'
import type { ByteSocket, NetworkHost } from './host.ts'
import type { ResponseHead } from './http-head.ts'
import { Line } from './line.ts'

/** Connections at most. */
const MOST = 48
/** Those that are idle at most. */
const MOST_IDLE = 16
/** Milliseconds for which an idle one is kept: less than servers usually do. */
const KEEP = 4000
/** Milliseconds that a request waits until an unread response is given up. */
const PATIENCE = 5000

export interface LineRequest {
  /** Where to: see `Line`. */
  readonly key: string
  /** Whether one that is kept will not do. */
  readonly isNew?: boolean
  readonly signal: AbortSignal
  /** Makes a connection. */
  open(): Promise<ByteSocket>
}

/** A connection for a request, and whether it has served another one before. */
export interface Taken {
  readonly line: Line
  readonly isKept: boolean
}

/** What ends the wait of a request: a kept connection, the right to open one, or nothing if it was aborted. */
type Turn = Line | 'open' | undefined

interface Waiting {
  readonly key: string | undefined
  resolve(turn: Turn): void
}

export class Lines {
  readonly #host: NetworkHost
  readonly #idle: Line[] = []
  /** Connections, and rights to open one. */
  #open = 0
  /** Requests that wait for their turn, the oldest first. While there are any, no connection is idle. */
  readonly #waiting: Waiting[] = []
  /** Gives up responses that nobody has begun to read, the oldest first. */
  readonly #unread = new Set<(reason: EnclaveError) => void>()

  constructor(host: NetworkHost) {
    this.#host = host
  }

  /** A connection for a request, in the order of the requests. @throws what its `open` throws; its signal’s reason */
  async take(request: LineRequest): Promise<Taken> {
    const { key, isNew, signal } = request
    const wanted = isNew ? undefined : key
    for (;;) {
      const line = (await this.#takeIdle(wanted)) ?? (await this.#turn(wanted, signal))
      if (line === 'open') return { line: await this.#connect(request), isKept: false }
      // The server may have closed it, or have sent what would be taken for the response.
      if (await line.receiver.isQuiet()) return { line, isKept: true }
      line.close()
    }
  }

  /** Keeps a connection whose response has been read, for as long as it and the server allow. */
  keep(line: Line, { fields }: ResponseHead): void {
    const time = keepTime(fields)
    if (time <= 0) return line.close()
    const [next] = this.#waiting
    if (next?.key === line.key) return void this.#waiting.shift()!.resolve(line)
    if (next) return line.close()
    if (this.#idle.length === MOST_IDLE) this.#drop(this.#idle[0]!)
    line.cancelDrop = this.#host.later(() => this.#drop(line), time)
    this.#idle.push(line)
  }

  /** Notes a response; returns what is called when somebody reads it, or it is over. */
  noteUnread(giveUp: (reason: EnclaveError) => void): () => void {
    this.#unread.add(giveUp)
    return () => void this.#unread.delete(giveUp)
  }

  #takeIdle(key: string | undefined): Line | undefined {
    const at = this.#idle.findLastIndex((line) => line.key === key)
    if (at < 0) return undefined
    const [line] = this.#idle.splice(at, 1)
    line!.cancelDrop?.()
    return line
  }

  /** Closes a connection that is idle. */
  #drop(line: Line): void {
    this.#idle.splice(this.#idle.indexOf(line), 1)
    line.close()
  }

  async #connect({ key, open }: LineRequest): Promise<Line> {
    let isOpen = true
    const release = () => {
      if (isOpen) this.#release()
      isOpen = false
    }
    try {
      return new Line(key, await open(), release)
    } catch (error) {
      release()
      throw error
    }
  }

  /** Passes a right to open a connection on. */
  #release(): void {
    const next = this.#waiting.shift()
    if (next) next.resolve('open')
    else this.#open -= 1
  }

  async #turn(key: string | undefined, signal: AbortSignal): Promise<Line | 'open'> {
    if (this.#open === MOST && this.#idle.length > 0) this.#drop(this.#idle[0]!)
    if (this.#open < MOST) {
      this.#open += 1
      return 'open'
    }
    const { promise, resolve } = Promise.withResolvers<Turn>()
    const waiting = { key, resolve }
    const abort = () => {
      const at = this.#waiting.indexOf(waiting)
      if (at >= 0) this.#waiting.splice(at, 1)
      resolve(undefined)
    }
    signal.addEventListener('abort', abort)
    this.#waiting.push(waiting)
    // The enclave keeps running for it.
    const timer = setTimeout(() => this.#giveUpOldest(), PATIENCE)
    const turn = await promise
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    if (turn && !signal.aborted) return turn
    if (turn === 'open') this.#release()
    else turn?.close()
    throw signal.reason
  }

  #giveUpOldest(): void {
    const [giveUp] = this.#unread
    giveUp?.(
      new EnclaveError('E_HTTP_LIMIT', {
        what: 'the body of the response was not read, and its connection was needed',
        expected: `at most ${MOST} responses at a time that nobody reads`,
        hint: 'read the body, or cancel it',
      }),
    )
  }
}

/** Milliseconds for which a connection is kept: less than the server does, if it says so (`Keep-Alive: timeout=5`). */
function keepTime(fields: ResponseHead['fields']): number {
  const [, value = ''] = fields.find(([name]) => name.toLowerCase() === 'keep-alive') ?? []
  const [, seconds] = /(?:^|[ ,])timeout=(\d{1,6})/i.exec(value) ?? []
  return seconds === undefined ? KEEP : Math.min(KEEP, 1000 * Number(seconds) - 1000)
}
