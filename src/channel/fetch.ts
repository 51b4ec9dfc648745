/** `fetch` over exchanges: from a Request to a Response. */

import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { isNode } from '../platform/environment.ts'
import type { Message, Pieces, SealedAnswer } from './exchange.ts'
import { type ClientSetting, invalid } from './options.ts'
import { sendable } from './wire/bhttp/fields.ts'
import { contentIn, wholeMessage, writeRequestHead } from './wire/bhttp/write.ts'
import { CHUNK_FIELD } from './wire/names.ts'

/** Makes an exchange; the request may be repeated if it `isSafe`. */
export type Exchange = (message: Message, isSafe: boolean) => Promise<SealedAnswer>

/** Methods that have no effect (RFC 9110, section 9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Statuses of answers without a body, and those that say where to go. */
const WITHOUT_BODY = new Set([204, 205, 304])
const REDIRECTS = new Set([301, 302, 303, 307, 308])
const MAX_REDIRECTS = 20

export async function fetchOver(
  setting: ClientSetting,
  exchange: Exchange,
  input: string | URL | Request,
  init: RequestInit,
): Promise<Response> {
  const { body } = init
  // Not that of the request, which follows its caller's only while the request itself is in use (Node 26).
  const signal = init.signal ?? (input instanceof Request ? input.signal : undefined)
  const bytes = bytesIn(body)
  const stream = body instanceof ReadableStream ? body : undefined
  // A Request would have to be read for what is here already; and that of WebKit knows no streams.
  let request = requestOf(setting, input, bytes || stream ? { ...init, body: new Uint8Array() } : init)
  let pieces = setting.streamRequests ? piecesOf(stream ?? streamIn(input, init, request)) : undefined
  let content = pieces ? undefined : (bytes ?? (await contentOf(stream ? new Response(stream) : request)))
  for (let count = 0; ; count++) {
    let head = headOf(request)
    if (content) {
      // A copy, which the caller cannot change.
      head = wholeMessage(head, content)
      content = contentIn(head, content.length)
    }
    const answer = await exchange({ head, pieces, signal }, SAFE.has(request.method))
    const target = redirectOf(request, answer)
    if (target === undefined) return responseOf(answer, request.url, count > 0)
    answer.reader.cancel(undefined)
    if (count >= MAX_REDIRECTS) throw new TypeError('fetch: too many redirects')
    const { status } = answer.head
    const isGet = status === 303 || (status < 303 && request.method === 'POST')
    if (!isGet && pieces) throw new TypeError('fetch: a body that was a stream cannot be sent again')
    if (isGet) {
      content = new Uint8Array()
      pieces = undefined
    }
    request = requestOf(setting, target, {
      method: isGet ? 'GET' : request.method,
      headers: request.headers,
      redirect: request.redirect,
      signal: request.signal,
    })
  }
}

function requestOf(setting: ClientSetting, input: string | URL | Request, init: RequestInit): Request {
  const { base } = setting
  if (input instanceof Request) {
    checkOrigin(base, new URL(input.url))
    return new Request(input, init)
  }
  const url = new URL(input, base)
  checkOrigin(base, url)
  return new Request(url, init)
}

function checkOrigin(base: URL, { origin }: URL): void {
  if (origin !== base.origin) throw invalid('the URL', `one of ${base.origin}`, origin)
}

/** The body of a request that was given as one, which may be long. */
const streamIn = (input: unknown, { body }: RequestInit, request: Request) =>
  body === undefined && input instanceof Request ? (request.body ?? undefined) : undefined

async function contentOf(message: Request | Response): Promise<Bytes> {
  if (message instanceof Request && (message.method === 'GET' || message.method === 'HEAD'))
    return new Uint8Array()
  return new Uint8Array(await message.arrayBuffer())
}

/** The bytes of a body that is bytes: a Request would have to be read for them. */
function bytesIn(body: unknown): Uint8Array | undefined {
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  return ArrayBuffer.isView(body) ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength) : undefined
}

function piecesOf(stream: ReadableStream<Uint8Array> | undefined): Pieces | undefined {
  const reader = stream?.getReader()
  return reader && (async () => (await reader.read()).value)
}

function headOf(request: Request): Bytes {
  const { protocol, host, pathname, search } = new URL(request.url)
  return writeRequestHead({
    method: request.method,
    scheme: protocol.slice(0, -1),
    authority: host,
    path: pathname + search,
    fields: [...sendable(request.headers), [CHUNK_FIELD, '1']],
  })
}

/** Where the answer sends the caller, if the caller follows. */
function redirectOf(request: Request, { head }: SealedAnswer): URL | undefined {
  const location = head.fields.find(([name]) => name === 'location')?.[1]
  if (!REDIRECTS.has(head.status) || location === undefined || request.redirect === 'manual') return undefined
  if (request.redirect === 'error') throw new TypeError('fetch: the answer is a redirect')
  return new URL(location, request.url)
}

async function responseOf(answer: SealedAnswer, url: string, redirected: boolean): Promise<Response> {
  const { head, reader } = answer
  const { status, fields } = head
  const body = WITHOUT_BODY.has(status) ? null : (wholeBody(reader.whole()) ?? streamOf(answer))
  if (body === null && (await reader.piece())) {
    throw new EnclaveError('E_CHANNEL_ANSWER', {
      what: 'an answer has content that its status does not allow',
      expected: `none with ${status}`,
      got: 'some',
    })
  }
  const response = new Response(body, { status, headers: fields as [string, string][] })
  Object.defineProperties(response, { url: { value: url }, redirected: { value: redirected } })
  return response
}

/** Node's Response copies bytes twice, and twice more when they are read. */
function wholeBody(bytes: Bytes | undefined): Bytes | ReadableStream<Uint8Array> | undefined {
  if (!isNode || !bytes || bytes.length === 0) return bytes
  return new ReadableStream({
    type: 'bytes',
    start(controller) {
      controller.enqueue(bytes)
      controller.close()
    },
  })
}

function streamOf({ reader }: SealedAnswer): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = await reader.piece()
        if (piece) controller.enqueue(piece.slice())
        else controller.close()
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
