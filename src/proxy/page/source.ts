/**
 * The bytes that a guest has sent and nobody has taken yet. The guest is hostile: however it splits them, what is held is at
 * most what is awaited and one piece, in an array that is at most twice as long.
 */
import type { Bytes } from '../../base/bytes.ts'
import { HttpError } from '../../http1/error.ts'

const CR = 13
const LF = 10
const ROOM_MIN = 1024

export class Source {
  readonly #read: () => Promise<Uint8Array | undefined>
  #buffer: Bytes = new Uint8Array(0)
  /** The start and end of the content in the array. */
  #from = 0
  #to = 0

  /** @param read returns the next piece; undefined at the end. */
  constructor(read: () => Promise<Uint8Array | undefined>) {
    this.#read = read
  }

  /**
   * The text of the next line without its CRLF, at most `most` bytes; undefined if the guest closed before its first byte.
   * @throws {HttpError} `head` for a longer one, `malformed` for a line feed alone, `ended`
   */
  async line(most: number): Promise<string | undefined> {
    for (let searched = 0; ; ) {
      const held = this.#buffer.subarray(this.#from, this.#to)
      const end = held.indexOf(LF, searched)
      if (end > most + 1 || (end < 0 && held.byteLength > most + 1))
        throw new HttpError('head', 'a line is too long')
      if (end >= 0) {
        if (held[end - 1] !== CR) throw new HttpError('malformed', 'a line ends without CR')
        this.#from += end + 1
        // What is not ASCII is refused in any encoding.
        return new TextDecoder('latin1').decode(held.subarray(0, end - 1))
      }
      searched = held.byteLength
      if (await this.#more()) continue
      if (searched === 0) return undefined
      throw new HttpError('ended', 'the connection was closed inside a line')
    }
  }

  /** The next bytes, at least one and at most `most`, until the next call. @throws {HttpError} `ended` */
  async some(most: number): Promise<Bytes> {
    while (this.#from === this.#to)
      if (!(await this.#more())) throw new HttpError('ended', 'the connection was closed inside the body')
    const from = this.#from
    this.#from = Math.min(this.#to, from + most)
    return this.#buffer.subarray(from, this.#from)
  }

  async #more(): Promise<boolean> {
    const piece = await this.#read()
    if (piece === undefined) return false
    const held = this.#buffer.subarray(this.#from, this.#to)
    const needed = held.byteLength + piece.byteLength
    if (this.#to + piece.byteLength > this.#buffer.byteLength) {
      // Twice as long, so that bytes which come one by one are rarely copied.
      this.#buffer = new Uint8Array(Math.max(ROOM_MIN, 2 * held.byteLength, needed))
      this.#buffer.set(held)
      this.#from = 0
      this.#to = held.byteLength
    }
    this.#buffer.set(piece, this.#to)
    this.#to += piece.byteLength
    return true
  }
}
