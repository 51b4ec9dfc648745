/**
 * Calls of a service inside of exchanges: the frames of `serve` (src/service/protocol.ts), one call in each, without
 * messages about windows: a stream that nobody reads is held back by HTTP. A caller that leaves cancels its call.
 */
import { EnclaveError } from '../../base/error.ts'
import type { Field } from '../../channel/wire/bhttp/fields.ts'
import type { MessageReader } from '../../channel/wire/bhttp/read.ts'
import type { RequestHead } from '../../channel/wire/bhttp/write.ts'
import { malformed } from '../../channel/wire/error.ts'
import { CALL_TYPE } from '../../channel/wire/names.ts'
import { encodeFrame, FrameReader } from '../../service/frame.ts'
import type { CallContext, Handlers } from '../../service/handlers.ts'
import { isStream } from '../../service/outgoing.ts'
import { Kind, type Message } from '../../service/protocol.ts'
import { failureOf } from '../service/failure.ts'
import { engineCodec } from '../service/session.ts'
import type { Answer } from './answer.ts'

const FIELDS: readonly Field[] = [['content-type', CALL_TYPE]]
/** The number of the only call of an exchange. */
const ID = 1

/** The functions of a service. */
export class Calls {
  readonly #handlers: ReadonlyMap<string, Handlers[string]>
  readonly #maxMessage: number

  constructor(handlers: Handlers, maxMessage: number) {
    this.#handlers = new Map(Object.entries(handlers))
    this.#maxMessage = maxMessage
  }

  /** @throws {EnclaveError} E_CHANNEL_MESSAGE, E_SERVICE_FRAME */
  async answer(
    head: RequestHead,
    reader: MessageReader,
    signal: AbortSignal | undefined,
    answer: Answer,
  ): Promise<Response> {
    if (head.method !== 'POST') return answer.whole(405, [['allow', 'POST']], new Uint8Array(0))
    const frames = new Frames(reader, this.#maxMessage)
    const [kind, , method, request, isStreamed] = (await frames.next()) ?? []
    if (kind !== Kind.CALL) throw malformed('the request of a call is malformed', 'a call', String(kind))
    const context = new Context(signal)
    try {
      const handler = typeof method === 'string' ? this.#handlers.get(method) : undefined
      if (!handler) throw this.#unknown(method)
      if (isStreamed !== true) await frames.end()
      const result = await handler(isStreamed === true ? itemsOf(frames) : request, context)
      if (!isStream(result)) return answer.whole(200, FIELDS, this.#frame([Kind.RESULT, ID, result]))
      return answer.streamed(200, FIELDS, this.#framesOf(result, context, frames))
    } catch (error) {
      // A caller that broke the protocol gets no answer to its call.
      if (frames.failure) throw frames.failure
      console.error(
        `attestedChannel: ${typeof method === 'string' ? method.slice(0, 80) : 'a call'} threw`,
        error,
      )
      return answer.whole(200, FIELDS, this.#failure(error))
    }
  }

  /** The frames of a result that is a stream. */
  #framesOf(items: AsyncIterable<unknown>, context: Context, frames: Frames) {
    const iterator = items[Symbol.asyncIterator]()
    let isBegun = false
    let isOver = false
    return {
      next: async (): Promise<Uint8Array | undefined> => {
        if (isOver) return undefined
        if (!isBegun) {
          isBegun = true
          return this.#frame([Kind.RESULT, ID, null, true])
        }
        try {
          const { done, value } = await iterator.next()
          isOver = done === true
          return this.#frame(done ? [Kind.END, ID] : [Kind.ITEM, ID, value])
        } catch (error) {
          isOver = true
          console.error('attestedChannel: a stream threw', error)
          return this.#failure(error)
        }
      },
      cancel: () => {
        isOver = true
        context.cancel()
        frames.cancel()
        void (async () => iterator.return?.())().catch(() => {})
      },
    }
  }

  #frame(message: readonly unknown[]): Uint8Array<ArrayBuffer> {
    return encodeFrame(engineCodec, message, this.#maxMessage)
  }

  #failure(error: unknown): Uint8Array<ArrayBuffer> {
    return this.#frame([Kind.FAILURE, ID, ...failureOf(error)])
  }

  #unknown(method: unknown): EnclaveError {
    return new EnclaveError('E_SERVICE_METHOD', {
      what: 'the service has no such function',
      expected: [...this.#handlers.keys()].join(', '),
      got: String(method).slice(0, 80),
    })
  }
}

/** What a function gets besides its request. */
class Context implements CallContext {
  readonly #outer: AbortSignal | undefined
  #controller: AbortController | undefined
  #isCancelled = false

  constructor(outer: AbortSignal | undefined) {
    this.#outer = outer
    outer?.addEventListener('abort', () => this.cancel(), { once: true })
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#isCancelled || this.#outer?.aborted) this.#controller.abort(cancelled())
    return this.#controller.signal
  }

  cancel(): void {
    this.#isCancelled = true
    this.#controller?.abort(cancelled())
  }
}

/** The messages in the content of a request. */
class Frames {
  readonly #reader: MessageReader
  readonly #frames: FrameReader
  #isFirst = true
  /** What broke the protocol. */
  failure: unknown

  constructor(reader: MessageReader, maxMessage: number) {
    this.#reader = reader
    this.#frames = new FrameReader(engineCodec, maxMessage)
  }

  /** The next one; undefined at the end of the content. */
  async next(): Promise<Message | undefined> {
    try {
      for (;;) {
        const message = this.#frames.next()
        if (message) return message
        // The whole request, most often.
        const piece = (this.#isFirst ? this.#reader.whole() : undefined) ?? (await this.#reader.piece())
        this.#isFirst = false
        if (piece === undefined) break
        this.#frames.push(piece)
      }
      this.#frames.assertEmpty()
      return undefined
    } catch (error) {
      this.failure = error
      throw error
    }
  }

  /** Nothing may follow. */
  async end(): Promise<void> {
    if ((await this.next()) === undefined) return
    this.failure = malformed('a call has more than one message', 'one', 'more')
    throw this.failure
  }

  cancel(): void {
    this.#reader.cancel(undefined)
  }
}

/** The items of a request. Leaving the loop early reads no more of them. */
async function* itemsOf(frames: Frames): AsyncGenerator<unknown, void> {
  try {
    for (;;) {
      const [kind, , value] = (await frames.next()) ?? []
      if (kind === Kind.END) return await frames.end()
      if (kind === Kind.FAILURE) throw cancelled('the caller’s stream has failed')
      if (kind !== Kind.ITEM) {
        frames.failure = malformed('a stream has no end', 'an item or the end', String(kind))
        throw frames.failure
      }
      yield value
    }
  } finally {
    frames.cancel()
  }
}

function cancelled(what = 'the caller has cancelled the call'): EnclaveError {
  return new EnclaveError('E_SERVICE_CANCELLED', { what })
}
