/** An enclave with a proxy to two servers of this machine: one with TLS, and one without. */
import { once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import * as http from 'node:http'
import * as https from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { openProxy } from '../../src/proxy/index.ts'
import { issue } from '../support/certificates.ts'
import { Laboratory } from '../support/laboratory.ts'

const text = (response: ServerResponse, body: string) => {
  response.setHeader('content-type', 'text/plain')
  response.end(body)
}

const ROUTES: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => unknown>> = {
  '/hello': (_, response) => text(response, 'hello'),
  '/headers': (request, response) => text(response, JSON.stringify(request.headers)),
  '/echo': async (request, response) =>
    response.end(Buffer.concat([Buffer.from(`${request.method} `), await buffer(request)])),
  '/chunked': (_, response) => {
    for (const part of ['one ', 'two ', 'three']) response.write(part)
    response.end()
  },
  '/large': (_, response) => response.end(Buffer.alloc(3_000_000, 'abc')),
  '/cookies': (_, response) => response.setHeader('set-cookie', ['a=1', 'b=2']).end(),
  '/moved': (_, response) => response.writeHead(302, { location: '/echo' }).end(),
  '/kept': (_, response) => response.writeHead(307, { location: '/echo' }).end(),
  '/elsewhere': (request, response) =>
    response.writeHead(302, { location: request.headers['x-to'] as string }).end(),
  '/round': (_, response) => response.writeHead(302, { location: '/round' }).end(),
  '/endless': (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    }
    response.on('drain', more)
    more()
  },
  '/zipped': (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello')),
  '/nothing': (_, response) => response.writeHead(204).end(),
  '/missing': (_, response) => response.writeHead(404, 'Not Here').end('no'),
  '/silent': () => {},
  '/cut': (_, response) =>
    response.writeHead(200, { 'content-length': '100' }).write('only', () => response.destroy()),
}
const answer: RequestListener = (request, response) =>
  void ROUTES[request.url!.split('?')[0]!]!(request, response)

async function listening(server: http.Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

export class FetchLab {
  readonly lab: Laboratory
  /** Where the server with TLS is. */
  readonly url: string
  /** Where the one without TLS is. */
  readonly plainUrl: string
  /** How many connections with TLS there have been. */
  connections = 0
  readonly #close: () => Promise<void>

  private constructor(lab: Laboratory, urls: readonly [string, string], close: () => Promise<void>) {
    this.lab = lab
    this.url = urls[0]
    this.plainUrl = urls[1]
    this.#close = close
  }

  static async open(): Promise<FetchLab> {
    const root = issue({ subject: 'root', isAuthority: true, kind: 'P-384' })
    const names = ['localhost', 'relay.example']
    const { keyPem: key, pem: cert } = issue({ subject: 'server', names, issuer: root })
    const secure = https.createServer({ key, cert }, answer)
    const plain = http.createServer(answer)
    const urls = [
      `https://localhost:${await listening(secure)}`,
      `http://127.0.0.1:${await listening(plain)}`,
    ] as const
    const allowlist = ['localhost:*', '127.0.0.1:*']
    const lab = await Laboratory.open({
      parts: {
        files: { 'roots.pem': new TextEncoder().encode(root.pem) },
        manifest: {
          roots: 'roots.pem',
          destinations: allowlist,
          proxyPort: 8123,
          relays: { 'relay.example:443': 8124 },
        },
      },
      memoryMiB: 128,
    })
    const proxy = openProxy(lab.parent, { port: 8123, allowlist })
    const opened = new FetchLab(lab, urls, async () => {
      await proxy.close()
      await lab[Symbol.asyncDispose]()
      for (const server of [secure, plain]) server.close().closeAllConnections()
    })
    secure.on('secureConnection', () => opened.connections++)
    return opened
  }

  /** What an expression about the response to a `fetch` of `path` gives in the enclave. */
  fetched<Result = unknown>(path: string, init = '{}', give = 'await response.text()'): Promise<Result> {
    const url = JSON.stringify(`${this.url}${path}`)
    return this.lab.run<Result>(`const response = await fetch(${url}, ${init}); return ${give}`)
  }

  /** The error of a `fetch` in the enclave: its name, its message and the code of its cause. */
  failing(path: string, init = '{}', base: string = this.url): Promise<[string, string, string?]> {
    const url = JSON.stringify(`${base}${path}`)
    return this.lab.run(`try { await (await fetch(${url}, ${init})).text() } catch (error) {
      return [error.name, error.message, error.cause?.code] }`)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close()
  }
}
