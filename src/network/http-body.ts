/** The body of a response (RFC 9112, sections 6 and 7), piece by piece: as much is read as somebody takes. */
import type { Bytes } from '../base/bytes.ts'
import type { Receiver } from '../http1/receiver.ts'
import { type Framing, malformed } from './http-head.ts'
import { fromLatin1 } from './latin1.ts'

const PIECE = 65_536
const MAX_LINE = 1024
const MAX_TRAILERS = 64
const CHUNK = /^([0-9a-f]{1,12})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?$/i

/** Reads a body; `next` gives undefined at its end. */
export interface BodyReader {
  next(): Promise<Bytes | undefined>
  /** The whole body, if nothing has to be awaited for it. */
  now(): Bytes | undefined
}

export function createBodyReader(receiver: Receiver, framing: Framing): BodyReader {
  if (framing.kind === 'length') return new LengthReader(receiver, framing.length)
  if (framing.kind === 'close') return { next: () => receiver.some(PIECE), now: () => undefined }
  return new ChunkReader(receiver)
}

class LengthReader implements BodyReader {
  readonly #receiver: Receiver
  #left: number

  constructor(receiver: Receiver, length: number) {
    this.#receiver = receiver
    this.#left = length
  }

  async next(): Promise<Bytes | undefined> {
    if (this.#left === 0) return undefined
    const piece = await this.#receiver.some(Math.min(PIECE, this.#left))
    if (piece === undefined) throw malformed(`${this.#left} more bytes`, 'the end of the connection')
    this.#left -= piece.byteLength
    return piece
  }

  now(): Bytes | undefined {
    if (this.#receiver.held < this.#left) return undefined
    const body = this.#receiver.now(this.#left)
    this.#left = 0
    return body
  }
}

class ChunkReader implements BodyReader {
  readonly #receiver: Receiver
  /** Bytes of the current chunk that are left; undefined after the last one. */
  #left: number | undefined = 0
  #isFirst = true

  constructor(receiver: Receiver) {
    this.#receiver = receiver
  }

  async next(): Promise<Bytes | undefined> {
    if (this.#left === 0) await this.#begin()
    if (this.#left === undefined) return undefined
    const piece = await this.#receiver.some(Math.min(PIECE, this.#left))
    if (piece === undefined) throw malformed('the rest of a chunk', 'the end of the connection')
    this.#left -= piece.byteLength
    return piece
  }

  now(): undefined {
    return undefined
  }

  async #begin(): Promise<void> {
    // The CRLF after the data of the chunk before.
    if (!this.#isFirst && (await this.#line()) !== '') throw malformed('CRLF after a chunk', 'something else')
    this.#isFirst = false
    const line = await this.#line()
    const [, digits] = CHUNK.exec(line) ?? []
    if (digits === undefined) throw malformed('the length of a chunk', JSON.stringify(line.slice(0, 60)))
    this.#left = Number.parseInt(digits, 16)
    if (this.#left > 0) return
    this.#left = undefined
    for (let count = 0; (await this.#line()) !== ''; count++)
      if (count === MAX_TRAILERS) throw malformed(`at most ${MAX_TRAILERS} trailers`, 'more')
  }

  async #line(): Promise<string> {
    const line = await this.#receiver.line(MAX_LINE).catch((error: unknown) => {
      throw error instanceof RangeError ? malformed('a short line with CRLF', error.message) : error
    })
    if (line === undefined) throw malformed('another chunk', 'the end of the connection')
    return fromLatin1(line)
  }
}
