/**
 * The bytes that a connection has received and nobody has taken yet. The peer is hostile: however it splits them, what is held is
 * at most what is awaited and one piece, in an array that is at most twice as long. What was taken stays as it is.
 */
import type { Bytes } from '../base/bytes.ts'

const LF = 10
const CR = 13
const ROOM_MIN = 1024
const MICROTASKS = 50

export class Receiver {
  readonly #read: () => Promise<Uint8Array | undefined>
  #buffer: Bytes = new Uint8Array(0)
  /** The start and end of what is held in the array. */
  #from = 0
  #to = 0
  #reading: Promise<boolean> | undefined

  /** @param read returns the next piece, an array that nobody else writes into; undefined at the end. */
  constructor(read: () => Promise<Uint8Array | undefined>) {
    this.#read = read
  }

  /** Bytes that can be taken without waiting. */
  get held(): number {
    return this.#to - this.#from
  }

  /** The next bytes, at least one and at most `most`; undefined at the end. */
  async some(most: number): Promise<Bytes | undefined> {
    while (this.held === 0) if (!(await this.#more())) return undefined
    return this.now(Math.min(most, this.held))
  }

  /** Bytes that are held, of which there must be `length`. */
  now(length: number): Bytes {
    this.#from += length
    return this.#buffer.subarray(this.#from - length, this.#from)
  }

  /**
   * A line without its CRLF, of at most `most` bytes; undefined if the end comes first.
   * @throws {RangeError} if it is longer, or contains a line feed alone
   */
  async line(most: number): Promise<Bytes | undefined> {
    for (let searched = 0; ; ) {
      const held = this.#buffer.subarray(this.#from, this.#to)
      const end = held.indexOf(LF, searched)
      if (end > most + 1 || (end < 0 && held.byteLength > most + 1))
        throw new RangeError(`a line is longer than ${most} bytes`)
      if (end >= 0) {
        if (held[end - 1] !== CR) throw new RangeError('a line ends without CR')
        return this.now(end + 1).subarray(0, -2) as Bytes
      }
      searched = held.byteLength
      if (!(await this.#more())) return undefined
    }
  }

  /** Whether nothing has arrived that nobody has taken, also not the end. What arrives later is held. */
  async isQuiet(): Promise<boolean> {
    let isQuiet = this.held === 0
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
    if (this.held === 0) {
      this.#buffer = piece as Bytes
      this.#from = 0
      this.#to = piece.byteLength
    } else this.#append(piece)
    return true
  }

  /** What was taken lies before `#from`, and is never written again. */
  #append(piece: Uint8Array): void {
    if (this.#to + piece.byteLength > this.#buffer.byteLength) {
      const held = this.#buffer.subarray(this.#from, this.#to)
      // Twice as long, so that bytes which come one by one are rarely copied.
      const length = Math.max(ROOM_MIN, 2 * held.byteLength, held.byteLength + piece.byteLength)
      this.#buffer = new Uint8Array(length)
      this.#buffer.set(held)
      this.#from = 0
      this.#to = held.byteLength
    }
    this.#buffer.set(piece, this.#to)
    this.#to += piece.byteLength
  }
}
