/** A parent that changes what it carries, and keeps a copy of everything. */

import { concatBytes } from '../../../src/base/bytes.ts'
import { GATEWAY_PATH } from '../../../src/channel/wire/names.ts'
import { readVarint, varintSize } from '../../../src/channel/wire/varint.ts'
import type { Fetch } from '../../sdk/channel/enclave.ts'

type Bytes = Uint8Array<ArrayBuffer>
type Change = (bytes: Bytes) => Bytes | Promise<Bytes>

/** How a parent changes the messages of exchanges. */
export interface Tampering {
  readonly request?: Change
  readonly answer?: Change
  /** Answers in the enclave's place, or lets a request through. */
  readonly instead?: (url: URL, init: RequestInit) => Response | undefined | Promise<Response | undefined>
}

export interface Parent {
  readonly fetch: Fetch
  /** All bytes that went through it, as text. */
  readonly capture: () => string
  /** The exchanges' messages. */
  readonly requests: Bytes[]
  readonly answers: Bytes[]
}

export function hostileParent(enclave: Fetch, tampering: Tampering = {}): Parent {
  const seen: Uint8Array[] = []
  const requests: Bytes[] = []
  const answers: Bytes[] = []
  const note = (text: string) => {
    seen.push(new TextEncoder().encode(`${text}\n`))
  }
  const fetch: Fetch = async (input, init) => {
    const url = new URL(input)
    note(`${init.method ?? 'GET'} ${input}`)
    for (const [name, value] of new Headers(init.headers)) note(`${name}: ${value}`)
    const own = await tampering.instead?.(url, init)
    if (own) return own
    const isExchange = url.pathname === GATEWAY_PATH && init.method === 'POST'
    const sent = await bodyOf(new Request(input, init))
    seen.push(sent)
    if (isExchange) requests.push(sent)
    const body = isExchange && tampering.request ? await tampering.request(sent) : sent
    const answer = await enclave(input, { ...init, body: init.method === 'POST' ? body : null })
    for (const [name, value] of answer.headers) note(`${name}: ${value}`)
    const received = await bodyOf(answer)
    seen.push(received)
    if (isExchange) answers.push(received)
    const changed = isExchange && answer.ok && tampering.answer ? await tampering.answer(received) : received
    return new Response(changed, { status: answer.status, headers: answer.headers })
  }
  return { fetch, requests, answers, capture: () => new TextDecoder('latin1').decode(concatBytes(...seen)) }
}

/** What arrives of a body before its stream ends or fails. */
async function bodyOf({ body }: Request | Response): Promise<Bytes> {
  const reader = body?.getReader()
  const pieces: Uint8Array[] = []
  try {
    for (;;) {
      const { value } = (await reader?.read()) ?? {}
      if (!value) break
      pieces.push(value)
    }
  } catch {
    // The parent carries what there is.
  }
  return concatBytes(...pieces)
}

/** Bytes before the chunks: of a request with X25519, and of an answer. */
export const REQUEST_HEAD = 39
export const ANSWER_HEAD = 32

/** The chunks of a message, each with its length; the last one has the length 0. */
export function chunksOf(message: Bytes, head: number): { readonly head: Bytes; readonly chunks: Bytes[] } {
  const chunks: Bytes[] = []
  for (let at = head; at < message.length; ) {
    const size = varintSize(message[at]!)
    const length = readVarint(message, at)
    const end = length === 0 ? message.length : at + size + length
    chunks.push(message.slice(at, end))
    at = end
  }
  return { head: message.slice(0, head), chunks }
}

export function joined({ head, chunks }: ReturnType<typeof chunksOf>): Bytes {
  return concatBytes(head, ...chunks)
}

/** The places at which a message can be cut: around each chunk, after its length, and within it. */
export function cuts(message: Bytes, head: number): number[] {
  const places = [0, 1, head - 1, head]
  let at = head
  for (const chunk of chunksOf(message, head).chunks) {
    const size = varintSize(chunk[0]!)
    places.push(
      at + 1,
      at + size,
      at + size + 1,
      at + Math.floor(chunk.length / 2),
      at + chunk.length - 1,
      at + chunk.length,
    )
    at += chunk.length
  }
  return [...new Set(places)].filter((place) => place < message.length)
}
