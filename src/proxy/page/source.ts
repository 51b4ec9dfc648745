/** What a guest has sent to a page, line by line and piece by piece, with the faults that end its connection. */
import type { Bytes } from '../../base/bytes.ts'
import { HttpError } from '../../http1/error.ts'
import { Receiver } from '../../http1/receiver.ts'

export class Source {
  readonly #receiver: Receiver

  /** @param read returns the next piece; undefined at the end. */
  constructor(read: () => Promise<Uint8Array | undefined>) {
    this.#receiver = new Receiver(read)
  }

  /**
   * The text of the next line without its CRLF, at most `most` bytes; undefined if the guest closed before its first byte.
   * @throws {HttpError} `head` for a longer one, `malformed` for a line feed alone, `ended`
   */
  async line(most: number): Promise<string | undefined> {
    const line = await this.#receiver.line(most).catch((error: unknown) => {
      if (!(error instanceof RangeError)) throw error
      throw new HttpError(error.message.includes('longer') ? 'head' : 'malformed', error.message)
    })
    // What is not ASCII is refused in any encoding.
    if (line) return new TextDecoder('latin1').decode(line)
    if (this.#receiver.held === 0) return undefined
    throw new HttpError('ended', 'the connection was closed inside a line')
  }

  /** The next bytes, at least one and at most `most`. @throws {HttpError} `ended` */
  async some(most: number): Promise<Bytes> {
    const piece = await this.#receiver.some(most)
    if (piece) return piece
    throw new HttpError('ended', 'the connection was closed inside the body')
  }
}
