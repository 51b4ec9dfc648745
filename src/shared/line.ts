/** Frames over any connection, to an enclave or to another machine. What comes from either is hostile. */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { callAfter } from '../platform/timer.ts'
import { type Frame, type Kind, readFrame, writeFrame } from './wire/frames.ts'

/** What is used of a stream's reader, because the types of Node's streams and of the web's differ. */
export interface StreamReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
  cancel(reason?: unknown): Promise<void>
}

/** What is used of a stream's writer. */
export interface StreamWriter {
  readonly closed: Promise<unknown>
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
  abort(reason?: unknown): Promise<void>
}

/** A connection, by two Web Streams: a `VsockSocket`, or `Duplex.toWeb(socket)` of one of Node's. */
export interface Stream {
  readonly readable: { getReader(): StreamReader }
  readonly writable: { getWriter(): StreamWriter }
}

export class Line {
  readonly #reader: StreamReader
  readonly #writer: StreamWriter
  #rest: Uint8Array = new Uint8Array(0)
  #isOver = false
  /** Rejects when it is broken off, so that nothing waits for it any more. */
  readonly #broken = Promise.withResolvers<never>()

  constructor({ readable, writable }: Stream) {
    this.#reader = readable.getReader()
    this.#writer = writable.getWriter()
    this.#broken.promise.catch(() => {})
    this.#writer.closed.catch(() => {})
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** The next frame, within `time` milliseconds. @throws {EnclaveError} E_SHARED_FRAME, E_SHARED_TIMEOUT; the stream's. */
  receive<Expected extends Kind>(
    time: number,
    ...kinds: readonly Expected[]
  ): Promise<Frame & { kind: Expected }> {
    return this.#within(
      time,
      readFrame((length) => this.#read(length), ...kinds),
    )
  }

  /** @throws {EnclaveError} E_SHARED_TIMEOUT; the stream's. */
  send(time: number, kind: Kind, body?: Uint8Array): Promise<void> {
    return this.#within(time, this.#writer.write(writeFrame(kind, body)))
  }

  /** Closes it in order: what was sent arrives. */
  async end(time: number): Promise<void> {
    if (this.#isOver) return
    await this.#within(time, this.#writer.close()).catch(() => {})
    this.breakOff('it has ended')
  }

  /** Breaks it off at once. */
  breakOff(why: string): void {
    if (this.#isOver) return
    this.#isOver = true
    const error = new EnclaveError('E_SHARED_FRAME', { what: 'the connection was broken off', got: why })
    this.#broken.reject(error)
    // Neither may be awaited: the other end decides when they are done.
    this.#writer.abort(error).catch(() => {})
    this.#reader.cancel(error).catch(() => {})
  }

  async #within<Result>(time: number, result: Promise<Result>): Promise<Result> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const stop = callAfter(time, () => reject(timedOut(time)))
    try {
      return await Promise.race([result, late, this.#broken.promise])
    } finally {
      stop()
    }
  }

  async #read(length: number): Promise<Bytes> {
    const pieces: Uint8Array[] = []
    let left = length
    while (left > 0) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#reader.read()
        if (done || !value) break
        this.#rest = value
      }
      const piece = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(piece.length)
      pieces.push(piece)
      left -= piece.length
    }
    return concatBytes(...pieces)
  }
}

function timedOut(time: number): EnclaveError {
  return new EnclaveError('E_SHARED_TIMEOUT', {
    what: 'the exchange of the shared secret was not complete in time',
    expected: `the next message within ${time} ms`,
  })
}
