/** Headers and body length of a message (RFC 9112 sections 5 and 6): no continuation lines, ASCII only. */
import { HttpError } from './error.ts'

/** Values by lower-case name; the values of repeated headers are joined with commas. */
export type HttpHeaders = ReadonlyMap<string, string>

/** Limits on a message. */
export interface HttpLimits {
  /** Bytes of the first line and the headers, without the empty line that ends them. */
  readonly headBytes: number
  readonly headers: number
  readonly bodyBytes: number
  /** Headers, in lower case, that must not be repeated, because they would be ambiguous. */
  readonly single: readonly string[]
}

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\x20-\x7e\t]*$/
const LENGTH = /^\d{1,9}$/

/** Whether a header is valid. */
export function isHeader(name: string, value: string): boolean {
  return NAME.test(name) && VALUE.test(value)
}

/** @throws {HttpError} `head` for too many headers, `malformed` */
export function readHeaders(lines: readonly string[], limits: HttpLimits): HttpHeaders {
  if (lines.length > limits.headers) throw new HttpError('head', 'too many headers')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const [given, value] = [line.slice(0, Math.max(0, colon)), line.slice(colon + 1)]
    if (!isHeader(given, value)) throw new HttpError('malformed', 'malformed header')
    const name = given.toLowerCase()
    const before = headers.get(name)
    if (before !== undefined && limits.single.includes(name)) {
      throw new HttpError('malformed', `duplicate header ${given}`)
    }
    headers.set(name, before === undefined ? value.trim() : `${before}, ${value.trim()}`)
  }
  return headers
}

/** The length of the body; undefined without a Content-Length. @throws {HttpError} `coding`, `malformed`, `body` */
export function lengthOfBody(headers: HttpHeaders, { bodyBytes }: HttpLimits): number | undefined {
  if (headers.has('transfer-encoding')) throw new HttpError('coding', 'transfer codings are not supported')
  const length = headers.get('content-length')
  if (length === undefined) return undefined
  if (!LENGTH.test(length)) throw new HttpError('malformed', 'malformed Content-Length')
  if (Number(length) > bodyBytes) throw new HttpError('body', 'the body is too long')
  return Number(length)
}
