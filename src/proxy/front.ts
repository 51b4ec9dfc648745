/**
 * The two protocols by which a guest says where it wants to go: HTTP's CONNECT (RFC 9110, section 9.3.6) and SOCKS5 without
 * authentication (RFC 1928). Which one it is, its first byte says. Guests are hostile: the request is short, and strict.
 */
import type { Duplex } from 'node:stream'
import { EnclaveError } from '../base/error.ts'
import { readAddress } from './ranges.ts'
import type { Destination } from './rules.ts'

/** Length of a request at most, in bytes. */
const MAX_HEAD = 8192
const SOCKS = 5
const CONNECT = 1
const HEAD = /^CONNECT (\S{1,300}):(\d{1,5}) HTTP\/1\.[01]\r\n((?:[!#-'*+.^-z|~0-9A-Z-]+:[^\r\n]*\r\n)*)\r\n$/
const BODY_FIELD = /^(?:content-length|transfer-encoding):/im

/** A guest's request: one of the two answers it, then its bytes follow. */
export interface Request {
  readonly protocol: 'connect' | 'socks5'
  readonly destination: Destination
  accept(): void
  /** Says why not, and closes. */
  refuse(error: EnclaveError): void
}

/**
 * The request at the beginning of `stream`, which is destroyed if it has not arrived when `late` is aborted.
 * @throws {EnclaveError} E_PROXY_REQUEST; the guest has been answered, if it can be.
 */
export async function readRequest(stream: Duplex, late: AbortSignal): Promise<Request> {
  const stop = () => void stream.destroy()
  if (late.aborted) stop()
  else late.addEventListener('abort', stop)
  try {
    return await readStart(stream)
  } finally {
    late.removeEventListener('abort', stop)
  }
}

async function readStart(stream: Duplex): Promise<Request> {
  const source = new Source(stream)
  const [first] = await source.take(1)
  return first === SOCKS ? socks(source, stream) : http(source, first!, stream)
}

async function http(source: Source, first: number, stream: Duplex): Promise<Request> {
  const head = await source.until('\r\n\r\n', first).catch((error: unknown) => {
    if (stream.writable) stream.end(answer(400, error as EnclaveError))
    throw error
  })
  const [, host = '', port, fields = ''] = HEAD.exec(head) ?? []
  if (port === undefined || BODY_FIELD.test(fields)) {
    const error = badRequest(
      'a CONNECT request without a body, with CRLF at the end of each line',
      head.slice(0, 60),
    )
    stream.end(answer(400, error))
    throw error
  }
  source.release()
  return {
    protocol: 'connect',
    destination: { address: bare(host), port: Number(port) },
    accept: () => void stream.write('HTTP/1.1 200 Connection established\r\n\r\n'),
    refuse: (error) => void stream.end(answer(error.code === 'E_PROXY_NOT_ALLOWED' ? 403 : 502, error)),
  }
}

const REASONS = {
  400: 'Bad Request',
  403: 'Forbidden',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
} as const

/** The answer of a proxy that has too many connections. */
export const busyAnswer = (error: EnclaveError): string => answer(503, error)

/** An answer that ends the connection; the guest reads code and message. */
function answer(status: keyof typeof REASONS, { code, message }: EnclaveError): string {
  const body = `${message}\n`
  const fields = {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Proxy-Error': code,
    Connection: 'close',
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${REASONS[status]}\r\n${lines.join('')}\r\n${body}`
}

/** Replies of SOCKS5 by our codes; 1 is a general failure. */
const REPLIES: Readonly<Record<string, number>> = {
  E_PROXY_NOT_ALLOWED: 2,
  E_PROXY_NAME: 4,
  E_PROXY_CONNECT: 5,
}

async function socks(source: Source, stream: Duplex): Promise<Request> {
  const reply = (code: number) => Buffer.from([SOCKS, code, 0, 1, 0, 0, 0, 0, 0, 0])
  const [count] = await source.take(1)
  const methods = await source.take(count!)
  if (!methods.includes(0)) {
    stream.end(Buffer.from([SOCKS, 0xff]))
    throw badRequest('SOCKS5 without authentication', `methods ${[...methods].join(', ')}`)
  }
  stream.write(Buffer.from([SOCKS, 0]))
  const [version, command, , kind] = await source.take(4)
  const fail = (code: number, expected: string, got: unknown) => {
    stream.end(reply(code))
    return badRequest(expected, String(got))
  }
  if (version !== SOCKS || command !== CONNECT) throw fail(7, 'the command CONNECT', command)
  const length = kind === 1 ? 4 : kind === 4 ? 16 : kind === 3 ? (await source.take(1))[0]! : 0
  if (length === 0) throw fail(8, 'an IPv4 or IPv6 address, or a name', `type ${kind}`)
  const address = addressOf(kind!, await source.take(length))
  const port = (await source.take(2)).readUInt16BE()
  source.release()
  return {
    protocol: 'socks5',
    destination: { address, port },
    accept: () => void stream.write(reply(0)),
    refuse: ({ code }) => void stream.end(reply(REPLIES[code] ?? 1)),
  }
}

function addressOf(kind: number, bytes: Buffer): string {
  if (kind === 3) return bare(bytes.toString('latin1'))
  if (kind === 1) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16))
  return readAddress(groups.join(':'))!
}

const bare = (host: string) => /^\[(.*)\]$/.exec(host)?.[1] ?? host

function badRequest(expected: string, got: string): EnclaveError {
  return new EnclaveError('E_PROXY_REQUEST', {
    what: 'the enclave’s request to the proxy cannot be read',
    expected,
    got: JSON.stringify(got),
  })
}

/** Bytes of a stream as they are needed; what is left over stays in the stream. */
class Source {
  readonly #stream: Duplex
  #held = Buffer.alloc(0)

  constructor(stream: Duplex) {
    this.#stream = stream
  }

  async take(count: number): Promise<Buffer> {
    while (this.#held.length < count) await this.#more()
    const taken = this.#held.subarray(0, count)
    this.#held = this.#held.subarray(count)
    return taken
  }

  /** Everything up to and with `mark`, after the byte `first`. */
  async until(mark: string, first: number): Promise<string> {
    this.#held = Buffer.concat([Buffer.of(first), this.#held])
    for (let from = 0; ; ) {
      const at = this.#held.subarray(0, MAX_HEAD).indexOf(mark, from)
      if (at >= 0) return (await this.take(at + mark.length)).toString('latin1')
      // More may follow the request, but not precede its end.
      if (this.#held.length >= MAX_HEAD) throw badRequest(`at most ${MAX_HEAD} bytes`, 'more')
      // The mark may have begun.
      from = Math.max(0, this.#held.length - mark.length)
      await this.#more()
    }
  }

  async #more(): Promise<void> {
    const chunk = (await next(this.#stream)) as Buffer | null
    if (chunk === null) {
      const got = this.#stream.readableEnded ? 'the end of the stream' : 'nothing more in time'
      throw badRequest('a whole request', got)
    }
    this.#held = Buffer.concat([this.#held, chunk])
  }

  release(): void {
    if (this.#held.length > 0) this.#stream.unshift(this.#held)
  }
}

/** The next chunk; null at the end or after an error. */
function next(stream: Duplex): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const look = () => {
      const chunk = stream.read() as Buffer | null
      if (chunk === null && !stream.readableEnded && !stream.destroyed) return
      for (const event of ['readable', 'end', 'close']) stream.removeListener(event, look)
      resolve(chunk)
    }
    for (const event of ['readable', 'end', 'close']) stream.on(event, look)
    look()
  })
}
