/** Serves one connection: HTTP/1.1 requests from a pair of Web Streams, one after the other, until either side is done. */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { BODY_BYTES_MAX } from '../http/app.ts'
import type { ServerEnvironment } from '../http/request.ts'
import type { Budget } from './budget.ts'
import { HttpError, HttpReader, type HttpRequest } from './http-reader.ts'

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

/** A host and perhaps a port: nothing that a path could begin with. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

/**
 * Resolves once the connection is over; rejects where the stream fails. What is held of requests is taken from `budget`.
 */
export async function serveConnection(
  { readable, writable }: Duplex,
  app: HttpApp,
  budget: Budget,
): Promise<void> {
  const reader = new HttpReader(readable, BODY_BYTES_MAX, budget)
  const writer = writable.getWriter()
  const write = async (bytes: Bytes) => {
    const late = setTimeout(() => void writer.abort().catch(() => {}), IDLE_MAX)
    await writer.write(bytes).finally(() => clearTimeout(late))
  }
  try {
    for (;;) {
      const idle = setTimeout(() => void reader.cancel(), IDLE_MAX)
      const request = await reader.next().finally(() => clearTimeout(idle))
      if (request === undefined) break
      const last = request.headers.get('connection')?.toLowerCase() === 'close'
      await write(await answer(request, app, last))
      if (last) break
    }
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    const body = new TextEncoder().encode(`${error.message}\n`)
    await write(format(error.status, new Headers({ 'Content-Type': 'text/plain' }), body, true))
  } finally {
    await Promise.allSettled([reader.cancel(), writer.close()])
  }
}

async function answer(request: HttpRequest, app: HttpApp, last: boolean): Promise<Bytes> {
  const { method, target, headers, body } = request
  const host = headers.get('host')!
  const url = `http://${host}${target}`
  if (!HOST.test(host) || !URL.canParse(url)) throw new HttpError(400, 'malformed Host')
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const response = await app.fetch(new Request(url, { method, headers, ...(hasBody && { body }) }), {
    headers,
    isFromEnclave: true,
  })
  return format(response.status, response.headers, new Uint8Array(await response.arrayBuffer()), last)
}

function format(status: number, headers: Headers, body: Bytes, last: boolean): Bytes {
  const lines = [`HTTP/1.1 ${status} ${REASONS[status] ?? ''}`]
  for (const [name, value] of headers) if (name !== 'content-length') lines.push(`${name}: ${value}`)
  lines.push(`content-length: ${body.byteLength}`)
  if (last) lines.push('connection: close')
  return concatBytes(new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n`), body)
}
