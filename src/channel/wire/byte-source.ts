/**
 * Bytes of a hostile peer, read in the portions that a parser needs. What has arrived and was not taken is kept in one
 * buffer, which holds at most what the parser waits for and one piece of the stream.
 */
import type { Bytes } from '../../base/bytes.ts'

const NONE: Uint8Array = new Uint8Array(0)
const LEAST_BUFFER = 512

/** Where the bytes come from. */
export interface Origin {
  /** The next piece; undefined at the end. */
  next(): Promise<Uint8Array | undefined>
  /** Nobody reads the rest. */
  cancel(reason: unknown): void
  /** Whether `next` would give no more, if that is known. */
  readonly isOver?: boolean
}

export class ByteSource {
  readonly #origin: Origin
  #bytes: Uint8Array = NONE
  #from = 0
  #to = 0
  #isOver = false
  /** Whether `#bytes` is our own memory, which may be written to. */
  #isOwn = false

  constructor(origin: Origin) {
    this.#origin = origin
  }

  /** Bytes that have arrived and were not taken. */
  get length(): number {
    return this.#to - this.#from
  }

  /** Whether no more bytes will arrive, as far as is known. */
  get isOver(): boolean {
    return this.#isOver || this.#origin.isOver === true
  }

  /** The byte at `at`, which has arrived. */
  byteAt(at: number): number {
    return this.#bytes[this.#from + at]!
  }

  /** Waits until `length` bytes are there; false if the stream ends before. */
  async fill(length: number): Promise<boolean> {
    while (this.length < length) {
      if (this.#isOver) return false
      const piece = await this.#origin.next()
      if (piece === undefined) this.#isOver = true
      else if (piece.length > 0) this.#append(piece)
    }
    return true
  }

  /** The next `length` bytes, which have arrived. Valid until the next call of `fill`. */
  take(length: number): Uint8Array {
    const from = this.#from
    this.#from += length
    return this.#bytes.subarray(from, this.#from)
  }

  /** The bytes that have arrived, without taking them. Valid until the next call of `fill`. */
  peek(): Uint8Array {
    return this.#bytes.subarray(this.#from, this.#to)
  }

  cancel(reason: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#bytes = NONE
    this.#from = 0
    this.#to = 0
    this.#origin.cancel(reason)
  }

  #append(piece: Uint8Array): void {
    const held = this.length
    if (held === 0) {
      this.#bytes = piece
      this.#from = 0
      this.#to = piece.length
      this.#isOwn = false
      return
    }
    const wanted = held + piece.length
    if (!this.#isOwn || this.#to + piece.length > this.#bytes.length) {
      // Twice as much, so that many small pieces are not copied again and again.
      const larger = new Uint8Array(Math.max(LEAST_BUFFER, 2 * wanted))
      larger.set(this.peek())
      this.#bytes = larger
      this.#from = 0
      this.#to = held
      this.#isOwn = true
    }
    this.#bytes.set(piece, this.#to)
    this.#to += piece.length
  }
}

/** The pieces of a stream. */
export function streamOrigin(stream: ReadableStream<Uint8Array> | null): Origin {
  const reader = stream?.getReader()
  return {
    async next() {
      const { value } = (await reader?.read()) ?? {}
      if (value !== undefined && !(value instanceof Uint8Array))
        throw new TypeError('the body gives no bytes')
      return value
    },
    cancel(reason) {
      reader?.cancel(reason).catch(() => {})
    },
  }
}

/** All bytes at once. */
export function wholeOrigin(bytes: Bytes): Origin & { readonly isOver: boolean } {
  let rest: Bytes | undefined = bytes
  return {
    get isOver() {
      return rest === undefined
    },
    async next() {
      const given = rest
      rest = undefined
      return given
    },
    cancel() {
      rest = undefined
    },
  }
}
