/**
 * The receive buffer of a connection. Its content is hostile: however the peer splits it, it is held in one
 * array, which is at most as long as the announced length plus one piece, and at most twice as long as its content
 * once that is large. Every array is accounted in a `Memory` before it is allocated.
 */
import type { Bytes } from '../base/bytes.ts'
import { HttpError } from './error.ts'

/** A budget of buffered bytes, shared by several connections. */
export interface Memory {
  /** Takes `amount` bytes, or takes nothing and returns false. */
  take(amount: number): boolean
  give(amount: number): void
}

/** The length of CR LF CR LF, which ends the headers. */
const END_LENGTH = 4
/** The minimum size of the array. */
const ROOM_MIN = 1024

/** A receive buffer; see the file comment. */
export class Input {
  readonly #read: () => Promise<Uint8Array | undefined>
  readonly #memory: Memory | undefined
  #buffer: Bytes = new Uint8Array(0)
  /** The start and end of the content in the array. */
  #from = 0
  #to = 0
  /** Bytes that are accounted in the memory. */
  #reserved = 0

  /** @param read returns the next piece; undefined at the end. */
  constructor(read: () => Promise<Uint8Array | undefined>, memory?: Memory) {
    this.#read = read
    this.#memory = memory
  }

  /**
   * The text up to an empty line, at most `most` bytes; undefined if the peer closed the connection before it. The
   * previous body is no longer accounted.
   * @throws {HttpError} `head`, `memory`, `ended`
   */
  async head(most: number): Promise<string | undefined> {
    this.#reserve(this.#buffer.byteLength)
    let searched = 0
    for (;;) {
      const held = this.#buffer.subarray(this.#from, this.#to)
      const end = findEnd(held, searched)
      if (end > most || (end < 0 && held.byteLength >= most + END_LENGTH)) {
        throw new HttpError('head', 'the headers are too long')
      }
      if (end >= 0) {
        // A byte order mark is kept, so that it is rejected like all that is not ASCII.
        const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(held.subarray(0, end))
        this.#drop(end + END_LENGTH)
        return text
      }
      searched = Math.max(0, held.byteLength - END_LENGTH + 1)
      if (await this.#more(most + END_LENGTH)) continue
      if (this.#from === this.#to) return undefined
      throw new HttpError('ended', 'the connection was closed inside the headers')
    }
  }

  /**
   * The next `length` bytes, a number that the caller has bounded; they are accounted until the next head.
   * @throws {HttpError} `memory`, `ended`
   */
  async body(length: number): Promise<Bytes> {
    while (this.#to - this.#from < length) {
      if (!(await this.#more(length)))
        throw new HttpError('ended', 'the connection was closed inside the body')
    }
    const isAll = this.#from === 0 && this.#buffer.byteLength === length
    const body = isAll ? this.#buffer : this.#buffer.slice(this.#from, this.#from + length)
    this.#drop(length)
    this.#reserve(this.#buffer.byteLength + body.byteLength)
    return body
  }

  /** Releases the buffer. */
  close(): void {
    this.#buffer = new Uint8Array(0)
    this.#from = this.#to = 0
    this.#reserve(0)
  }

  /** Drops the first `length` bytes, and reallocates the array if at most half of it is still in use. */
  #drop(length: number): void {
    this.#from += length
    if (2 * (this.#to - this.#from) > this.#buffer.byteLength) return
    this.#buffer = this.#buffer.slice(this.#from, this.#to)
    this.#from = 0
    this.#to = this.#buffer.byteLength
  }

  /** Waits for more bytes, up to `wanted` in total; false at the end. */
  async #more(wanted: number): Promise<boolean> {
    const piece = await this.#read()
    if (piece === undefined) return false
    if (this.#to + piece.byteLength > this.#buffer.byteLength) this.#grow(piece.byteLength, wanted)
    this.#buffer.set(piece, this.#to)
    this.#to += piece.byteLength
    return true
  }

  /** Grows the array for `more` bytes, doubling it so that bytes are rarely copied, up to `wanted`. */
  #grow(more: number, wanted: number): void {
    const held = this.#buffer.subarray(this.#from, this.#to)
    const roomy = Math.min(wanted, Math.max(ROOM_MIN, 2 * held.byteLength))
    const length = Math.max(held.byteLength + more, roomy)
    this.#reserve(length)
    this.#buffer = new Uint8Array(length)
    this.#buffer.set(held)
    this.#from = 0
    this.#to = held.byteLength
  }

  /** Adjusts the accounted bytes to `amount`. @throws {HttpError} `memory` */
  #reserve(amount: number): void {
    const more = amount - this.#reserved
    if (more <= 0) this.#memory?.give(-more)
    else if (this.#memory?.take(more) === false) throw new HttpError('memory', 'no buffer space is left')
    this.#reserved = amount
  }
}

/** The index of CR LF CR LF, or -1. */
function findEnd(bytes: Bytes, from: number): number {
  for (let at = bytes.indexOf(13, from); at >= 0; at = bytes.indexOf(13, at + 1)) {
    if (bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at
  }
  return -1
}
