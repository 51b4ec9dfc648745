/**
 * An enclave's HTTP/1.1 server over vsock (RFC 9110, RFC 9112): the web's Request to Response. Requests are hostile, and so is
 * the parent instance that passes them on: the handler gets what has the form of a request, and must validate the rest itself.
 */
import { functionOf } from '../arguments.ts'
import { listen } from '../vsock.ts'
import type { HttpHandler } from './exchange.ts'
import { type HttpServeOptions, httpSettings } from './options.ts'
import { HttpSessions } from './sessions.ts'

/**
 * Answers HTTP requests with `handler`, as long as the enclave runs; `fetch` of an application of hono is one. Bodies are streams
 * in both directions, read as they are wanted. `request.signal` aborts when the client has left; then the place of its connection
 * is free, whether or not the handler settles. A handler that throws is answered with 500 and nothing else; the error is written
 * on the console, which can be read only in debug mode. A body of a response that fails breaks the connection, so that it never
 * looks whole.
 *
 * The parent instance reads what reaches the enclave in clear, also if TLS ended before it.
 *
 * @throws {VsockError} `address-in-use`, `invalid-argument`.
 * @throws {TypeError} if the handler is not a function, or for an unknown or invalid option.
 * @example
 * const handler = async (request) => new Response(`hello ${await request.text()}`)
 * void serveHttp(handler, { port: 8081 })
 */
export async function serveHttp(handler: HttpHandler, options: HttpServeOptions = {}): Promise<void> {
  functionOf('handler', handler)
  const { port, settings } = httpSettings(options)
  const sessions = new HttpSessions(handler, settings)
  for await (const socket of listen(port)) sessions.begin(socket)
}
