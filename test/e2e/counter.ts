/**
 * Servers that count what reaches them from a browser: HTTP requests and upgrades by path, and UDP packets, with
 * which WebRTC contacts a STUN server and WebTransport starts. The HTTP server also serves a page's few files, as a
 * static host would.
 */
import { createSocket } from 'node:dgram'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Every request below this path is counted and answered. */
export const COUNTED = '/counted/'

/** Headers that permit any use of the answer, so that only the rule under test can block it. */
const UNRESTRICTED = {
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

/** The HTTP server. */
export class HttpCounter {
  /** The method and path of every request, in order. */
  readonly requests: string[] = []
  readonly #server: Server

  private constructor(files: ReadonlyMap<string, ServedFile>) {
    this.#server = createServer(({ url = '', method }, response) => {
      this.requests.push(`${method} ${url}`)
      const file = files.get(url)
      if (file) response.writeHead(200, { 'Content-Type': file.type }).end(file.body)
      else if (url.startsWith(COUNTED)) response.writeHead(200, UNRESTRICTED).end()
      else response.writeHead(404, { 'Content-Type': 'text/plain' }).end('File not found.')
    })
    this.#server.on('upgrade', ({ url = '' }, socket) => {
      socket.on('error', () => {})
      this.requests.push(`UPGRADE ${url}`)
      socket.destroy()
    })
  }

  /** Starts the server, which serves `files`. */
  static async open(files: ReadonlyMap<string, ServedFile> = new Map()): Promise<HttpCounter> {
    const counter = new HttpCounter(files)
    await new Promise<void>((resolve) => counter.#server.listen(0, '127.0.0.1', resolve))
    return counter
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** The number of requests and upgrades with that path. */
  count(path: string): number {
    return this.requests.filter((line) => line.split(' ')[1] === path).length
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}

/** The UDP server. */
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
