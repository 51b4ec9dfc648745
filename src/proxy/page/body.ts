/** The body of a guest's request, whole: a page cannot send one piece by piece everywhere. What it takes is accounted. */
import type { Bytes } from '../../base/bytes.ts'
import { HttpError } from '../../http1/error.ts'
import type { Memory } from '../../http1/input.ts'
import { type Framing, MAX_BODY } from './request.ts'
import type { Source } from './source.ts'

const PIECE = 65_536
const MAX_LINE = 1024
const MAX_TRAILERS = 64
const CHUNK = /^([\da-f]{1,8})(?:[ \t]*;[\t\x20-\x7e]*)?$/i

/** Bytes that grow, within a memory. */
export class Body {
  readonly #memory: Memory
  #buffer: Bytes = new Uint8Array(0)
  #length = 0

  constructor(memory: Memory) {
    this.#memory = memory
  }

  get bytes(): Bytes {
    return this.#buffer.subarray(0, this.#length)
  }

  /** @throws {HttpError} any of `malformed`, `head`, `body`, `memory` and `ended` */
  async read(source: Source, framing: Framing): Promise<void> {
    if (framing !== 'chunked') return this.#take(source, framing.length, framing.length)
    for (;;) {
      const length = await readLength(source)
      if (length === 0) break
      if (this.#length + length > MAX_BODY) throw new HttpError('body', 'the body is too long')
      await this.#take(source, length, MAX_BODY)
      if ((await source.line(MAX_LINE)) !== '') throw new HttpError('malformed', 'no CRLF after a chunk')
    }
    // Trailers say nothing that a page could pass on.
    for (let count = 0; ; count++) {
      const line = await source.line(MAX_LINE)
      if (line === undefined) throw new HttpError('ended', 'the connection was closed inside the body')
      if (line === '') return
      if (count === MAX_TRAILERS) throw new HttpError('head', 'too many trailers')
    }
  }

  /** Gives the bytes up. */
  release(): void {
    this.#memory.give(this.#buffer.byteLength)
    this.#buffer = new Uint8Array(0)
    this.#length = 0
  }

  /** Takes `length` more bytes, which have been bounded, of `most` in all. */
  async #take(source: Source, length: number, most: number): Promise<void> {
    const end = this.#length + length
    while (this.#length < end) {
      const piece = await source.some(Math.min(PIECE, end - this.#length))
      const needed = this.#length + piece.byteLength
      if (needed > this.#buffer.byteLength) this.#grow(needed, most)
      this.#buffer.set(piece, this.#length)
      this.#length = needed
    }
  }

  /** Grows to `needed` bytes, or to twice the length, so that bytes are rarely copied. */
  #grow(needed: number, most: number): void {
    const before = this.#buffer.byteLength
    const length = Math.max(needed, Math.min(most, Math.max(PIECE, 2 * before)))
    if (!this.#memory.take(length - before)) throw new HttpError('memory', 'no buffer space is left')
    const grown = new Uint8Array(length)
    grown.set(this.bytes)
    this.#buffer = grown
  }
}

async function readLength(source: Source): Promise<number> {
  const [, digits] = CHUNK.exec((await source.line(MAX_LINE)) ?? '') ?? []
  if (digits === undefined) throw new HttpError('malformed', 'malformed length of a chunk')
  return Number.parseInt(digits, 16)
}
