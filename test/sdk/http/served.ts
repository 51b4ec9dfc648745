/** A session of `serveHttp` over a connection in memory, and what it answers. */
import { Receiver } from '../../../src/http1/receiver.ts'
import { createBodyReader } from '../../../src/network/http-body.ts'
import { readHead } from '../../../src/network/http-head.ts'
import type { HttpHandler } from '../../../src/sdk/http/exchange.ts'
import { type HttpServeOptions, httpSettings } from '../../../src/sdk/http/options.ts'
import { HttpSession } from '../../../src/sdk/http/session.ts'
import { MemorySocket } from '../../network/memory-socket.ts'

/** A response, by the strict reader of enclaves' `fetch`. */
export interface Answer {
  readonly status: number
  readonly fields: Record<string, string>
  readonly body: string
}

/** What a session writes when a client sends `sent` in pieces of `size` bytes, and then closes its half. */
export async function written(
  handler: HttpHandler,
  sent: string | Uint8Array,
  options: HttpServeOptions = {},
  size?: number,
): Promise<string> {
  const socket = new MemorySocket().send(sent, size).finish()
  await new HttpSession(socket, handler, httpSettings(options).settings).run()
  return socket.text
}

/** The responses in `text`, to requests with these methods; the last is for all further ones. */
export async function answersIn(text: string, methods: readonly string[] = ['GET']): Promise<Answer[]> {
  const socket = new MemorySocket().send(text).finish()
  const receiver = new Receiver(() => socket.read())
  const answers: Answer[] = []
  for (;;) {
    const method = methods[Math.min(answers.length, methods.length - 1)]!
    const head = await readHead(receiver, method)
    if (!head) return answers
    const reader = createBodyReader(receiver, head.framing)
    let body = ''
    for (let piece = await reader.next(); piece; piece = await reader.next())
      body += new TextDecoder().decode(piece)
    answers.push({ status: head.status, fields: Object.fromEntries(head.fields), body })
  }
}

/** Both. */
export async function answersTo(
  handler: HttpHandler,
  sent: string | Uint8Array,
  options: HttpServeOptions = {},
  size?: number,
): Promise<Answer[]> {
  return answersIn(await written(handler, sent, options, size))
}

export const GET = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'

/** A request with a body. */
export const post = (body: string, more = ''): string =>
  `POST / HTTP/1.1\r\nhost: a\r\n${more}content-length: ${body.length}\r\n\r\n${body}`

/** A request whose body comes in these chunks. */
export const chunkedPost = (...chunks: string[]): string =>
  `POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n${[...chunks, ''].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}`
