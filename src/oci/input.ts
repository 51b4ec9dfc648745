/** Bytes that are read once, from the front: a layer as it is decompressed, or an archive on the disk. */
import type { Bytes } from '../base/bytes.ts'
import type { ImageSource } from '../image/eif/source.ts'

/** How much of a file is read at once. */
const PIECE = 256 * 1024

/** Where a tar archive comes from. */
export interface Input {
  /** How many bytes were read or skipped. */
  readonly position: number
  /** The next bytes, at most `most`; none only at the end. */
  some(most: number): Promise<Uint8Array>
  /** Skips `count` bytes. Returns how many were there. */
  skip(count: number): Promise<number>
}

/** The whole of `source`, piece by piece. */
export async function* piecesOf(source: ImageSource): AsyncGenerator<Uint8Array> {
  const { size } = source
  for (let at = 0; at < size; at += PIECE) yield source.read(at, Math.min(PIECE, size - at))
}

/** A stream of pieces. */
export class StreamInput implements Input {
  position = 0
  readonly #pieces: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array()

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  async some(most: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#pieces.next()
      if (done) return new Uint8Array()
      this.#rest = value
    }
    const bytes = this.#rest.subarray(0, most)
    this.#rest = this.#rest.subarray(bytes.length)
    this.position += bytes.length
    return bytes
  }

  async skip(count: number): Promise<number> {
    let skipped = 0
    while (skipped < count) {
      const { length } = await this.some(count - skipped)
      if (length === 0) break
      skipped += length
    }
    return skipped
  }

  /** Ends the stream before its end, and releases what it has opened. */
  async close(): Promise<void> {
    await this.#pieces.return?.()
  }
}

/** A file, in which skipping costs nothing. */
export class SourceInput implements Input {
  position = 0
  readonly #source: ImageSource

  constructor(source: ImageSource) {
    this.#source = source
  }

  async some(most: number): Promise<Uint8Array> {
    const length = Math.min(most, PIECE, this.#source.size - this.position)
    const bytes = await this.#source.read(this.position, length)
    this.position += length
    return bytes
  }

  async skip(count: number): Promise<number> {
    const skipped = Math.min(count, this.#source.size - this.position)
    this.position += skipped
    return skipped
  }
}

/** How much memory a first piece gets. */
const FIRST = 64 * 1024

/**
 * The next `length` bytes, in memory that grows as they arrive, never for a length that somebody only claims. Fewer at the
 * end. Pieces are copied at once: there may be millions of a few bytes.
 */
export async function collect(input: Input, length: number): Promise<Bytes> {
  let bytes = new Uint8Array(Math.min(length, FIRST))
  let have = 0
  while (have < length) {
    const part = await input.some(length - have)
    if (part.length === 0) break
    const needed = have + part.length
    if (needed > bytes.length) {
      const larger = new Uint8Array(Math.min(length, Math.max(2 * bytes.length, needed)))
      larger.set(bytes.subarray(0, have))
      bytes = larger
    }
    bytes.set(part, have)
    have = needed
  }
  return have === bytes.length ? bytes : bytes.slice(0, have)
}
