/** Serves one connection of a guest: its requests one after the other, until either side closes. */
import { EnclaveError } from '../../base/error.ts'
import type { Memory } from '../../http1/input.ts'
import type { VsockSocket } from '../../vsock/socket.ts'
import { Access, type Accessing } from './access.ts'
import { refusalFor, type Write, writeAnswer, writeRefusal } from './answer.ts'
import { Body } from './body.ts'
import { type Reach, type Way, wayFor } from './forward.ts'
import { type PageRequest, readHead } from './request.ts'
import { Source } from './source.ts'

/** Milliseconds within which a guest must send something more, or accept something. */
const IDLE_MAX = 60_000

/** What serving a connection needs. */
export interface ServeParts extends Accessing, Reach {
  /** What the manifest of the enclave's image lists; undefined if nothing is known of it. */
  readonly asked: readonly string[] | undefined
  /** For the bodies of requests. */
  readonly memory: Memory
  /** Aborted when the proxy closes. */
  readonly stop: AbortSignal
}

/** Resolves once nothing is left of the connection; never rejects. */
export async function serveGuest(socket: VsockSocket, parts: ServeParts): Promise<void> {
  const ending = new AbortController()
  void socket.closed.then(() => ending.abort())
  const reader = socket.readable.getReader()
  const writer = socket.writable.getWriter()
  const giveUp = () => reader.cancel().catch(() => {})
  const stop = () => {
    ending.abort()
    socket.reset()
    void giveUp()
  }
  const within = async <Result>(work: Promise<Result>, late: () => unknown): Promise<Result> => {
    const timer = setTimeout(late, IDLE_MAX)
    return work.finally(() => clearTimeout(timer))
  }
  const source = new Source(async () => (await within(reader.read(), giveUp)).value)
  const write: Write = (bytes) => within(writer.write(bytes), () => writer.abort().catch(() => {}))
  parts.stop.addEventListener('abort', stop)
  try {
    if (parts.stop.aborted) stop()
    const line = new Line(source, write, ending.signal, parts)
    while (await line.exchange());
    await Promise.allSettled([giveUp(), writer.close()])
  } catch {
    // What the guest has not got, it must not take for the end.
    socket.reset()
  } finally {
    parts.stop.removeEventListener('abort', stop)
  }
}

class Line {
  readonly #source: Source
  readonly #write: Write
  /** Aborted when the connection ends. */
  readonly #signal: AbortSignal
  readonly #parts: ServeParts

  constructor(source: Source, write: Write, signal: AbortSignal, parts: ServeParts) {
    this.#source = source
    this.#write = write
    this.#signal = signal
    this.#parts = parts
  }

  /** One request and its answer; whether another may follow. @throws if the connection is lost, or must be. */
  async exchange(): Promise<boolean> {
    let access: Access | undefined
    try {
      const head = await readHead(this.#source)
      if (head === undefined) return false
      if (head === 'CONNECT') {
        await writeRefusal(this.#write, { error: noTcp(), status: 501 })
        return false
      }
      access = new Access(this.#parts)
      await this.#answer(head, access)
      access.end('closed')
      return !head.isLast
    } catch (error) {
      return await this.#fail(error, access)
    }
  }

  async #answer(head: PageRequest, access: Access): Promise<void> {
    access.to(head.destination)
    const { cid, asked, memory } = this.#parts
    const way = wayFor(head, cid, asked, this.#parts)
    const body = new Body(memory)
    try {
      await body.read(this.#source, head.framing)
      const response = await this.#response(way, body)
      access.bytesOut = body.bytes.byteLength
      access.hasAnswer = true
      await writeAnswer(this.#write, response, {
        method: head.method,
        without: way.stale,
        isLast: head.isLast,
        signal: this.#signal,
        onBytes: (count) => {
          access.bytesIn += count
        },
      })
    } finally {
      body.release()
    }
  }

  /** A service that does not heed the signal is not waited for when the connection ends. */
  async #response(way: Way, body: Body): Promise<Response> {
    const signal = this.#signal
    signal.throwIfAborted()
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort)
    const sent = way.send(body.bytes, signal)
    try {
      return await Promise.race([sent, aborted])
    } catch (error) {
      sent.then((late) => late.body?.cancel()).catch(() => {})
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  async #fail(error: unknown, access: Access | undefined): Promise<false> {
    const refusal = access?.hasAnswer || this.#signal.aborted ? undefined : refusalFor(error)
    if (!refusal) {
      access?.end(this.#parts.stop.aborted ? 'stopped' : 'failed')
      throw error
    }
    const refused = access ?? new Access(this.#parts)
    refused.end('refused', refusal.error)
    await writeRefusal(this.#write, refusal)
    return false
  }
}

function noTcp(): EnclaveError {
  return new EnclaveError('E_PROXY_REQUEST', {
    what: 'the parent instance is a page, which has no TCP',
    expected: 'an HTTP request with its whole URL, which the page makes by its own fetch, and can read',
    got: 'CONNECT',
  })
}
