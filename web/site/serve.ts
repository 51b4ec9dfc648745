/**
 * A static file server on loopback, for `npm run web` and the browser tests. Requests are hostile:
 * it serves only files below its folder.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { COMMON_HEADERS, ISOLATION_HEADERS } from './headers.ts'

/** Browsers require the right type for modules and for streaming compilation of WebAssembly. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}
const UNKNOWN_TYPE = 'application/octet-stream'

/** Options of serveFolder. */
export interface ServeOptions {
  /** The folder. */
  root: string
  /** 0 for any free port. */
  port: number
  /** The path under which the folder appears, with a slash at both ends. @default '/' */
  base?: string
  /** Whether to send only the headers that every host sends: type and length. @default false */
  bare?: boolean
  /** Called for every request. */
  onRequest?: (path: string, status: number) => void
}

/** A running server. */
export interface StaticServer {
  /** The URL of the folder. */
  readonly url: string
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Serves a folder on 127.0.0.1. Rejects if the port is in use.
 *
 * @example
 * await using server = await serveFolder({ root: 'dist/web', port: 0 })
 * console.log(server.url)
 */
export async function serveFolder(options: ServeOptions): Promise<StaticServer> {
  const { base = '/' } = options
  const server = createServer((request, response) => {
    void answer(request, response, { ...options, base }).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      // A browser may keep unused connections open.
      server.closeAllConnections()
    })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}${base}`, close, [Symbol.asyncDispose]: close }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { root, base, bare = false, onRequest }: ServeOptions & { base: string },
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const file = await findFile(root, base, pathname)
  const status = request.method !== 'GET' && request.method !== 'HEAD' ? 405 : file ? 200 : 404
  onRequest?.(pathname, status)
  const headers = bare ? {} : { ...COMMON_HEADERS, ...ISOLATION_HEADERS }
  if (status !== 200 || !file) {
    response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' })
    response.end(status === 404 ? 'File not found.\n' : 'Only GET and HEAD are allowed.\n')
    return
  }
  const type = TYPES[extname(file.path)] ?? UNKNOWN_TYPE
  response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': file.size })
  if (request.method === 'HEAD') response.end()
  else await pipeline(createReadStream(file.path), response)
}

async function findFile(root: string, base: string, pathname: string) {
  if (!pathname.startsWith(base)) return undefined
  const name = readName(pathname.slice(base.length) || 'index.html')
  // A `..` in any encoding could leave the folder.
  if (name === undefined || name.includes('\0') || normalize(name).split(sep)[0] === '..') return undefined
  const path = join(root, name)
  const entry = await stat(path).catch(() => undefined)
  return entry?.isFile() ? { path, size: entry.size } : undefined
}

function readName(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}
