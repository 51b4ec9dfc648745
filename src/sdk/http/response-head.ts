/** The head of a response (RFC 9112, section 4; RFC 9110, section 6.4). */
import type { Bytes } from '../../base/bytes.ts'
import { toLatin1 } from '../../network/latin1.ts'
import { reasonOf } from './refusal.ts'

/** Fields that concern the connection, and the length, which is ours. */
const OWN = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
/** What a strict reader refuses, although the web's Headers take it. */
const UNFIT = /[^\t\r\n\x20-\x7e\x80-\xff]/
const LINE_END = /[\r\n]/
const NOT_ASCII = /[^\0-\x7f]/
const LENGTH = /^\d{1,15}$/
const encoder = new TextEncoder()

/** What of a response goes into its head. */
export interface ResponseParts {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
}

/**
 * The first line and the fields, without what says where the body ends.
 * @throws {TypeError} for a character that no field can have
 */
export function responseLines({ status, statusText, headers }: ResponseParts, isKept: boolean): string {
  let text = `HTTP/1.1 ${status} ${statusText || reasonOf(status)}\r\n`
  for (const field of headers) if (!OWN.has(field[0])) text += `${field[0]}: ${field[1]}\r\n`
  if (!isKept) text += 'connection: close\r\n'
  // A class of the program's own may give a reason that the web's Response refuses.
  if (UNFIT.test(text) || LINE_END.test(statusText))
    throw new TypeError('a header or the reason of the response has a control character')
  return text
}

/** The head, with a last field or none. */
export function headBytes(lines: string, last: string): Bytes {
  const text = `${lines}${last}\r\n`
  return NOT_ASCII.test(text) ? toLatin1(text) : encoder.encode(text)
}

/** The Content-Length that the handler gives. @throws {TypeError} if it is invalid */
export function announcedLength(headers: Headers): number | undefined {
  const length = headers.get('content-length')
  if (length === null) return undefined
  if (LENGTH.test(length)) return Number(length)
  throw new TypeError('the Content-Length of the response is not a number')
}

/** How a response is sent. */
export interface ResponsePlan {
  readonly lines: string
  /** The field that says how long the body is, unless it is a stream. */
  readonly last: string
  /** Whether the body is a stream. */
  readonly hasBody: boolean
  /** The body otherwise. */
  readonly bytes?: Bytes
  readonly length: number | undefined
  readonly isKept: boolean
}

/** Statuses without a body (RFC 9110, section 6.4.1); 205 says that it has none. */
const BARE = new Set([204, 304])

/** `bytes` are those of a body that need not be streamed. @throws {TypeError} for a response that cannot be sent */
export function responsePlan(
  response: Response,
  request: { method: string; isKept: boolean },
  bytes?: Bytes,
): ResponsePlan {
  const { status, headers } = response
  const isKept = request.isKept && !/close/i.test(headers.get('connection') ?? '')
  const lines = responseLines(response, isKept)
  const length = announcedLength(headers)
  const isHead = request.method === 'HEAD'
  if (isHead || BARE.has(status)) {
    const last = length === undefined || status === 204 ? '' : `content-length: ${length}\r\n`
    return { lines, last, hasBody: false, length, isKept }
  }
  if (bytes) {
    if (length !== undefined && length !== bytes.byteLength)
      throw new TypeError('the response announces another length than its body has')
    return { lines, last: `content-length: ${bytes.byteLength}\r\n`, hasBody: false, bytes, length, isKept }
  }
  const { body } = response
  if (body === null) {
    if (length) throw new TypeError('the response announces a body, and has none')
    return { lines, last: 'content-length: 0\r\n', hasBody: false, length, isKept }
  }
  if (body.locked || response.bodyUsed) throw new TypeError('the body of the response was read before')
  return { lines, last: '', hasBody: true, length, isKept }
}
