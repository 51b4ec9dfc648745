/**
 * Stands for the whole network except loopback: the browser uses this proxy, which counts requests and forwards none.
 * It also sees what a page's request list omits, such as the requests of a Worker that was started by a Worker.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Requests of the browser itself, which its arguments cannot all disable: blocked like the rest, but not counted. */
const OWN_REQUEST =
  /^(?:http:\/\/)?[\w.-]+\.(?:(?:google|googleapis|gvt1|gstatic|firefox|mozilla)\.com|mozilla\.(?:net|org))[:/]/

/** The proxy. */
export class Outside {
  /** The requested URLs, in order. */
  readonly requests: string[] = []
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#count(request.url ?? '')
      response.end('This is as far as it goes.')
    })
    this.#server.on('connect', (request, socket) => {
      // A browser that ends may reset it.
      socket.on('error', () => {})
      this.#count(request.url ?? '')
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    })
  }

  #count(url: string): void {
    if (!OWN_REQUEST.test(url)) this.requests.push(url)
  }

  static async open(): Promise<Outside> {
    const outside = new Outside()
    await new Promise<void>((resolve) => outside.#server.listen(0, '127.0.0.1', resolve))
    return outside
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The argument of Chromium that sets the proxy. Chromium uses no proxy for loopback. */
  get argument(): string {
    return `--proxy-server=http://127.0.0.1:${this.port}`
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}
