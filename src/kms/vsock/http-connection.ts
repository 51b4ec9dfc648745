/**
 * Serves one connection: HTTP/1.1 requests over a pair of Web Streams, one after the other, until either side closes.
 */
import type { Bytes } from '../../base/bytes.ts'
import { HttpError, type HttpFault } from '../../http1/error.ts'
import type { HttpLimits } from '../../http1/headers.ts'
import { Input, type Memory } from '../../http1/input.ts'
import { type HttpRequest, readRequest } from '../../http1/reader.ts'
import { writeMessage } from '../../http1/writer.ts'
import { BODY_BYTES_MAX } from '../http/app.ts'
import type { ServerEnvironment } from '../http/environment.ts'
import { Turns } from './turns.ts'

/** The application: a Hono application, or anything with its `fetch`. */
export interface HttpApp {
  fetch(request: Request, environment: ServerEnvironment): Response | Promise<Response>
}

/** A pair of streams, such as a `VsockSocket`. */
export interface Duplex {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

/** Milliseconds within which a request must be complete, or an answer accepted. */
const IDLE_MAX = 60_000

const LIMITS: HttpLimits = {
  headBytes: 16 * 1024,
  headers: 64,
  bodyBytes: BODY_BYTES_MAX,
  single: ['host', 'content-length', 'content-type', 'authorization', 'content-digest', 'x-amz-target'],
}

/** The statuses for HTTP errors of a guest; an answer that cannot be written is the KMS's fault. */
const STATUSES: Readonly<Record<HttpFault, number>> = {
  malformed: 400,
  ended: 400,
  body: 413,
  head: 431,
  unwritable: 500,
  coding: 501,
  memory: 503,
  version: 505,
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
}

/** One thread serves all connections of all enclaves. */
const turns = new Turns()

/** A host and optional port, without characters that could start a path. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

/**
 * Resolves once the connection is closed; rejects if the stream fails. Buffers for requests are taken from `memory`.
 */
export async function serveConnection(
  { readable, writable }: Duplex,
  app: HttpApp,
  memory: Memory,
): Promise<void> {
  const reader = readable.getReader()
  const input = new Input(async () => (await reader.read()).value, memory)
  const stop = () => {
    input.close()
    return reader.cancel().catch(() => {})
  }
  const writer = writable.getWriter()
  const write = async (bytes: Bytes) => {
    const late = setTimeout(() => void writer.abort().catch(() => {}), IDLE_MAX)
    await writer.write(bytes).finally(() => clearTimeout(late))
  }
  try {
    for (;;) {
      const idle = setTimeout(() => void stop(), IDLE_MAX)
      const request = await readRequest(input, LIMITS).finally(() => clearTimeout(idle))
      if (request === undefined) break
      const last = request.headers.get('connection')?.toLowerCase() === 'close'
      await write(await turns.run(() => answer(request, app, last)))
      if (last) break
    }
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    const body = new TextEncoder().encode(`${error.message}\n`)
    await write(format(STATUSES[error.fault], [['content-type', 'text/plain']], body, true))
  } finally {
    await Promise.allSettled([stop(), writer.close()])
  }
}

async function answer(request: HttpRequest, app: HttpApp, last: boolean): Promise<Bytes> {
  const { method, target, body } = request
  const host = request.headers.get('host')!
  const url = `http://${host}${target}`
  if (!HOST.test(host) || !URL.canParse(url)) throw new HttpError('malformed', 'malformed Host')
  const headers = new Headers([...request.headers])
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const response = await app.fetch(new Request(url, { method, headers, ...(hasBody && { body }) }), {
    headers,
    isFromEnclave: true,
  })
  return format(response.status, response.headers, new Uint8Array(await response.arrayBuffer()), last)
}

function format(
  status: number,
  headers: Iterable<[name: string, value: string]>,
  body: Bytes,
  last: boolean,
): Bytes {
  const close: [string, string][] = last ? [['connection', 'close']] : []
  return writeMessage(`HTTP/1.1 ${status} ${REASONS[status] ?? ''}`, [...headers, ...close], body)
}
