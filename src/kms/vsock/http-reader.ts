/**
 * Reads HTTP/1.1 requests from a stream of bytes (RFC 9112), as little of it as a KMS needs: no transfer codings, no
 * continuation lines, a Content-Length that is one number. What comes is a guest's, hostile: every length is bounded before
 * it is waited for, and what is not understood ends the connection.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'

/** Bytes of a request line and its headers. */
const HEAD_MAX = 16 * 1024
const HEADERS_MAX = 64
const REQUEST_LINE = /^([A-Z]{1,16}) (\/[\x21-\x7e]*) HTTP\/1\.1$/
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
  #rest: Bytes = new Uint8Array(0)

  constructor(readable: ReadableStream<Uint8Array>, bodyMax: number) {
    this.#reader = readable.getReader()
    this.#bodyMax = bodyMax
  }

  /** The next request; undefined where the peer has closed in order. @throws {HttpError} */
  async next(): Promise<HttpRequest | undefined> {
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

  /** Gives up what has not been read. */
  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => {})
  }

  async #readHead(): Promise<string | undefined> {
    let searched = 0
    for (;;) {
      const end = findEnd(this.#rest, searched)
      if (end > HEAD_MAX || (end < 0 && this.#rest.byteLength > HEAD_MAX)) {
        throw new HttpError(431, 'the headers are too long')
      }
      if (end >= 0) {
        const head = String.fromCharCode(...this.#rest.subarray(0, end))
        this.#rest = this.#rest.slice(end + 4)
        return head
      }
      searched = Math.max(0, this.#rest.byteLength - 3)
      if (await this.#more()) continue
      if (this.#rest.byteLength === 0) return undefined
      throw new HttpError(400, 'the request ends inside its headers')
    }
  }

  async #readBody(length: number): Promise<Bytes> {
    const parts: Bytes[] = [this.#rest]
    let size = this.#rest.byteLength
    while (size < length) {
      const { value, done } = await this.#reader.read()
      if (done) throw new HttpError(400, 'the request ends inside its body')
      parts.push(Uint8Array.from(value))
      size += value.byteLength
    }
    const all = concatBytes(...parts)
    this.#rest = all.slice(length)
    return all.slice(0, length)
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#reader.read()
    if (done) return false
    this.#rest = concatBytes(this.#rest, value)
    return true
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
