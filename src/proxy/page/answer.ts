/** Writes the answers of a page to a guest, in HTTP/1.1: responses, as fast as the guest takes them, and refusals. */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { ErrorCode } from '../../base/error-code.ts'
import { HttpError, type HttpFault } from '../../http1/error.ts'
import { HOP_BY_HOP } from './fields.ts'

/** Bytes of a chunk at most. */
const PART = 65_536
const CRLF = Uint8Array.of(13, 10)
const BODILESS = new Set([204, 304])

/** Takes bytes, when the guest has room for them. */
export type Write = (bytes: Uint8Array) => Promise<void>

const STATUS_OF_FAULT: Readonly<Record<HttpFault, number>> = {
  malformed: 400,
  ended: 400,
  body: 413,
  head: 431,
  unwritable: 500,
  coding: 501,
  memory: 503,
  version: 505,
}
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  E_PROXY_NOT_ALLOWED: 403,
  E_PROXY_CONNECT: 502,
  // Of a manifest's list.
  E_PROXY_RULE: 502,
} satisfies Partial<Record<ErrorCode, number>>
const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
}

/** Why a request is not made: the error, and the status that says so. */
export interface Refusal {
  readonly error: EnclaveError
  readonly status: number
}

/** What refuses a guest; undefined for other errors, which are of a connection. */
export function refusalFor(error: unknown): Refusal | undefined {
  if (error instanceof EnclaveError) {
    const status = STATUS_OF_CODE[error.code]
    return status === undefined ? undefined : { error, status }
  }
  if (!(error instanceof HttpError)) return undefined
  const { fault, message } = error
  const code = fault === 'memory' ? 'E_PROXY_BUSY' : 'E_PROXY_REQUEST'
  const what = `the page does not make the enclave’s request: ${message}`
  return { error: new EnclaveError(code, { what }), status: STATUS_OF_FAULT[fault] }
}

/** Says why not; the connection ends with it. */
export async function writeRefusal(write: Write, { error, status }: Refusal): Promise<void> {
  const body = new TextEncoder().encode(`${error.message}\n`)
  const fields: [string, string][] = [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Length', `${body.byteLength}`],
    ['X-Proxy-Error', error.code],
    ['Connection', 'close'],
  ]
  await write(concatBytes(headOf(status, REASONS[status] ?? '', fields), body))
}

/** How a response is written. */
export interface AnswerOptions {
  readonly method: string
  /** Fields that are not passed on, beside those of a connection. */
  readonly without: readonly string[]
  readonly isLast: boolean
  /** Gives up, also while the body has nothing. */
  readonly signal: AbortSignal
  /** Called with the length of each piece that the guest has taken. */
  readonly onBytes: (count: number) => void
}

/** @throws what the body of the response throws, or `write`; a guest that gets no end knows that something is missing. */
export async function writeAnswer(write: Write, response: Response, options: AnswerOptions): Promise<void> {
  const { status, statusText, headers, body } = response
  const isHead = options.method === 'HEAD'
  const hasBody = body !== null && !isHead
  const fields: [string, string][] = []
  for (const [name, value] of headers) {
    const isLength = name === 'content-length'
    if (HOP_BY_HOP.test(name) || name === 'x-proxy-error' || options.without.includes(name)) continue
    if (!isLength || isHead) fields.push([name, value])
  }
  if (hasBody) fields.push(['transfer-encoding', 'chunked'])
  else if (!isHead && !BODILESS.has(status)) fields.push(['content-length', '0'])
  if (options.isLast) fields.push(['connection', 'close'])
  await write(headOf(status, statusText, fields))
  if (!hasBody) return await body?.cancel()
  const reader = body.getReader()
  const cancel = () => void reader.cancel().catch(() => {})
  options.signal.addEventListener('abort', cancel)
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      await writeChunks(write, piece.value)
      options.onBytes(piece.value.byteLength)
    }
    options.signal.throwIfAborted()
  } catch (error) {
    cancel()
    throw error
  } finally {
    options.signal.removeEventListener('abort', cancel)
  }
  await write(latin1('0\r\n\r\n'))
}

async function writeChunks(write: Write, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; at += PART) {
    const part = bytes.subarray(at, at + PART)
    await write(concatBytes(latin1(`${part.byteLength.toString(16)}\r\n`), part, CRLF))
  }
}

function headOf(status: number, reason: string, fields: Iterable<readonly [string, string]>): Bytes {
  const lines = [...fields].map(([name, value]) => `${name}: ${value}\r\n`)
  return latin1(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n`)
}

/** Values of `Headers` have one character for each byte, and no line breaks. */
const latin1 = (text: string): Bytes => Uint8Array.from(text, (one) => one.charCodeAt(0))
