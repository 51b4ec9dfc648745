/**
 * One HTTP/1.1 request over vsock (RFC 9112), to a KMS at the parent or to a proxy that carries bytes to one. What comes
 * back is the parent's, hostile: every length is bounded before it is waited for, and so is the time.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { connect, type Socket } from '../vsock.ts'

const MAX_HEAD = 16384
const MAX_BODY = 1 << 20
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: |$)/
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\t]*?)[ \t]*$/

/** What is asked. */
export interface Question {
  readonly method: 'GET' | 'POST'
  /** Path without a query, as it is sent. */
  readonly path: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Bytes
}

/** What came back. */
export interface Answer {
  readonly status: number
  /** By lower-case name; of two of one name, the values joined by commas. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Bytes
}

/**
 * Asks over a connection of its own to `port` of the parent instance, for at most `timeout` milliseconds.
 * @throws {EnclaveError} E_KMS_CONNECTION where there is no whole answer, E_KMS_ANSWER where it is not HTTP.
 */
export async function ask(port: number, question: Question, timeout: number): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noAnswer(`nothing within ${timeout} ms`)), timeout)
  })
  const socket = openSocket(port)
  try {
    return await Promise.race([exchange(await Promise.race([socket, late]), question), late])
  } finally {
    clearTimeout(timer)
    // A connection that comes about too late is closed all the same.
    void socket.then((open) => open.close()).catch(() => {})
  }
}

async function openSocket(port: number): Promise<Socket> {
  try {
    return await connect(port)
  } catch (cause) {
    throw new EnclaveError('E_KMS_CONNECTION', {
      what: `no KMS answers at port ${port} of the parent instance`,
      got: (cause as { code?: string }).code ?? 'an error',
      hint: 'Let the parent serve one there, or a proxy to one.',
      cause,
    })
  }
}

async function exchange(socket: Socket, { method, path, headers, body }: Question): Promise<Answer> {
  const lines = [`${method} ${path} HTTP/1.1`]
  const all = { ...headers, 'content-length': String(body.length), connection: 'close' }
  for (const [name, value] of Object.entries(all)) lines.push(`${name}: ${value}`)
  const head = new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n`)
  try {
    await socket.write(concatBytes(head, body))
    return await readAnswer(socket)
  } catch (cause) {
    if (cause instanceof EnclaveError) throw cause
    throw noAnswer((cause as { code?: string }).code ?? 'an error', cause)
  }
}

async function readAnswer(socket: Socket): Promise<Answer> {
  let received: Bytes = new Uint8Array(0)
  let end = -1
  while (end < 0) {
    if (received.length > MAX_HEAD) throw notHttp('its head is too long')
    const bytes = await socket.read()
    if (bytes === undefined) throw noAnswer('an end before the answer')
    const searched = Math.max(0, received.length - 3)
    received = concatBytes(received, bytes)
    end = findEnd(received, searched)
  }
  const [first = '', ...lines] = new TextDecoder().decode(received.subarray(0, end)).split('\r\n')
  const status = Number(STATUS_LINE.exec(first)?.[1] ?? Number.NaN)
  if (Number.isNaN(status)) throw notHttp('its first line is no status line')
  const headers = readHeaders(lines)
  const length = Number(headers.get('content-length') ?? Number.NaN)
  if (headers.has('transfer-encoding') || !Number.isInteger(length) || length < 0) {
    throw notHttp('it has no Content-Length')
  }
  if (length > MAX_BODY) throw notHttp('its body is too long')
  // In one array, however small the parts are that it comes in.
  const body = new Uint8Array(length)
  for (let part: Bytes | undefined = received.subarray(end + 4), size = 0; ; part = await socket.read()) {
    if (part === undefined) throw noAnswer('an end inside the answer')
    body.set(part.subarray(0, length - size), size)
    size += part.length
    if (size >= length) return { status, headers, body }
  }
}

function readHeaders(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name, value] = HEADER_LINE.exec(line) ?? []
    if (name === undefined || value === undefined) throw notHttp('a header is malformed')
    const key = name.toLowerCase()
    const known = headers.get(key)
    headers.set(key, known === undefined ? value : `${known}, ${value}`)
  }
  return headers
}

/** Where CR LF CR LF begins, or -1. */
function findEnd(bytes: Bytes, from: number): number {
  for (let at = bytes.indexOf(13, from); at >= 0; at = bytes.indexOf(13, at + 1)) {
    if (bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at
  }
  return -1
}

function noAnswer(got: string, cause?: unknown): EnclaveError {
  return new EnclaveError('E_KMS_CONNECTION', { what: 'the KMS did not answer', got, cause })
}

function notHttp(what: string): EnclaveError {
  return new EnclaveError('E_KMS_ANSWER', { what: `the answer is not to be read: ${what}` })
}
