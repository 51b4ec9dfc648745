/** Cuts a stream of bytes into frames, in one place for all of them: nothing is made for each. */
import type { Bytes } from '../base/bytes.ts'
import { badFrame, type IncomingFrame, MAX_FRAME_LENGTH, PREFIX_LENGTH } from '../kernel/frames.ts'

/** See above. */
export class FrameReader {
  #bytes = new Uint8Array(4 * MAX_FRAME_LENGTH)
  #view = new DataView(this.#bytes.buffer)
  #begin = 0
  #end = 0

  /** Bytes that wait to be taken. */
  get held(): number {
    return this.#end - this.#begin
  }

  /** Copies the next bytes of the stream. What was taken last is gone then. */
  push(chunk: Bytes): void {
    if (this.#end + chunk.byteLength > this.#bytes.byteLength) this.#makeRoom(chunk.byteLength)
    this.#bytes.set(chunk, this.#end)
    this.#end += chunk.byteLength
  }

  /**
   * The next frame, where it is whole. Its body lasts until the next `push`.
   * @throws {EnclaveError} E_CHANNEL_FRAME for a frame that is too long.
   */
  next(): IncomingFrame | undefined {
    if (this.held < PREFIX_LENGTH) return undefined
    const length = this.#view.getUint32(this.#begin, true)
    if (length > MAX_FRAME_LENGTH) throw badFrame(`a frame of more than ${MAX_FRAME_LENGTH} bytes`, length)
    if (this.held < PREFIX_LENGTH + length) return undefined
    const kind = this.#view.getUint8(this.#begin + 4)
    const at = this.#begin + PREFIX_LENGTH
    this.#begin = at + length
    return { kind, body: this.#bytes.subarray(at, this.#begin) }
  }

  #makeRoom(length: number): void {
    const { held } = this
    const rest = this.#bytes.subarray(this.#begin, this.#end)
    if (held + length > this.#bytes.byteLength) {
      this.#bytes = new Uint8Array(2 * (held + length))
      this.#view = new DataView(this.#bytes.buffer)
    }
    this.#bytes.set(rest)
    this.#begin = 0
    this.#end = held
  }
}
