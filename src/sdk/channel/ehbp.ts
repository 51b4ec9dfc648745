/**
 * The Encrypted HTTP Body Protocol (SPEC.md of tinfoilsh/encrypted-http-body-protocol), as a server: bodies are sealed,
 * headers are not, and a body that ends between two of its chunks looks complete.
 */

import { type Bytes, fromHex, toHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { ByteSource, streamOrigin } from '../../channel/wire/byte-source.ts'
import { malformed, truncated } from '../../channel/wire/error.ts'
import { answerChunks, type Context } from '../../channel/wire/hpke.ts'
import {
  EHBP_ANSWER_LABEL,
  EHBP_KEY_HEADER,
  EHBP_KEY_PROBLEM,
  EHBP_NONCE_HEADER,
  KEY_LENGTH,
  TAG_LENGTH,
} from '../../channel/wire/names.ts'
import { problemAnswer } from '../../channel/wire/problem.ts'
import { randomBytes } from '../qtsm.ts'
import { compiled } from './hpke.ts'
import type { ChannelKey, KeyRing } from './keys.ts'

/** Bytes of a chunk's length, and the longest chunk that is read: this client seals a body as one. */
const LENGTH_LENGTH = 4
const MOST = 16 * 1024 * 1024
const KEY = /^[0-9a-f]{64}$/
const NONE = new Uint8Array(0)

type Handler = (request: Request) => Response | Promise<Response>

/** Answers a request that has an encapsulated key in its headers. Never rejects. */
export async function ehbpExchange(keys: KeyRing, handler: Handler, request: Request): Promise<Response> {
  try {
    return await take(keys, handler, request)
  } catch (error) {
    if (!(error instanceof EnclaveError && error.code === 'E_CHANNEL_MESSAGE'))
      console.error('attestedChannel: an exchange of EHBP failed', error)
    return problemAnswer(400, { type: 'about:blank', title: 'the request is malformed' })
  }
}

async function take(keys: KeyRing, handler: Handler, request: Request): Promise<Response> {
  const header = request.headers.get(EHBP_KEY_HEADER)!
  if (!KEY.test(header)) throw malformed('the encapsulated key is malformed', '64 digits', `${header.length}`)
  const enc = fromHex(header)
  const source = new ByteSource(streamOrigin(request.body))
  const sealed = await nextChunk(source)
  if (!sealed) throw malformed('the body is empty', 'at least one chunk', 'none')
  const opened = openBy(keys.all(), enc, sealed)
  if (!opened) {
    source.cancel(undefined)
    return problemAnswer(422, { type: EHBP_KEY_PROBLEM, title: 'the key is not one of this enclave' })
  }
  const { key, context, text } = opened
  if (!key.taken.add(enc)) {
    source.cancel(undefined)
    // A full key takes no more requests: it is as if it were replaced.
    return key.taken.has(enc)
      ? problemAnswer(409, { type: 'about:blank', title: 'the request was received before' })
      : problemAnswer(422, { type: EHBP_KEY_PROBLEM, title: 'the key takes no more requests' })
  }
  const inner = requestOf(request, bodyOf(source, context, text))
  return sealAnswer(await answered(handler, inner), context, enc)
}

async function answered(handler: Handler, request: Request): Promise<Response> {
  try {
    return await handler(request)
  } catch (error) {
    console.error('attestedChannel: the handler threw', error)
    return new Response(null, { status: 500 })
  }
}

/** The next sealed chunk that is not empty; undefined at the end. */
async function nextChunk(source: ByteSource): Promise<Uint8Array | undefined> {
  for (;;) {
    if (!(await source.fill(LENGTH_LENGTH))) {
      if (source.length > 0) throw truncated('the length of a chunk')
      return undefined
    }
    const [a = 0, b = 0, c = 0, d = 0] = source.take(LENGTH_LENGTH)
    const length = a * 0x1000000 + ((b << 16) | (c << 8) | d)
    if (length === 0) continue
    if (length < TAG_LENGTH || length > MOST)
      throw malformed('a chunk has a wrong length', `${TAG_LENGTH} to ${MOST} bytes`, `${length} bytes`)
    if (!(await source.fill(length))) throw truncated('a chunk')
    return source.take(length)
  }
}

/** EHBP names no key: each that the enclave has is tried. */
function openBy(keys: readonly ChannelKey[], enc: Uint8Array, sealed: Uint8Array) {
  for (const key of keys) {
    try {
      const context = key.beginEhbp(enc)
      return { key, context, text: context.open(sealed, NONE) }
    } catch {
      // Of another key.
    }
  }
  return undefined
}

function bodyOf(source: ByteSource, context: Context, first: Bytes): ReadableStream<Uint8Array> {
  let begin: Bytes | undefined = first
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (begin) {
          if (begin.length > 0) controller.enqueue(begin)
          begin = undefined
          return
        }
        const sealed = await nextChunk(source)
        if (sealed) controller.enqueue(context.open(sealed, NONE))
        else controller.close()
      },
      cancel: (reason) => source.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

function requestOf(outer: Request, body: ReadableStream<Uint8Array>): Request {
  const { method, url, signal } = outer
  const headers = new Headers(outer.headers)
  for (const name of [EHBP_KEY_HEADER, 'content-length', 'transfer-encoding']) headers.delete(name)
  return new Request(url, { method, headers, body, signal, duplex: 'half' } as RequestInit)
}

function sealAnswer(answer: Response, context: Context, enc: Uint8Array): Response {
  const random = randomBytes(KEY_LENGTH)
  const sealer = answerChunks(compiled, context.exported(EHBP_ANSWER_LABEL, KEY_LENGTH), enc, random)
  const headers = new Headers(answer.headers)
  headers.delete('content-length')
  headers.set(EHBP_NONCE_HEADER, toHex(random))
  const reader = answer.body?.getReader()
  const { status, statusText } = answer
  if (!reader) return new Response(null, { status, statusText, headers })
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value } = await reader.read()
        if (!value) return controller.close()
        const sealed = sealer.seal(value, NONE)
        const chunk = new Uint8Array(LENGTH_LENGTH + sealed.length)
        new DataView(chunk.buffer).setUint32(0, sealed.length)
        chunk.set(sealed, LENGTH_LENGTH)
        controller.enqueue(chunk)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return new Response(stream, { status, statusText, headers })
}
