/**
 * Cuts a stream of bytes into frames. The bytes are read into its one array, and the frames are taken out of it where
 * they stand: nothing is copied or made for any of them.
 */
import type { Bytes } from '../base/bytes.ts'
import { frameAt, type HeldFrame } from '../boundary/frames.ts'

/** Bytes that may wait to be taken before the stream is no longer read. */
const MAX_HELD = 524288
/** Bytes that one read takes at most: about what a Unix socket holds. */
const MAX_READ = 262144

/** See above. */
export class FrameReader {
  readonly #bytes = new Uint8Array(MAX_HELD + 2 * MAX_READ)
  readonly #view = new DataView(this.#bytes.buffer)
  /** Called when bytes have been read. */
  onBytes: () => void = () => {}
  #begin = 0
  #end = 0

  /** Whether more waits to be taken than may. */
  get isFull(): boolean {
    return this.#end - this.#begin >= MAX_HELD
  }

  /** Where the next bytes are to be read to. What was taken last is gone then. */
  space(): Bytes {
    if (this.#end + MAX_READ > this.#bytes.byteLength) {
      this.#bytes.copyWithin(0, this.#begin, this.#end)
      this.#end -= this.#begin
      this.#begin = 0
    }
    return this.#bytes.subarray(this.#end, this.#end + MAX_READ)
  }

  /** Tells that `length` bytes have been read to there. */
  advance(length: number): void {
    this.#end += length
    this.onBytes()
  }

  /** Whether a whole frame waits. @throws {EnclaveError} E_CHANNEL_FRAME for one that is too long. */
  get hasNext(): boolean {
    return frameAt(this.#view, this.#begin, this.#end) !== undefined
  }

  /**
   * The next frame, where it is whole. Its body lasts until the next bytes are read.
   * @throws {EnclaveError} E_CHANNEL_FRAME for a frame that is too long.
   */
  next(): HeldFrame | undefined {
    const frame = frameAt(this.#view, this.#begin, this.#end)
    if (frame) this.#begin = frame.end
    return frame
  }
}
