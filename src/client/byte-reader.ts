/** Reads a connection's bytes into one buffer that is used again and again, where the connection allows it. */
import type { DirectBytes } from '../base/direct-bytes.ts'

const READ_LENGTH = 64 * 1024

/** The reader of a stream. What `read` gives is valid until the next call of `read`. */
export class ByteReader {
  readonly #byob: ReadableStreamBYOBReader | undefined
  readonly #plain: ReadableStreamDefaultReader<Uint8Array> | undefined
  readonly #direct: DirectBytes | undefined
  #buffer = new ArrayBuffer(READ_LENGTH)

  /** Locks `stream`, and reads from `direct` if there is one. @throws {TypeError} if the stream is already locked. */
  constructor(stream: ReadableStream<Uint8Array>, direct?: DirectBytes) {
    this.#direct = direct
    try {
      this.#byob = stream.getReader({ mode: 'byob' })
    } catch {
      // Not a byte stream.
      this.#plain = stream.getReader()
    }
  }

  /** The next bytes; undefined at the end. They are put in `place`, if there is one and the connection allows it. */
  async read(place?: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#direct) {
      const target = place ?? new Uint8Array(this.#buffer)
      const length = await this.#direct.read(target)
      return length === 0 ? undefined : target.subarray(0, length)
    }
    if (!this.#byob) return (await this.#plain!.read()).value
    const { done, value } = await this.#byob.read(new Uint8Array(this.#buffer))
    if (done || !value) return undefined
    this.#buffer = value.buffer
    return value
  }

  async cancel(): Promise<void> {
    await (this.#byob ?? this.#plain)!.cancel()
  }
}
