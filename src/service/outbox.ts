/** Collects frames, so that what is sent within one turn is written at once. */
import { type Bytes, concatBytes } from '../base/bytes.ts'

/** Frames up to this length are joined, so many at most; larger ones are written as they are. */
const SMALL = 16 * 1024
const MOST_JOINED = 1024

/** Where the frames go. */
export interface Sink {
  /** Calls `flush` soon: once for the frames of a turn. */
  schedule(flush: () => void): void
  /** Writes bytes; the next call comes when the promise has resolved. */
  write(bytes: Bytes): Promise<void> | undefined
  /** These bytes were written, and nobody has them any more. */
  written?: ((bytes: Bytes) => void) | undefined
  /** Writing has failed: nothing more is written. */
  fail(error: unknown): void
}

/** The frames that wait to be written. */
export class Outbox {
  readonly #sink: Sink
  #frames: Bytes[] = []
  #isScheduled = false
  #isWriting = false
  #emptied: PromiseWithResolvers<void> | undefined
  /** Bytes that have not been written yet. */
  length = 0

  constructor(sink: Sink) {
    this.#sink = sink
  }

  push(frame: Bytes): void {
    this.#frames.push(frame)
    this.length += frame.length
    if (this.#isScheduled || this.#isWriting) return
    this.#isScheduled = true
    this.#sink.schedule(this.flush)
  }

  /** Writes what there is, if nothing is being written. */
  readonly flush = (): void => {
    this.#isScheduled = false
    if (!this.#isWriting) void this.#drain()
  }

  /** Resolves when all is written, or nothing more will be. */
  async emptied(): Promise<void> {
    if (this.length === 0) return
    this.#emptied ??= Promise.withResolvers()
    return this.#emptied.promise
  }

  async #drain(): Promise<void> {
    this.#isWriting = true
    try {
      while (this.#frames.length > 0) {
        const bytes = this.#take()
        const written = this.#sink.write(bytes)
        if (written) await written
        this.length -= bytes.length
        this.#sink.written?.(bytes)
      }
    } catch (error) {
      this.#frames = []
      this.length = 0
      this.#sink.fail(error)
    }
    this.#isWriting = false
    this.#emptied?.resolve()
    this.#emptied = undefined
  }

  /** The next bytes: many small frames, or one large one. */
  #take(): Bytes {
    const most = Math.min(this.#frames.length, MOST_JOINED)
    let small = 0
    while (small < most && this.#frames[small]!.length <= SMALL) small += 1
    const next = this.#frames.splice(0, Math.max(1, small))
    return next.length === 1 ? next[0]! : concatBytes(...next)
  }
}
