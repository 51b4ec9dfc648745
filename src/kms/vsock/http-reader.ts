/**
 * Reads HTTP/1.1 requests from a stream of bytes (RFC 9112), as little of it as a KMS needs: no transfer codings, no
 * continuation lines, a Content-Length that is one number. What comes is a guest's, hostile: every length is bounded before
 * it is waited for, and what is not understood ends the connection. However it is cut, what has come is in one array, which
 * is at most as long as the request said that it would be, and one piece more; all connections of an enclave take what
 * they hold from one budget.
 */
import type { Bytes } from '../../base/bytes.ts'
import type { Budget } from './budget.ts'

/** Bytes of a request line and its headers. */
const HEAD_MAX = 16 * 1024
const HEADERS_MAX = 64
/** Bytes of what ends them. */
const END_LENGTH = 4
/** Bytes for which room is made at once. */
const ROOM_MIN = 1024
const REQUEST_LINE = /^([A-Z]{1,16}) (\/[\x21\x22\x24-\x7e]*) HTTP\/1\.1$/
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\x80-\xff\t]*?)[ \t]*$/
const NUMBER = /^\d{1,9}$/
/** Headers that would mean two things if they came twice. */
const SINGLE = ['host', 'content-length', 'content-type', 'authorization', 'content-digest', 'x-amz-target']

/** A request that was read whole. */
export interface HttpRequest {
  readonly method: string
  /** Path and query, as they came. */
  readonly target: string
  readonly headers: Headers
  readonly body: Bytes
}

/** The connection cannot go on; `status` says why. */
export class HttpError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Requests, one after the other, from one connection. */
export class HttpReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #bodyMax: number
  readonly #budget: Budget
  #buffer: Bytes = new Uint8Array(0)
  /** Bytes of the buffer that have come. */
  #size = 0
  /** Bytes that are taken from the budget. */
  #reserved = 0

  constructor(readable: ReadableStream<Uint8Array>, bodyMax: number, budget: Budget) {
    this.#reader = readable.getReader()
    this.#bodyMax = bodyMax
    this.#budget = budget
  }

  /**
   * The next request; undefined where the peer has closed in order. The one before counts no more as held.
   * @throws {HttpError}
   */
  async next(): Promise<HttpRequest | undefined> {
    this.#reserve(this.#buffer.byteLength)
    const head = await this.#readHead()
    if (head === undefined) return undefined
    const [first = '', ...lines] = head.split('\r\n')
    const [, method, target] = REQUEST_LINE.exec(first) ?? []
    if (method === undefined || target === undefined) {
      const isOther = / HTTP\/(?!1\.1$)[\d.]+$/.test(first)
      throw isOther ? new HttpError(505, 'HTTP/1.1 only') : new HttpError(400, 'malformed request line')
    }
    const headers = readHeaders(lines)
    if (headers.has('transfer-encoding')) throw new HttpError(501, 'no transfer codings')
    const length = headers.get('content-length') ?? '0'
    if (!NUMBER.test(length)) throw new HttpError(400, 'malformed Content-Length')
    if (Number(length) > this.#bodyMax) throw new HttpError(413, 'the body is too long')
    return { method, target, headers, body: await this.#readBody(Number(length)) }
  }

  /** Gives up what has not been read, and what is held. */
  async cancel(): Promise<void> {
    this.#buffer = new Uint8Array(0)
    this.#size = 0
    this.#reserve(0)
    await this.#reader.cancel().catch(() => {})
  }

  async #readHead(): Promise<string | undefined> {
    let searched = 0
    for (;;) {
      const end = findEnd(this.#buffer.subarray(0, this.#size), searched)
      if (end > HEAD_MAX || (end < 0 && this.#size >= HEAD_MAX + END_LENGTH)) {
        throw new HttpError(431, 'the headers are too long')
      }
      if (end >= 0) return String.fromCharCode(...this.#take(end, END_LENGTH))
      searched = Math.max(0, this.#size - END_LENGTH + 1)
      if (await this.#more(HEAD_MAX)) continue
      if (this.#size === 0) return undefined
      throw new HttpError(400, 'the request ends inside its headers')
    }
  }

  async #readBody(length: number): Promise<Bytes> {
    while (this.#size < length) {
      if (!(await this.#more(length))) throw new HttpError(400, 'the request ends inside its body')
    }
    const body = this.#take(length)
    this.#reserve(this.#buffer.byteLength + body.byteLength)
    return body
  }

  /** The first `length` bytes, in an array of their own; `gap` bytes behind them are left out. */
  #take(length: number, gap = 0): Bytes {
    const taken = this.#buffer.slice(0, length)
    this.#buffer = this.#buffer.slice(length + gap, this.#size)
    this.#size = this.#buffer.byteLength
    return taken
  }

  /** Waits for more, of `wanted` bytes that are to come together; false where nothing comes any more. */
  async #more(wanted: number): Promise<boolean> {
    const { value, done } = await this.#reader.read()
    if (done) return false
    const size = this.#size + value.byteLength
    if (size > this.#buffer.byteLength) this.#grow(size, wanted)
    this.#buffer.set(value, this.#size)
    this.#size = size
    return true
  }

  /** Makes room for `size` bytes, and twice as much as before, so that no byte is copied often; for `wanted` at most. */
  #grow(size: number, wanted: number): void {
    const length = Math.max(size, Math.min(wanted, Math.max(ROOM_MIN, 2 * this.#buffer.byteLength)))
    this.#reserve(length)
    const grown = new Uint8Array(length)
    grown.set(this.#buffer.subarray(0, this.#size))
    this.#buffer = grown
  }

  /** Takes from the budget, or gives back to it, until `amount` is taken. @throws {HttpError} */
  #reserve(amount: number): void {
    const more = amount - this.#reserved
    if (more <= 0) this.#budget.give(-more)
    else if (!this.#budget.take(more)) throw new HttpError(503, 'too many requests at once')
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

function readHeaders(lines: readonly string[]): Headers {
  if (lines.length > HEADERS_MAX) throw new HttpError(431, 'too many headers')
  const headers = new Headers()
  for (const line of lines) {
    const [, name, value] = HEADER_LINE.exec(line) ?? []
    if (name === undefined || value === undefined) throw new HttpError(400, 'malformed header')
    if (headers.has(name) && SINGLE.includes(name.toLowerCase()))
      throw new HttpError(400, `${name} came twice`)
    headers.append(name, value)
  }
  if (!headers.has('host')) throw new HttpError(400, 'no Host')
  return headers
}
