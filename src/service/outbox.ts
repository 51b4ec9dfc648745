/** Collects frames, so that what is sent within one turn is written at once. */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { COUNT_LENGTH } from './protocol.ts'

/** Frames up to this length are joined, so many at most; larger ones are written as they are. */
const SMALL = 16 * 1024
const MOST_JOINED = 1024
/** From so many frames on they are written before the turn ends: meanwhile the other end can already read. */
const EARLY = 16
/** Bytes of the memory into which small messages are written behind each other. */
const PLACE = 4096

/** Where the frames go. */
export interface Sink {
  /** Calls `flush` soon: once for the frames of a turn. */
  schedule(flush: () => void): void
  /** Writes bytes; the next call comes when the promise has resolved. */
  write(bytes: Bytes): Promise<void> | undefined
  /** These bytes were written, and nobody has them any more. */
  written?: ((bytes: Bytes) => void) | undefined
  /**
   * Writes a small message behind those in `place`, whose first four bytes count what follows. Returns the length of its
   * frame; or the frame itself if it has no room there; 0 if it must be written in another way.
   */
  append?: ((message: readonly unknown[], limit: number, place: Bytes) => number | Bytes) | undefined
  /** Writing has failed: nothing more is written. */
  fail(error: unknown): void
}

/** The frames that wait to be written. */
export class Outbox {
  readonly #sink: Sink
  readonly #append: Sink['append']
  #frames: Bytes[] = []
  /** Small messages that were appended, behind `#frames`, and the bytes that they take. */
  #place: Bytes | undefined
  #placed = 0
  /** Messages that wait. */
  #count = 0
  #isScheduled = false
  #isWriting = false
  #emptied: PromiseWithResolvers<void> | undefined
  /** Bytes that have not been written yet. */
  length = 0

  constructor(sink: Sink) {
    this.#sink = sink
    this.#append = sink.append
  }

  /** Appends a small message of at most `limit` bytes, if the sink can; the length of its frame, and otherwise 0. */
  append(message: readonly unknown[], limit: number): number {
    const append = this.#append
    if (!append) return 0
    this.#place ??= new Uint8Array(PLACE)
    const place = this.#place
    const written = append(message, limit, place)
    if (written === 0) return 0
    if (typeof written === 'number' && place === this.#place) {
      this.#placed += written
      this.#added(written)
      return written
    }
    // A getter in the message may have sent another: what was in that place is on its way.
    const frame = typeof written === 'number' ? lastOf(place, written) : written
    this.push(frame)
    return frame.length
  }

  push(frame: Bytes): void {
    this.#seal()
    this.#frames.push(frame)
    this.#added(frame.length)
  }

  #added(length: number): void {
    this.length += length
    this.#count += 1
    if (this.#isWriting) return
    if (this.#count >= EARLY) this.flush()
    else if (!this.#isScheduled) {
      this.#isScheduled = true
      this.#sink.schedule(this.flush)
    }
  }

  /** What was appended becomes a frame like others. */
  #seal(): void {
    if (this.#placed === 0) return
    this.#frames.push(this.#place!.subarray(COUNT_LENGTH, COUNT_LENGTH + this.#placed))
    this.#place = undefined
    this.#placed = 0
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
      for (let bytes = this.#take(); bytes; bytes = this.#take()) {
        const written = this.#sink.write(bytes)
        if (written) await written
        this.length -= bytes.length
        this.#sink.written?.(bytes)
      }
    } catch (error) {
      this.#frames = []
      this.#place = undefined
      this.#placed = 0
      this.#count = 0
      this.length = 0
      this.#sink.fail(error)
    }
    this.#isWriting = false
    this.#emptied?.resolve()
    this.#emptied = undefined
  }

  /** The next bytes: many small frames, or one large one. */
  #take(): Bytes | undefined {
    this.#seal()
    if (this.#frames.length === 0) return undefined
    const most = Math.min(this.#frames.length, MOST_JOINED)
    let small = 0
    while (small < most && this.#frames[small]!.length <= SMALL) small += 1
    const next = this.#frames.splice(0, Math.max(1, small))
    this.#count = this.#frames.length
    return next.length === 1 ? next[0]! : concatBytes(...next)
  }
}

/** A copy of the last `length` bytes in a place. */
function lastOf(place: Bytes, length: number): Bytes {
  const end = COUNT_LENGTH + new DataView(place.buffer).getUint32(0, true)
  return place.slice(end - length, end)
}
