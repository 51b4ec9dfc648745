/**
 * The head of a response (RFC 9112, sections 4 and 5), strictly: CRLF at the end of each line, no continuation lines, and a body
 * whose length has one meaning. The server is hostile, or somebody between.
 */
import { EnclaveError } from '../base/error.ts'
import type { Receiver } from '../http1/receiver.ts'
import { fromLatin1 } from './latin1.ts'

const MAX_LINE = 16_384
const MAX_HEAD = 65_536
const MAX_FIELDS = 200
const MAX_INTERIM = 8
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const LENGTH = /^\d{1,15}$/
const NO_BODY = new Set([204, 205, 304])

/** Where the body of a response ends. */
export type Framing =
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'close' }

/** The head of a response. */
export interface ResponseHead {
  readonly status: number
  readonly reason: string
  /** As they were received, in their order. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly framing: Framing
  /** Whether the connection can be used again after the body. */
  readonly isKept: boolean
}

/**
 * The head of the response to a request with `method`; interim responses before it are skipped.
 * @throws {EnclaveError} E_HTTP_RESPONSE, E_HTTP_LIMIT
 */
export async function readHead(receiver: Receiver, method: string): Promise<ResponseHead | undefined> {
  for (let interim = 0; interim <= MAX_INTERIM; interim++) {
    const lines = await readLines(receiver)
    if (lines === undefined) return undefined
    const head = parseHead(lines, method)
    if (head.status === 101) throw malformed('an answer in HTTP', 'another protocol')
    if (head.status >= 200) return head
  }
  throw malformed('one final response', `more than ${MAX_INTERIM} interim ones`)
}

async function readLines(receiver: Receiver): Promise<string[] | undefined> {
  const lines: string[] = []
  for (let total = 0; ; ) {
    const line = await readLine(receiver)
    if (line === undefined) {
      if (lines.length === 0) return undefined
      throw malformed('a whole response', 'the end of the connection')
    }
    if (line.byteLength === 0 && lines.length > 0) return lines
    total += line.byteLength
    if (total > MAX_HEAD || lines.length > MAX_FIELDS) throw tooLong()
    lines.push(fromLatin1(line))
    // A server of another protocol may wait for an answer now.
    if (lines.length === 1) requireStatusLine(lines[0]!)
  }
}

async function readLine(receiver: Receiver): Promise<Uint8Array | undefined> {
  try {
    return await receiver.line(MAX_LINE)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw error.message.includes('longer')
      ? tooLong()
      : malformed('CRLF at the end of each line', error.message)
  }
}

function requireStatusLine(line: string): void {
  if (!STATUS_LINE.test(line)) throw malformed('a status line of HTTP/1.1', JSON.stringify(line.slice(0, 60)))
}

function parseHead([first = '', ...lines]: readonly string[], method: string): ResponseHead {
  const [, minor, digits, reason = ''] = STATUS_LINE.exec(first)!
  const status = Number(digits)
  const fields = lines.map(parseField)
  const framing = framingOf(fields, status, method)
  const connection = valuesOf(fields, 'connection').join(',').toLowerCase()
  const isAsked = minor === '1' ? !connection.includes('close') : connection.includes('keep-alive')
  // What follows has one meaning only if the length has.
  const isClear = framing.kind === 'length' || (framing.kind === 'chunked' && minor === '1')
  const isRest = status === 205 && saysBody(fields)
  return { status, reason, fields, framing, isKept: isAsked && isClear && !isRest }
}

function parseField(line: string): readonly [string, string] {
  const colon = line.indexOf(':')
  const [name, value] = [line.slice(0, Math.max(0, colon)), trimmed(line.slice(colon + 1))]
  if (NAME.test(name) && VALUE.test(value)) return [name, value]
  throw malformed('a field NAME: VALUE on one line', JSON.stringify(line.slice(0, 60)))
}

/** Without spaces and tabs around it; `trim` would take more away, such as the last byte of `à` in UTF-8. */
function trimmed(text: string): string {
  const isBlank = (at: number) => text[at] === ' ' || text[at] === '\t'
  let [from, to] = [0, text.length]
  while (from < to && isBlank(from)) from++
  while (to > from && isBlank(to - 1)) to--
  return text.slice(from, to)
}

/** Whether a response that has no body announces one all the same: its bytes would be taken for the next response. */
const saysBody = (fields: ResponseHead['fields']) =>
  valuesOf(fields, 'transfer-encoding').length > 0 ||
  valuesOf(fields, 'content-length').some((length) => Number(length) > 0)

const valuesOf = (fields: ResponseHead['fields'], name: string) =>
  fields.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)

/** RFC 9112, section 6.3. What could be read in two ways is refused. */
function framingOf(fields: ResponseHead['fields'], status: number, method: string): Framing {
  const lengths = valuesOf(fields, 'content-length')
  const codings = valuesOf(fields, 'transfer-encoding')
  if (lengths.length > 1) throw malformed('one Content-Length', `${lengths.length} of them`)
  if (codings.length > 0) {
    if (lengths.length > 0) throw malformed('Content-Length or Transfer-Encoding', 'both')
    if (codings.join(',').trim().toLowerCase() !== 'chunked')
      throw malformed('the transfer coding chunked', JSON.stringify(codings.join(', ').slice(0, 60)))
  }
  const [length] = lengths
  if (length !== undefined && !LENGTH.test(length))
    throw malformed('a Content-Length of digits', JSON.stringify(length.slice(0, 60)))
  if (method === 'HEAD' || status < 200 || NO_BODY.has(status)) return { kind: 'length', length: 0 }
  if (codings.length > 0) return { kind: 'chunked' }
  return length === undefined ? { kind: 'close' } : { kind: 'length', length: Number(length) }
}

/** The error for a response that is not HTTP. */
export function malformed(expected: string, got: string): EnclaveError {
  return new EnclaveError('E_HTTP_RESPONSE', {
    what: 'the server’s response is not valid HTTP',
    expected,
    got,
  })
}

const tooLong = () =>
  new EnclaveError('E_HTTP_LIMIT', {
    what: 'the head of the server’s response is too long',
    expected: `at most ${MAX_HEAD} bytes in ${MAX_FIELDS} fields, of at most ${MAX_LINE} bytes each`,
  })
