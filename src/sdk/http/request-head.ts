/**
 * The head of a request (RFC 9112, sections 3 to 6), strictly: what could be read in two ways is refused, because somebody
 * between may have read it in the other. The peer is hostile; each expression needs time in proportion to its text.
 */
import { Refusal } from './refusal.ts'

/** A field, its name in lower case. */
export type Field = readonly [name: string, value: string]

/** Where the body ends. */
export type RequestFraming = number | 'chunked'

/** The head of a request. */
export interface RequestHead {
  readonly method: string
  /** `http:`, the Host and the target as they were received. */
  readonly url: string
  readonly fields: readonly Field[]
  readonly framing: RequestFraming
  /** Whether the client may send another request. */
  readonly isKept: boolean
  /** Whether the client waits until it may send the body. */
  readonly awaitsContinue: boolean
}

/** The limits that concern a head. */
export interface HeadLimits {
  readonly maxFields: number
  readonly maxBody: number
}

const LINE = /([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~\x80-\xff]+) HTTP\/(\d\.\d)\r\n/y
const FIELD = /([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)\r\n/y
const METHOD = /^[A-Z][A-Z-]*$/
/** Those that are not for a server of resources; the web's Request refuses them as well. */
const OTHER_METHODS = /^(?:CONNECT|TRACE|TRACK)$/
const TARGET = /^\/[!"$-~]*$/
const HOST = /^(?:[0-9A-Za-z._~-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/
const LENGTH = /^\d{1,15}$/

/**
 * The head in `text`, in which each line ends with CRLF, a character for each byte.
 * @throws {Refusal}
 */
export function parseRequestHead(text: string, limits: HeadLimits): RequestHead {
  // Section 2.2: an empty line before a request.
  LINE.lastIndex = text.startsWith('\r\n') ? 2 : 0
  const line = LINE.exec(text)
  if (line === null) throw new Refusal(400, 'malformed request line')
  const [, method = '', target = '', version] = line
  if (version !== '1.1') throw new Refusal(505, 'HTTP/1.1 only')
  if (!METHOD.test(method) || OTHER_METHODS.test(method)) throw new Refusal(501, 'unsupported method')
  if (!TARGET.test(target)) throw new Refusal(400, 'the target must be a path')
  const fields = parseFields(text, LINE.lastIndex, limits.maxFields)
  const known = new KnownFields(fields)
  const framing = framingOf(known, method, limits.maxBody)
  return {
    method,
    url: `http://${known.host}${target}`,
    fields,
    framing,
    isKept: !/(?:^|[ \t,])close(?:$|[ \t,])/i.test(known.connection),
    awaitsContinue: known.awaitsContinue && framing !== 0,
  }
}

function parseFields(text: string, from: number, most: number): Field[] {
  const fields: Field[] = []
  let at = from
  while (at < text.length) {
    FIELD.lastIndex = at
    const found = FIELD.exec(text)
    if (found === null) throw new Refusal(400, 'malformed header')
    if (fields.length === most) throw new Refusal(431, 'too many headers')
    at = FIELD.lastIndex
    fields.push([found[1]!.toLowerCase(), trimmed(found[2]!)])
  }
  return fields
}

const isBlank = (code: number) => code === 32 || code === 9

/** Without spaces and tabs around it; `trim` would take more away, such as the last byte of `à` in UTF-8. */
function trimmed(text: string): string {
  let [from, to] = [0, text.length]
  while (from < to && isBlank(text.charCodeAt(from))) from++
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--
  return text.slice(from, to)
}

/** The fields that say how the request is to be read. */
class KnownFields {
  host = ''
  connection = ''
  length: string | undefined
  coding: string | undefined
  awaitsContinue = false

  constructor(fields: readonly Field[]) {
    for (let at = 0; at < fields.length; at++) this.#note(fields[at]!)
    if (this.host === '') throw new Refusal(400, 'missing Host')
  }

  // By index: patterns of arrays cost an interpreter as much as all the rest.
  #note(field: Field): void {
    const value = field[1]
    switch (field[0]) {
      case 'host':
        if (this.host !== '' || !HOST.test(value)) throw new Refusal(400, 'malformed Host')
        this.host = value
        break
      case 'content-length':
        if (this.length !== undefined) throw new Refusal(400, 'several Content-Lengths')
        this.length = value
        break
      case 'transfer-encoding':
        if (this.coding !== undefined) throw new Refusal(400, 'several Transfer-Encodings')
        this.coding = value
        break
      case 'connection':
        this.connection += `,${value}`
        break
      case 'expect':
        if (value.toLowerCase() !== '100-continue') throw new Refusal(417, 'unknown expectation')
        this.awaitsContinue = true
    }
  }
}

/** Section 6.3. */
function framingOf({ length, coding }: KnownFields, method: string, most: number): RequestFraming {
  if (coding !== undefined && length !== undefined)
    throw new Refusal(400, 'Content-Length and Transfer-Encoding')
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    throw new Refusal(501, 'unsupported transfer coding')
  if (length !== undefined && !LENGTH.test(length)) throw new Refusal(400, 'malformed Content-Length')
  const framing = coding === undefined ? Number(length ?? 0) : 'chunked'
  // The web's Request has none, so the handler could not know of it.
  if (framing !== 0 && (method === 'GET' || method === 'HEAD'))
    throw new Refusal(400, `${method} with a body`)
  if (framing !== 'chunked' && framing > most) throw new Refusal(413, 'the body is too long')
  return framing
}
