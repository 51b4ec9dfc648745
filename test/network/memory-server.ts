/** A proxy and an HTTP server in memory, and a client of them. */
import { type HttpAnswer, type HttpCall, HttpClient } from '../../src/network/index.ts'
import { fromLatin1 } from '../../src/network/latin1.ts'
import { hostOf, MemorySocket } from './memory-socket.ts'

/** What the server does with what it has received since the last time; true: it was a whole request. */
type Respond = (request: string, socket: MemorySocket, connection: number) => unknown

export interface Rig {
  readonly client: HttpClient
  /** The connections, in their order. */
  readonly sockets: MemorySocket[]
  /** What each connection asked the proxy for. */
  readonly asked: string[]
}

/** The server answers a request when its head has arrived, and `respond` may send more. */
export function createRig(respond: Respond): Rig {
  const sockets: MemorySocket[] = []
  const asked: string[] = []
  const open = async () => {
    const socket = new MemorySocket()
    const connection = sockets.push(socket) - 1
    let used = 0
    let isConnected = false
    socket.onWrite = (all) => {
      const text = all.slice(used)
      if (!text.includes('\r\n\r\n')) return
      if (isConnected) {
        if (respond(text, socket, connection) !== false) used = all.length
        return
      }
      isConnected = true
      used = all.length
      asked.push(text.slice(0, text.indexOf('\r\n')))
      socket.send('HTTP/1.1 200 OK\r\n\r\n')
    }
    return socket
  }
  return { client: new HttpClient(hostOf(open)), sockets, asked }
}

/** A response with a body. */
export const answer = (body: string, ...fields: string[]): string =>
  `HTTP/1.1 200 OK\r\n${[...fields, `content-length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`

/** A request to one server, with `changes`. */
export function callOf(changes: Partial<HttpCall> = {}): HttpCall {
  return {
    destination: { host: 'server', port: 80 },
    isSecure: false,
    method: 'GET',
    target: '/',
    fields: [],
    body: undefined,
    signal: new AbortController().signal,
    ...changes,
  }
}

export async function textOf(response: HttpAnswer): Promise<string> {
  let text = ''
  for (let piece = await response.next(); piece; piece = await response.next()) text += fromLatin1(piece)
  return text
}

/** Everything that is ready happens. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
