/**
 * What comes on a connection, until it is read. It is the peer's, hostile: however it is cut, what has come is in one
 * array, which is at most as long as what was promised, and one piece more, and at most twice as long as what is in it
 * once there is much. All of it is taken from a `Memory` before there is an array for it.
 */
import type { Bytes } from '../base/bytes.ts'
import { HttpError } from './error.ts'

/** Bytes that may be held, shared by whoever takes of them. */
export interface Memory {
  /** Takes `amount` bytes, or nothing and gives false. */
  take(amount: number): boolean
  give(amount: number): void
}

/** Bytes of what ends a head. */
const END_LENGTH = 4
/** Bytes for which room is made at once. */
const ROOM_MIN = 1024

/** See above. */
export class Input {
  readonly #read: () => Promise<Uint8Array | undefined>
  readonly #memory: Memory | undefined
  #buffer: Bytes = new Uint8Array(0)
  /** Where in it what has come begins and ends. */
  #from = 0
  #to = 0
  /** Bytes that are taken from the memory. */
  #reserved = 0

  /** @param read gives the next piece; undefined where nothing comes any more. */
  constructor(read: () => Promise<Uint8Array | undefined>, memory?: Memory) {
    this.#read = read
    this.#memory = memory
  }

  /**
   * The text up to an empty line, at most `most` bytes; undefined where the peer has ended before it. The body before it
   * counts no more as held.
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
        // A byte order mark stays, and is refused like whatever else is not ASCII.
        const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(held.subarray(0, end))
        this.#drop(end + END_LENGTH)
        return text
      }
      searched = Math.max(0, held.byteLength - END_LENGTH + 1)
      if (await this.#more(most + END_LENGTH)) continue
      if (this.#from === this.#to) return undefined
      throw new HttpError('ended', 'an end inside the headers')
    }
  }

  /**
   * The next `length` bytes, which whoever calls has bounded; they count as held until the next head.
   * @throws {HttpError} `memory`, `ended`
   */
  async body(length: number): Promise<Bytes> {
    while (this.#to - this.#from < length) {
      if (!(await this.#more(length))) throw new HttpError('ended', 'an end inside the body')
    }
    const isAll = this.#from === 0 && this.#buffer.byteLength === length
    const body = isAll ? this.#buffer : this.#buffer.slice(this.#from, this.#from + length)
    this.#drop(length)
    this.#reserve(this.#buffer.byteLength + body.byteLength)
    return body
  }

  /** Gives up what is held. */
  close(): void {
    this.#buffer = new Uint8Array(0)
    this.#from = this.#to = 0
    this.#reserve(0)
  }

  /** Leaves out the first `length` bytes; an array of which no more than half is still to be read is not kept for that. */
  #drop(length: number): void {
    this.#from += length
    if (2 * (this.#to - this.#from) > this.#buffer.byteLength) return
    this.#buffer = this.#buffer.slice(this.#from, this.#to)
    this.#from = 0
    this.#to = this.#buffer.byteLength
  }

  /** Waits for more, of `wanted` bytes that are to come together; false where nothing comes any more. */
  async #more(wanted: number): Promise<boolean> {
    const piece = await this.#read()
    if (piece === undefined) return false
    if (this.#to + piece.byteLength > this.#buffer.byteLength) this.#grow(piece.byteLength, wanted)
    this.#buffer.set(piece, this.#to)
    this.#to += piece.byteLength
    return true
  }

  /** Makes room for `more` bytes, and for twice as much as has come, so that no byte is copied often; for `wanted` at most. */
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

  /** Takes from the memory, or gives back to it, until `amount` is taken. @throws {HttpError} `memory` */
  #reserve(amount: number): void {
    const more = amount - this.#reserved
    if (more <= 0) this.#memory?.give(-more)
    else if (this.#memory?.take(more) === false) throw new HttpError('memory', 'too much at once')
    this.#reserved = amount
  }
}

/** Where CR LF CR LF begins, or -1. */
function findEnd(bytes: Bytes, from: number): number {
  for (let at = bytes.indexOf(13, from); at >= 0; at = bytes.indexOf(13, at + 1)) {
    if (bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at
  }
  return -1
}
