/** Seals an answer: binary HTTP in chunks (draft-ietf-ohai-chunked-ohttp-08, section 6.2). */
import type { Bytes } from '../../base/bytes.ts'
import { contentPart, END, wholeMessage, writeAnswerHead } from '../../channel/wire/bhttp/write.ts'
import { type Field, sendable } from '../../channel/wire/bhttp/fields.ts'
import { chunkBytes, FINAL, NOT_FINAL } from '../../channel/wire/chunks.ts'
import { ANSWER_LABEL, ANSWER_TYPE, CHUNK_LENGTH, KEY_LENGTH } from '../../channel/wire/names.ts'
import { randomBytes } from '../qtsm.ts'
import { AnswerSealer, type Context } from './hpke.ts'

/** Answers up to this length are written at once. */
const MOST_AT_ONCE = 1 << 18
/** Turns of the queue of promises in which a short body ends. */
const PATIENCE = 8

/** The pieces of a body, and how to leave it. */
export interface Pieces {
  next(): Promise<Uint8Array | undefined>
  cancel(reason: unknown): void
}

/** The answer to one exchange. */
export class Answer {
  readonly #random = randomBytes(KEY_LENGTH)
  readonly #sealer: AnswerSealer
  readonly #headers: HeadersInit

  constructor(context: Context, enc: Uint8Array, headers: HeadersInit) {
    this.#sealer = new AnswerSealer(context.exported(ANSWER_LABEL, KEY_LENGTH), enc, this.#random)
    this.#headers = { ...headers, 'content-type': ANSWER_TYPE, 'cache-control': 'no-store' }
  }

  /** With content that is there. */
  whole(status: number, fields: readonly Field[], content: Uint8Array): Response {
    const head = writeAnswerHead({ status, fields })
    if (content.length > MOST_AT_ONCE) return this.#streamed(head, piecesOf(content))
    const message = wholeMessage(head, content)
    let sealed: Bytes = this.#random
    let at = 0
    for (; message.length - at > CHUNK_LENGTH; at += CHUNK_LENGTH)
      sealed = chunkBytes(this.#sealer.seal(message.subarray(at, at + CHUNK_LENGTH), NOT_FINAL), false, sealed)
    sealed = chunkBytes(this.#sealer.seal(message.subarray(at), FINAL), true, sealed)
    return new Response(sealed, { headers: this.#headers })
  }

  /** What the application has answered. */
  async of(response: Response): Promise<Response> {
    const { status, body } = response
    const fields = sendable(response.headers)
    if (!body) return this.whole(status, fields, NOT_FINAL)
    const reader = body.getReader()
    const pieces: Pieces = {
      next: async () => (await reader.read()).value,
      cancel: (reason) => void reader.cancel(reason).catch(() => {}),
    }
    const { first, later } = await begin(pieces)
    if (!later) return this.whole(status, fields, first ?? NOT_FINAL)
    return this.#streamed(writeAnswerHead({ status, fields }), { ...pieces, next: later })
  }

  /** With content that comes piece by piece. */
  streamed(status: number, fields: readonly Field[], pieces: Pieces): Response {
    return this.#streamed(writeAnswerHead({ status, fields }), pieces)
  }

  #streamed(head: Bytes, pieces: Pieces): Response {
    let before: Bytes = head
    let begin: Bytes = this.#random
    const seal = (text: Uint8Array, isFinal: boolean) => {
      const sealed = chunkBytes(this.#sealer.seal(text, isFinal ? FINAL : NOT_FINAL), isFinal, begin)
      begin = NOT_FINAL
      return sealed
    }
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      const piece = await pieces.next()
      if (piece === undefined) {
        if (before.length > 0) controller.enqueue(seal(before, false))
        controller.enqueue(seal(END, true))
        controller.close()
        return
      }
      if (!(piece instanceof Uint8Array)) throw new TypeError('the body of an answer gives no bytes')
      for (let at = 0; at < piece.length; at += CHUNK_LENGTH) {
        // The length of a part, and what is before it, count too; a chunk may be larger than we make them.
        const part = contentPart(piece.subarray(at, at + CHUNK_LENGTH), before)
        before = NOT_FINAL
        controller.enqueue(seal(part, false))
      }
    }
    const stream = new ReadableStream<Uint8Array>(
      { pull, cancel: (reason) => pieces.cancel(reason) },
      { highWaterMark: 0 },
    )
    return new Response(stream, { headers: this.#headers })
  }
}

/** The first piece, and how to get the others, if there are any. */
async function begin(pieces: Pieces): Promise<{ first: Uint8Array | undefined; later?: Pieces['next'] }> {
  const first = await pieces.next()
  if (first === undefined) return { first }
  const second = pieces.next()
  let isOver = false
  second.then(
    (piece) => {
      isOver = piece === undefined
    },
    () => {},
  )
  // A body that is one piece, as most are, need not be a stream.
  for (let turn = 0; turn < PATIENCE && !isOver; turn++) await undefined
  if (isOver) return { first }
  const ahead = [Promise.resolve<Uint8Array | undefined>(first), second]
  return { first, later: () => ahead.shift() ?? pieces.next() }
}

function piecesOf(content: Uint8Array): Pieces {
  let at = 0
  return {
    async next() {
      const piece = content.subarray(at, at + CHUNK_LENGTH)
      at += piece.length
      return piece.length > 0 ? piece : undefined
    },
    cancel() {},
  }
}
