/**
 * Counts what comes out of a browser: requests and upgrades of HTTP, by their path, and packets of UDP, which is how
 * WebRTC asks a STUN server and WebTransport begins. The first also serves a page's few files, as a plain host would.
 */
import { createSocket } from 'node:dgram'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Whatever is asked for beneath this path is counted and answered. */
export const COUNTED = '/counted/'

/** With these an answer may be used by anybody, so that no other rule of a browser's stands in for the one tested. */
const FOR_ANYBODY = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Cache-Control': 'no-store',
  'Content-Type': 'text/javascript',
}

/** A file that is served, by its path. */
export interface ServedFile {
  readonly type: string
  readonly body: string | Uint8Array
}

/** The counter of HTTP. */
export class HttpCounter {
  /** Every request's method and path, in order. */
  readonly asked: string[] = []
  readonly #server: Server

  private constructor(files: ReadonlyMap<string, ServedFile>) {
    this.#server = createServer(({ url = '', method }, response) => {
      this.asked.push(`${method} ${url}`)
      const file = files.get(url)
      if (file) response.writeHead(200, { 'Content-Type': file.type }).end(file.body)
      else if (url.startsWith(COUNTED)) response.writeHead(200, FOR_ANYBODY).end()
      else response.writeHead(404, { 'Content-Type': 'text/plain' }).end('There is no such file.')
    })
    this.#server.on('upgrade', ({ url = '' }, socket) => {
      this.asked.push(`UPGRADE ${url}`)
      socket.destroy()
    })
  }

  /** Serves `files` and counts. */
  static async open(files: ReadonlyMap<string, ServedFile> = new Map()): Promise<HttpCounter> {
    const counter = new HttpCounter(files)
    await new Promise<void>((resolve) => counter.#server.listen(0, '127.0.0.1', resolve))
    return counter
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Requests and upgrades with that path. */
  count(path: string): number {
    return this.asked.filter((line) => line.split(' ')[1] === path).length
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}

/** A counter of UDP packets. */
export class UdpCounter {
  packets = 0
  readonly #socket = createSocket('udp4', () => {
    this.packets += 1
  })

  static async open(): Promise<UdpCounter> {
    const counter = new UdpCounter()
    await new Promise<void>((resolve) => counter.#socket.bind(0, '127.0.0.1', resolve))
    return counter
  }

  get port(): number {
    return this.#socket.address().port
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()))
  }
}
