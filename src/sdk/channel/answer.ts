/** Seals an answer: binary HTTP in chunks (draft-ietf-ohai-chunked-ohttp-08, section 6.2). */

import { hmac } from 'webclave:crypto'
import { responseBytes } from 'webclave:engine'
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { type Field, sendable } from '../../channel/wire/bhttp/fields.ts'
import { contentPart, END, wholeMessage, writeAnswerHead } from '../../channel/wire/bhttp/write.ts'
import { chunkBytes, chunkHead, FINAL, NOT_FINAL } from '../../channel/wire/chunks.ts'
import { answerChunks, type Chunks, type Context } from '../../channel/wire/hpke.ts'
import { ANSWER_LABEL, ANSWER_TYPE, CHUNK_LENGTH, KEY_LENGTH } from '../../channel/wire/names.ts'
import { soon } from '../../http1/body-writer.ts'
import { randomBytes } from '../qtsm.ts'
import { compiled } from './hpke.ts'

/** Answers up to this length are written at once. */
const MOST_AT_ONCE = 1 << 18
/** Bytes before the content of a chunk: a short head of an answer, and the length. */
const MOST_BEFORE = 1024

/** The key of what answers begin with: a call of the security module for each would take as long as the rest of it. */
let seed: Bytes | undefined
let count = 0

/** Bytes that nobody can foretell and that never repeat, for an answer to begin with. */
function fresh(): Bytes {
  seed ??= randomBytes(KEY_LENGTH)
  const number = new Uint8Array(8)
  new DataView(number.buffer).setFloat64(0, count++)
  return hmac('sha256', seed, number)!
}

/** The pieces of a body, and how to leave it. */
export interface Pieces {
  next(): Promise<Uint8Array | undefined>
  cancel(reason: unknown): void
}

/** The answer to one exchange. */
export class Answer {
  readonly #random = fresh()
  readonly #sealer: Chunks
  readonly #headers: HeadersInit
  /** Bytes of plaintext of a chunk. */
  chunkLength: number = CHUNK_LENGTH

  constructor(context: Context, enc: Uint8Array, headers: HeadersInit) {
    this.#sealer = answerChunks(compiled, context.exported(ANSWER_LABEL, KEY_LENGTH), enc, this.#random)
    this.#headers = { ...headers, 'content-type': ANSWER_TYPE }
  }

  /** With content that is there. */
  whole(status: number, fields: readonly Field[], content: Uint8Array): Response {
    const head = writeAnswerHead({ status, fields })
    if (content.length > MOST_AT_ONCE)
      return this.#streamed(head, new Ahead(piecesOf(content, this.chunkLength)))
    const message = wholeMessage(head, content)
    const { chunkLength } = this
    const parts: Uint8Array[] = [this.#random]
    for (let at = 0; at === 0 || at < message.length; at += chunkLength) {
      const isFinal = at + chunkLength >= message.length
      const sealed = this.#sealer.seal(message.subarray(at, at + chunkLength), isFinal ? FINAL : NOT_FINAL)
      parts.push(chunkHead(sealed.length, isFinal), sealed)
    }
    const sealed = concatBytes(...parts)
    return new Response(sealed, { headers: this.#headers })
  }

  /** What the application has answered. */
  async of(response: Response): Promise<Response> {
    const { status } = response
    const fields = sendable(response.headers)
    const bytes = responseBytes(response)
    if (bytes) return this.whole(status, fields, bytes)
    const { body } = response
    if (!body) return this.whole(status, fields, NOT_FINAL)
    const reader = body.getReader()
    const pieces = new Ahead({
      next: async () => (await reader.read()).value,
      cancel: (reason) => void reader.cancel(reason).catch(() => {}),
    })
    const content = await pieces.whole()
    return content
      ? this.whole(status, fields, content)
      : this.#streamed(writeAnswerHead({ status, fields }), pieces)
  }

  /** With content that comes piece by piece. */
  streamed(status: number, fields: readonly Field[], pieces: Pieces): Response {
    return this.#streamed(writeAnswerHead({ status, fields }), new Ahead(pieces))
  }

  #streamed(head: Bytes, pieces: Ahead): Response {
    let before: Bytes = head
    let begin: Bytes = this.#random
    const seal = (text: Uint8Array, isFinal: boolean) => {
      const sealed = chunkBytes(this.#sealer.seal(text, isFinal ? FINAL : NOT_FINAL), isFinal, begin)
      begin = NOT_FINAL
      return sealed
    }
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      if (before.length > 0 && !(await pieces.isReady())) {
        // The caller learns the status before there is any content.
        controller.enqueue(seal(before, false))
        before = NOT_FINAL
        return
      }
      const piece = await pieces.next()
      if (piece === undefined) {
        if (before.length > 0) controller.enqueue(seal(before, false))
        controller.enqueue(seal(END, true))
        controller.close()
        return
      }
      if (!(piece instanceof Uint8Array)) throw new TypeError('the body of an answer gives no bytes')
      // What is before it counts too.
      const length = this.chunkLength - MOST_BEFORE
      if (before.length > MOST_BEFORE) {
        controller.enqueue(seal(before, false))
        before = NOT_FINAL
      }
      for (let at = 0; at < piece.length; at += length) {
        const part = contentPart(piece.subarray(at, at + length), before)
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

/** Pieces of which the next ones may have been requested. */
class Ahead implements Pieces {
  readonly #pieces: Pieces
  readonly #waiting: Promise<Uint8Array | undefined>[] = []

  constructor(pieces: Pieces) {
    this.#pieces = pieces
  }

  next(): Promise<Uint8Array | undefined> {
    return this.#waiting.shift() ?? this.#pieces.next()
  }

  cancel(reason: unknown): void {
    this.#pieces.cancel(reason)
  }

  /** Whether the next piece, or the end, is there without a turn of the event loop. */
  async isReady(): Promise<boolean> {
    return (await settled(this.#ask(0))) !== undefined
  }

  /** The whole content, if it is there and one piece, as that of most answers is: it need not be a stream. */
  async whole(): Promise<Uint8Array | undefined> {
    const first = await settled(this.#ask(0))
    if (!first) return undefined
    if (!first.piece) return NOT_FINAL
    const second = await settled(this.#ask(1))
    return second && !second.piece ? first.piece : undefined
  }

  #ask(at: number): Promise<Uint8Array | undefined> {
    while (this.#waiting.length <= at) this.#waiting.push(this.#pieces.next())
    return this.#waiting[at]!
  }
}

/** What `pending` gives, if that is there; undefined if it is not, or has failed. */
async function settled(
  pending: Promise<Uint8Array | undefined>,
): Promise<{ readonly piece: Uint8Array | undefined } | undefined> {
  try {
    return await soon(pending.then((piece) => ({ piece })))
  } catch {
    // The reader of the piece gets the error.
    return undefined
  }
}

function piecesOf(content: Uint8Array, length: number): Pieces {
  let at = 0
  return {
    async next() {
      const piece = content.subarray(at, at + length)
      at += piece.length
      return piece.length > 0 ? piece : undefined
    },
    cancel() {},
  }
}
