/** Serves one connection: HTTP/1.1 requests from a pair of Web Streams, one after the other, until either side is done. */
import type { Bytes } from '../../base/bytes.ts'
import { HttpError, type HttpFault } from '../../http1/error.ts'
import type { HttpLimits } from '../../http1/headers.ts'
import { Input, type Memory } from '../../http1/input.ts'
import { type HttpRequest, readRequest } from '../../http1/reader.ts'
import { writeMessage } from '../../http1/writer.ts'
import { BODY_BYTES_MAX } from '../http/app.ts'
import type { ServerEnvironment } from '../http/request.ts'
import { Turns } from './turns.ts'

/** What answers: a Hono application, or whatever has its `fetch`. */
export interface HttpApp {
  fetch(request: Request, environment: ServerEnvironment): Response | Promise<Response>
}

/** Two streams, as a `VsockSocket` has them. */
export interface Duplex {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

/** Milliseconds that a connection may go without a whole request, or without taking an answer. */
const IDLE_MAX = 60_000

const LIMITS: HttpLimits = {
  headBytes: 16 * 1024,
  headers: 64,
  bodyBytes: BODY_BYTES_MAX,
  single: ['host', 'content-length', 'content-type', 'authorization', 'content-digest', 'x-amz-target'],
}

/** What a guest is told of a request that cannot be read; what cannot be written is a fault of ours. */
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

/** A host and perhaps a port: nothing that a path could begin with. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

/**
 * Resolves once the connection is over; rejects where the stream fails. What is held of requests is taken from `memory`.
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
