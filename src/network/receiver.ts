/**
 * The bytes that a connection has received and nobody has taken yet. The peer is hostile: what is held is at most what was
 * awaited plus one piece.
 */
import { type Bytes, concatBytes } from '../base/bytes.ts'

const LF = 10
const CR = 13
const MICROTASKS = 50

export class Receiver {
  readonly #read: () => Promise<Uint8Array<ArrayBuffer> | undefined>
  #held: Bytes = new Uint8Array(0)
  #reading: Promise<boolean> | undefined

  /** @param read returns the next piece; undefined at the end. */
  constructor(read: () => Promise<Uint8Array<ArrayBuffer> | undefined>) {
    this.#read = read
  }

  /** Bytes that can be taken without waiting. */
  get held(): number {
    return this.#held.byteLength
  }

  /** The next bytes, at least one and at most `most`; undefined at the end. */
  async some(most: number): Promise<Bytes | undefined> {
    while (this.#held.byteLength === 0) if (!(await this.#more())) return undefined
    return this.#take(Math.min(most, this.#held.byteLength))
  }

  /** Bytes that are held, of which there must be `length`. */
  now(length: number): Bytes {
    return this.#take(length)
  }

  /**
   * A line without its CRLF, of at most `most` bytes; undefined if the end comes first.
   * @throws {RangeError} if it is longer, or contains a line feed alone
   */
  async line(most: number): Promise<Bytes | undefined> {
    for (let searched = 0; ; ) {
      const end = this.#held.indexOf(LF, searched)
      if (end > most + 1 || (end < 0 && this.#held.byteLength > most + 1))
        throw new RangeError(`a line is longer than ${most} bytes`)
      if (end >= 0) {
        if (this.#held[end - 1] !== CR) throw new RangeError('a line ends without CR')
        return this.#take(end + 1).subarray(0, -2) as Bytes
      }
      searched = this.#held.byteLength
      if (!(await this.#more())) return undefined
    }
  }

  /** Whether nothing has arrived that nobody has taken, also not the end. What arrives later is held. */
  async isQuiet(): Promise<boolean> {
    let isQuiet = this.#held.byteLength === 0
    const speak = () => {
      isQuiet = false
    }
    this.#reading ??= this.#fetch()
    this.#reading.then(speak, speak)
    // What has arrived at a connection is read without a turn of the event loop.
    for (let count = 0; count < MICROTASKS && isQuiet; count++) await undefined
    return isQuiet
  }

  async #more(): Promise<boolean> {
    this.#reading ??= this.#fetch()
    try {
      return await this.#reading
    } finally {
      this.#reading = undefined
    }
  }

  async #fetch(): Promise<boolean> {
    const piece = await this.#read()
    if (piece === undefined) return false
    this.#held = this.#held.byteLength === 0 ? piece : concatBytes(this.#held, piece)
    return true
  }

  #take(length: number): Bytes {
    const taken = this.#held.subarray(0, length)
    this.#held = this.#held.subarray(length)
    return taken
  }
}
