/** The heads of HTTP in an exchange, as JSON: what either end needs, checked before it is used. */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { badMessage, fourBytes, MAX_HEAD, numberOf } from './part.ts'

export interface RequestHead {
  readonly method: string
  /** Begins with a slash; with the query. */
  readonly path: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Whether more of the body follows what is in the first part. */
  readonly more: boolean
}

export interface ResponseHead {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** Headers that may pass: nothing else is needed, because what matters is in the sealed body. */
const HEADERS = new Set([
  'accept',
  'content-type',
  'ehbp-encapsulated-key',
  'ehbp-response-nonce',
  'cache-control',
])
const MAX_VALUE = 1024

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** The headers that pass. */
export const passing = (headers: Headers): [string, string][] =>
  [...headers].filter(([name, value]) => HEADERS.has(name) && value.length <= MAX_VALUE)

/** A head, and bytes after it. */
export function encodeHead(head: RequestHead | ResponseHead, body: Uint8Array = new Uint8Array()): Bytes {
  const json = encoder.encode(JSON.stringify(head))
  return concatBytes(fourBytes(json.length), json, body)
}

/** @throws {EnclaveError} E_FLEET_MESSAGE */
export function decodeRequest(rest: Uint8Array): { head: RequestHead; body: Uint8Array } {
  const { value, body } = split(rest)
  const { method, path, headers, more } = value
  const isPath = typeof path === 'string' && /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && path.length <= 2048
  const isMethod = typeof method === 'string' && /^[A-Z]{1,16}$/.test(method)
  if (!isPath || !isMethod || typeof more !== 'boolean') throw badHead()
  return { head: { method, path, more, headers: headersOf(headers) }, body }
}

/** @throws {EnclaveError} E_FLEET_MESSAGE */
export function decodeResponse(rest: Uint8Array): ResponseHead {
  const { status, headers } = split(rest).value
  if (!Number.isInteger(status) || (status as number) < 200 || (status as number) > 599) throw badHead()
  return { status: status as number, headers: headersOf(headers) }
}

function split(rest: Uint8Array): { value: Record<string, unknown>; body: Uint8Array } {
  const length = numberOf(rest)
  if (length > MAX_HEAD || 4 + length > rest.length) throw badHead()
  try {
    const value: unknown = JSON.parse(decoder.decode(rest.subarray(4, 4 + length)))
    if (typeof value === 'object' && value !== null)
      return { value: value as Record<string, unknown>, body: rest.subarray(4 + length) }
  } catch {
    // It is none.
  }
  throw badHead()
}

function headersOf(value: unknown): [string, string][] {
  if (!Array.isArray(value) || value.length > HEADERS.size) throw badHead()
  return value.map((pair: unknown) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw badHead()
    const [name, text] = pair as unknown[]
    const isKnown = typeof name === 'string' && HEADERS.has(name)
    if (!isKnown || typeof text !== 'string' || !/^[\t\x20-\x7e]*$/.test(text) || text.length > MAX_VALUE)
      throw badHead()
    return [name, text]
  })
}

const badHead = () => badMessage('the head of a request or a response is malformed', 'another value')
