/** Typed calls of a service over exchanges: one call in each, in the frames of src/service. Results are hostile no less. */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { callsBy, type ServiceCalls } from '../client/calls.ts'
import { deadlineOver, refusal } from '../client/failures.ts'
import { type CallOptions, checkCallOptions, maxMessageOf } from '../client/options.ts'
import { callAfter } from '../platform/timer.ts'
import { encodeFrame, FrameReader } from '../service/frame.ts'
import type { Handlers } from '../service/handlers.ts'
import { isStream } from '../service/outgoing.ts'
import { type Message as Frame, Kind } from '../service/protocol.ts'
import type { Message, Pieces, SealedAnswer } from './exchange.ts'
import type { CallsOptions, ClientSetting } from './options.ts'
import { wholeMessage, writeRequestHead } from './wire/bhttp/write.ts'
import { malformed } from './wire/error.ts'
import { CALL_TYPE, CALLS_PATH, CHUNK_FIELD } from './wire/names.ts'
import { channelCodec } from './write-message.ts'

const ID = 1

export function callsOver<Service extends Handlers>(
  { base, streamRequests }: ClientSetting,
  exchange: (message: Message) => Promise<SealedAnswer>,
  options: CallsOptions,
): ServiceCalls<Service> {
  const maxMessage = maxMessageOf(options)
  const head = writeRequestHead({
    method: 'POST',
    scheme: base.protocol.slice(0, -1),
    authority: base.host,
    path: CALLS_PATH,
    fields: [
      ['content-type', CALL_TYPE],
      [CHUNK_FIELD, '1'],
    ],
  })
  const frame = (message: readonly unknown[]) => encodeFrame(channelCodec, message, maxMessage)
  return callsBy<Service>(async (name, request, options) => {
    checkCallOptions(options)
    const ending = endingOf(name, options)
    const outgoing = isStream(request) ? framesOf(frame, name, request) : undefined
    try {
      const pieces = streamRequests ? outgoing?.next : undefined
      const whole = async () =>
        wholeMessage(head, outgoing ? await collected(outgoing.next) : frame([Kind.CALL, ID, name, request]))
      const message = { head: pieces ? head : await whole(), pieces, signal: ending.signal }
      const answer = await ending.race(exchange(message))
      const results = new Results(answer, maxMessage)
      const first = await ending.race(results.first())
      if (first.isStream) return itemsOf(results, ending, outgoing?.stop)
      outgoing?.stop()
      ending.close()
      return first.value
    } catch (error) {
      outgoing?.stop()
      ending.close()
      throw outgoing?.failure() ?? error
    }
  })
}

/** What ends a call before its result: the caller's signal, or its deadline. */
interface Ending {
  readonly signal: AbortSignal
  /** `work`, unless the end comes first. */
  race<Value>(work: Promise<Value>): Promise<Value>
  close(): void
}

function endingOf(name: string, { signal, deadline }: CallOptions): Ending {
  signal?.throwIfAborted()
  const controller = new AbortController()
  const { promise: ended, reject } = Promise.withResolvers<never>()
  ended.catch(() => {})
  controller.signal.addEventListener('abort', () => reject(controller.signal.reason))
  const abort = () => controller.abort(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  const stopTimer =
    deadline === undefined
      ? undefined
      : callAfter(deadline, () => controller.abort(deadlineOver(name, deadline)))
  return {
    signal: controller.signal,
    race: (work) => Promise.race([work, ended]),
    close() {
      stopTimer?.()
      signal?.removeEventListener('abort', abort)
    },
  }
}

/** The frames of a call whose request is a stream. */
function framesOf(
  frame: (message: readonly unknown[]) => Bytes,
  name: string,
  items: AsyncIterable<unknown>,
) {
  const iterator = items[Symbol.asyncIterator]()
  const begin = frame([Kind.CALL, ID, name, null, true])
  let isBegun = false
  let isOver = false
  let failure: unknown
  const next: Pieces = async () => {
    if (!isBegun) {
      isBegun = true
      return begin
    }
    if (isOver) return undefined
    try {
      const { done, value } = await iterator.next()
      if (isOver) return undefined
      isOver = done === true
      return frame(done ? [Kind.END, ID] : [Kind.ITEM, ID, value])
    } catch (error) {
      // The caller gets its own error; the service learns only that there was one.
      isOver = true
      failure = error
      return frame([Kind.FAILURE, ID, 'E_SERVICE_CANCELLED', ''])
    }
  }
  return {
    next,
    failure: () => failure,
    /** Sends no more, and ends the iterable as `break` does. */
    stop() {
      if (isOver) return
      isOver = true
      void (async () => iterator.return?.())().catch(() => {})
    },
  }
}

async function collected(next: Pieces): Promise<Bytes> {
  const pieces: Bytes[] = []
  for (let piece = await next(); piece; piece = await next()) pieces.push(piece as Bytes)
  return new Uint8Array(await new Blob(pieces).arrayBuffer())
}

/** The messages of an answer. */
class Results {
  readonly #answer: SealedAnswer
  readonly #frames: FrameReader

  constructor(answer: SealedAnswer, maxMessage: number) {
    this.#answer = answer
    this.#frames = new FrameReader(channelCodec, maxMessage)
  }

  /** The result, or that its items follow. */
  async first(): Promise<{ readonly isStream: boolean; readonly value: unknown }> {
    const { status, fields } = this.#answer.head
    const type = fields.find(([name]) => name === 'content-type')?.[1]
    if (status !== 200 || type !== CALL_TYPE) {
      this.cancel()
      throw new EnclaveError('E_SERVICE_METHOD', {
        what: 'the enclave serves no calls',
        expected: 'an enclave with `calls` of attestedChannel',
        got: `status ${status}`,
      })
    }
    const [kind, , value, isStreamed] = (await this.next()) ?? []
    if (kind !== Kind.RESULT) throw malformed('a call has no result', 'a result', String(kind))
    if (isStreamed === true) return { isStream: true, value: undefined }
    await this.end()
    return { isStream: false, value }
  }

  /** The next message. @throws the service's own error */
  async next(): Promise<Frame | undefined> {
    for (;;) {
      const message = this.#frames.next()
      if (message) {
        const [kind, , ...rest] = message
        if (kind !== Kind.FAILURE) return message
        this.cancel()
        throw refusal(rest)
      }
      const piece = await this.#answer.reader.piece()
      if (!piece) break
      this.#frames.push(piece)
    }
    this.#frames.assertEmpty()
    return undefined
  }

  /** Nothing follows: only now it is certain that nothing was cut. */
  async end(): Promise<void> {
    if (await this.next()) throw malformed('a call has a second result', 'one', 'more')
  }

  cancel(): void {
    this.#answer.reader.cancel(undefined)
  }
}

async function* itemsOf(
  results: Results,
  ending: Ending,
  stopRequest: (() => void) | undefined,
): AsyncGenerator<unknown, void> {
  try {
    for (;;) {
      const [kind, , value] = (await ending.race(results.next())) ?? []
      if (kind === Kind.END) return await results.end()
      if (kind !== Kind.ITEM) throw malformed('a stream has no end', 'an item or the end', String(kind))
      yield value
    }
  } finally {
    stopRequest?.()
    ending.close()
    results.cancel()
  }
}
