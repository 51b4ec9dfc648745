/**
 * Splits a stream of bytes into frames. The bytes are read into one buffer, and the frames are views of it: nothing is
 * copied or allocated per frame.
 */
import type { Bytes } from '../base/bytes.ts'
import { frameAt, type HeldFrame } from '../boundary/frames.ts'

/** Maximum number of unprocessed bytes; beyond that the stream is paused. */
const MAX_HELD = 524288
/** Maximum number of bytes per read: about what a Unix socket holds. */
const MAX_READ = 262144

/** A reader of frames. */
export class FrameReader {
  readonly #bytes = new Uint8Array(MAX_HELD + 2 * MAX_READ)
  readonly #view = new DataView(this.#bytes.buffer)
  /** Called when bytes have been read. */
  onBytes: () => void = () => {}
  #begin = 0
  #end = 0

  /** Whether there are too many unprocessed bytes. */
  get isFull(): boolean {
    return this.#end - this.#begin >= MAX_HELD
  }

  /** The buffer for the next read. Invalidates the last frame. */
  space(): Bytes {
    if (this.#end + MAX_READ > this.#bytes.byteLength) {
      this.#bytes.copyWithin(0, this.#begin, this.#end)
      this.#end -= this.#begin
      this.#begin = 0
    }
    return this.#bytes.subarray(this.#end, this.#end + MAX_READ)
  }

  /** Reports that `length` bytes have been read into the buffer. */
  advance(length: number): void {
    this.#end += length
    this.onBytes()
  }

  /** Whether there is a complete frame. @throws {EnclaveError} E_CHANNEL_FRAME for one that is too long. */
  get hasNext(): boolean {
    return frameAt(this.#view, this.#begin, this.#end) !== undefined
  }

  /**
   * The next frame, if it is complete. Its body is valid until the next read.
   * @throws {EnclaveError} E_CHANNEL_FRAME for a frame that is too long.
   */
  next(): HeldFrame | undefined {
    const frame = frameAt(this.#view, this.#begin, this.#end)
    if (frame) this.#begin = frame.end
    return frame
  }
}
