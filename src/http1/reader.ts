/**
 * Parses HTTP/1.1 requests and responses (RFC 9112), only the subset that a KMS and its clients need: no transfer
 * codings, one numeric Content-Length, and nothing ambiguous. Input is hostile: every length is checked before the
 * bytes are awaited, and anything unsupported ends the connection.
 */
import type { Bytes } from '../base/bytes.ts'
import { HttpError } from './error.ts'
import { type HttpHeaders, type HttpLimits, lengthOfBody, readHeaders } from './headers.ts'
import type { Input } from './input.ts'

const REQUEST_LINE = /^([A-Z]{1,16}) (\/[\x21\x22\x24-\x7e]*) HTTP\/1\.1$/
const OTHER_VERSION = / HTTP\/(?!1\.1$)[\d.]+$/
/** A proxy in front of a cloud may still answer with HTTP/1.0. */
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: [\x20-\x7e\t]*)?$/

/** A complete request. */
export interface HttpRequest {
  readonly method: string
  /** Path and query, as received. */
  readonly target: string
  readonly headers: HttpHeaders
  readonly body: Bytes
}

/** A complete response. */
export interface HttpResponse {
  readonly status: number
  readonly headers: HttpHeaders
  readonly body: Bytes
}

/**
 * The next request; undefined if the peer closed the connection between requests.
 * @throws {HttpError} with any fault but `unwritable`
 * @see RFC 9112 section 3
 */
export async function readRequest(input: Input, limits: HttpLimits): Promise<HttpRequest | undefined> {
  const head = await readHead(input, limits)
  if (head === undefined) return undefined
  const line = REQUEST_LINE.exec(head.first)
  if (line === null) {
    if (OTHER_VERSION.test(head.first)) throw new HttpError('version', 'HTTP/1.1 only')
    throw new HttpError('malformed', 'malformed request line')
  }
  const [, method, target] = line as unknown as [whole: string, method: string, target: string]
  const headers = readHeaders(head.lines, limits)
  if (!headers.has('host')) throw new HttpError('malformed', 'missing Host')
  return { method, target, headers, body: await input.body(lengthOfBody(headers, limits) ?? 0) }
}

/**
 * The response, which must have a Content-Length; undefined if the peer closed the connection before it.
 * @throws {HttpError} with any fault but `unwritable` and `version`
 * @see RFC 9112 section 4
 */
export async function readResponse(input: Input, limits: HttpLimits): Promise<HttpResponse | undefined> {
  const head = await readHead(input, limits)
  if (head === undefined) return undefined
  const [, status] = STATUS_LINE.exec(head.first) ?? []
  if (status === undefined) throw new HttpError('malformed', 'malformed status line')
  const headers = readHeaders(head.lines, limits)
  const length = lengthOfBody(headers, limits)
  if (length === undefined) throw new HttpError('malformed', 'missing Content-Length')
  return { status: Number(status), headers, body: await input.body(length) }
}

async function readHead(input: Input, { headBytes }: HttpLimits) {
  const [first, ...lines] = (await input.head(headBytes))?.split('\r\n') ?? []
  return first === undefined ? undefined : { first, lines }
}
