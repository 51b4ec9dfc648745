/**
 * Stands for all of the network but loopback: the browser is told to reach it through this proxy, which counts and
 * lets nothing through. It sees what no list of a page's requests shows, such as those of a Worker that a Worker made.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Errands of the browser itself, which no argument quite ends: stopped like the rest, but nothing of a page. */
const OWN_ERRAND = /^(?:http:\/\/)?[\w.-]+\.(?:google|googleapis|gvt1|gstatic)\.com[:/]/

/** The counter. */
export class Outside {
  /** What was asked for, in order. */
  readonly asked: string[] = []
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#count(request.url ?? '')
      response.end('This is as far as it goes.')
    })
    this.#server.on('connect', (request, socket) => {
      this.#count(request.url ?? '')
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    })
  }

  #count(url: string): void {
    if (!OWN_ERRAND.test(url)) this.asked.push(url)
  }

  static async open(): Promise<Outside> {
    const outside = new Outside()
    await new Promise<void>((resolve) => outside.#server.listen(0, '127.0.0.1', resolve))
    return outside
  }

  /** The browser's argument. Chromium goes to loopback itself, past any proxy. */
  get argument(): string {
    return `--proxy-server=http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}
