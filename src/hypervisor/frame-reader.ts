/**
 * Cuts a stream of bytes into frames. The bytes are read into its one array, and the frames are taken out of it where
 * they stand: nothing is copied or made for any of them.
 */
import type { Bytes } from '../base/bytes.ts'
import { badFrame, MAX_FRAME_LENGTH, PREFIX_LENGTH } from '../kernel/frames.ts'

/** Bytes that may wait to be taken before the stream is no longer read. */
const MAX_HELD = 524288
/** Bytes that one read takes at most: about what a Unix socket holds. */
const MAX_READ = 262144

/** A frame that has come whole. Its body lasts until the next bytes are read. */
export interface IncomingFrame {
  /** `Frame`, or a number that is none. */
  kind: number
  body: Bytes
}

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

  /** The next frame, where it is whole. @throws {EnclaveError} E_CHANNEL_FRAME for a frame that is too long. */
  next(): IncomingFrame | undefined {
    const held = this.#end - this.#begin
    if (held < PREFIX_LENGTH) return undefined
    const length = this.#view.getUint32(this.#begin, true)
    if (length > MAX_FRAME_LENGTH) throw badFrame(`a frame of more than ${MAX_FRAME_LENGTH} bytes`, length)
    if (held < PREFIX_LENGTH + length) return undefined
    const kind = this.#view.getUint8(this.#begin + 4)
    const at = this.#begin + PREFIX_LENGTH
    this.#begin = at + length
    return { kind, body: this.#bytes.subarray(at, at + length) }
  }
}
