/**
 * One exchange: opens the request (draft-ietf-ohai-chunked-ohttp-08, section 6.1), gives it to the application, and seals
 * its answer. The request comes through the parent and from anybody: it is hostile until its first chunk is opened, and
 * then from a caller that nobody has authenticated.
 */
import { EnclaveError } from '../../base/error.ts'
import { MessageReader } from '../../channel/wire/bhttp/read.ts'
import type { RequestHead } from '../../channel/wire/bhttp/write.ts'
import { ByteSource, type Origin, streamOrigin, wholeOrigin } from '../../channel/wire/byte-source.ts'
import { ChunkReader, FINAL, NOT_FINAL } from '../../channel/wire/chunks.ts'
import { malformed, truncated } from '../../channel/wire/error.ts'
import type { Context } from '../../channel/wire/hpke.ts'
import {
  AES_256_GCM,
  CALLS_PATH,
  CHUNK_FIELD,
  HKDF_SHA256,
  KEY_PROBLEM,
  LARGEST_CHUNK,
} from '../../channel/wire/names.ts'
import { problemAnswer } from '../../channel/wire/problem.ts'
import { requestOf as makeRequest } from '../http/requests.ts'
import { Answer } from './answer.ts'
import type { Calls } from './calls.ts'
import type { ChannelKey, KeyRing } from './keys.ts'
import { refusalOf } from './refusal.ts'

/** Bytes of the numbers before the encapsulated key. */
const HEADER_LENGTH = 7
/** Bodies up to this length are read at once, if they say their length. */
const MOST_AT_ONCE = 1 << 20

/** What an exchange needs. */
export interface ExchangeHost {
  readonly keys: KeyRing
  readonly handler: (request: Request) => Response | Promise<Response>
  readonly calls: Calls | undefined
}

/** Answers a request of the media type message/ohttp-chunked-req. Never rejects. */
export async function exchange(
  host: ExchangeHost,
  request: Request,
  headers: HeadersInit,
): Promise<Response> {
  try {
    return await take(host, request, headers)
  } catch (error) {
    if (!(error instanceof EnclaveError && error.code === 'E_CHANNEL_MESSAGE'))
      console.error('attestedChannel: an exchange failed', error)
    // What exactly was wrong helps only those who try.
    return problemAnswer(400, { type: 'about:blank', title: 'the request is malformed' }, headers)
  }
}

async function take(host: ExchangeHost, request: Request, headers: HeadersInit): Promise<Response> {
  const source = new ByteSource(await originOf(request))
  if (!(await source.fill(HEADER_LENGTH))) throw truncated('the header')
  const [id = 0, kem1 = 0, kem2 = 0, kdf1 = 0, kdf2 = 0, aead1 = 0, aead2 = 0] = source.take(HEADER_LENGTH)
  const isOurs = ((kdf1 << 8) | kdf2) === HKDF_SHA256 && ((aead1 << 8) | aead2) === AES_256_GCM
  const key = isOurs ? host.keys.find(id, (kem1 << 8) | kem2) : undefined
  if (!key) {
    source.cancel(undefined)
    return keyUnknown(headers)
  }
  if (!(await source.fill(key.encLength))) throw truncated('the encapsulated key')
  const enc = source.take(key.encLength).slice()
  if (key.taken.isFull) {
    source.cancel(undefined)
    return key.taken.has(enc) ? repeated(headers) : refusalOf(host.keys, enc, headers)
  }
  const opened = await openFirst(key, enc, source)
  if (!opened) {
    source.cancel(undefined)
    return keyUnknown(headers)
  }
  const { context, chunks, first } = opened
  // Of two requests with the same encapsulated key only one gets further.
  if (!key.taken.add(enc)) {
    source.cancel(undefined)
    return key.taken.has(enc) ? repeated(headers) : refusalOf(host.keys, enc, headers)
  }
  const reader = new MessageReader(new ByteSource(after(first, chunks)))
  try {
    return await answer(host, request, reader, new Answer(context, enc, headers))
  } catch (error) {
    reader.cancel(error)
    throw error
  }
}

/** Its first chunk; undefined if the key does not open it, as if it is that of an enclave which is gone. */
async function openFirst(
  key: ChannelKey,
  enc: Uint8Array,
  source: ByteSource,
): Promise<{ context: Context; chunks: ChunkReader; first: Uint8Array } | undefined> {
  let isWrong = false
  const context = key.begin(enc)
  const chunks = new ChunkReader(source, (sealed, isFinal) => {
    isWrong = true
    const text = context.open(sealed, isFinal ? FINAL : NOT_FINAL)
    isWrong = false
    return text
  })
  try {
    const first = await chunks.next()
    return { context, chunks, first: first! }
  } catch (error) {
    if (isWrong) return undefined
    source.cancel(error)
    throw error
  }
}

/** `first`, and the chunks that follow. */
function after(first: Uint8Array, chunks: ChunkReader): Origin {
  let begin: Uint8Array | undefined = first
  return {
    get isOver() {
      return begin === undefined && chunks.isOver
    },
    async next() {
      const given = begin
      begin = undefined
      return given ?? chunks.next()
    },
    cancel: (reason) => chunks.cancel(reason),
  }
}

async function answer(
  { handler, calls }: ExchangeHost,
  outer: Request,
  reader: MessageReader,
  sealed: Answer,
): Promise<Response> {
  const { fields, ...rest } = await reader.requestHead()
  const head = { ...rest, fields: fields.filter(([name]) => name !== CHUNK_FIELD) }
  if (head.fields.length < fields.length) sealed.chunkLength = LARGEST_CHUNK
  if (calls && head.path === CALLS_PATH) return calls.answer(head, reader, outer.signal, sealed)
  const ending = new AbortController()
  const abort = () => ending.abort(outer.signal.reason)
  outer.signal?.addEventListener('abort', abort, { once: true })
  const body = bodyOf(head, reader)
  const request = requestOf(head, body.content, ending.signal)
  let response: Response
  try {
    response = await handler(request)
    if (!(response instanceof Response)) throw new TypeError('the handler has not returned a Response')
    // It would look like one with an empty body, or like its rest.
    if (response.bodyUsed) throw new TypeError('the body of the response was read before')
  } catch (error) {
    if (body.failure()) throw body.failure()
    console.error('attestedChannel: the handler threw', error)
    response = new Response(null, { status: 500 })
  }
  return sealed.of(response)
}

interface Body {
  readonly content: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | undefined
  /** Why the content could not be read to its end. */
  failure(): unknown
}

/** The content: bytes if all of them are there, otherwise a stream. */
function bodyOf({ method }: RequestHead, reader: MessageReader): Body {
  const whole = reader.whole()
  const mayHaveContent = method !== 'GET' && method !== 'HEAD'
  if (whole?.length === 0 || (whole && mayHaveContent))
    return { content: mayHaveContent && whole.length > 0 ? whole : undefined, failure: () => undefined }
  if (!mayHaveContent) throw malformed('a request has content', `none, because it is a ${method}`, 'some')
  let failure: unknown
  const content = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = await reader.piece()
          if (piece) controller.enqueue(piece.slice())
          else controller.close()
        } catch (error) {
          failure = error
          throw error
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return { content, failure: () => failure }
}

function requestOf(head: RequestHead, body: Body['content'], signal: AbortSignal): Request {
  const { method, scheme, authority, path, fields } = head
  const url = `${scheme}://${authority || 'localhost'}${path}`
  try {
    return makeRequest({ method, url, fields }, body, signal)
  } catch (cause) {
    throw malformed('a request cannot be a Request', 'a method, a URL and fields of HTTP', method, cause)
  }
}

async function originOf(request: Request): Promise<Origin> {
  const length = Number(request.headers.get('content-length') ?? Number.NaN)
  if (length <= MOST_AT_ONCE) return wholeOrigin(new Uint8Array(await request.arrayBuffer()))
  return streamOrigin(request.body)
}

const keyUnknown = (headers: HeadersInit) =>
  problemAnswer(400, { type: KEY_PROBLEM, title: 'the key is not one of this enclave' }, headers)

const repeated = (headers: HeadersInit) =>
  problemAnswer(409, { type: 'about:blank', title: 'the request was received before' }, headers)
