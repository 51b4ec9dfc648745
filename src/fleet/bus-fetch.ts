/** `fetch` over the bus: each request is an exchange with whoever takes it at a subject. */
import type { EnclaveError } from '../base/error.ts'
import { callAfter } from '../platform/timer.ts'
import { yieldToTasks } from '../platform/yield.ts'
import type { Bus } from './bus.ts'
import { lost, unreached } from './failures.ts'
import type { Inbox } from './inbox.ts'
import { Tube } from './tube.ts'
import { decodeResponse, encodeHead, passing } from './wire/head.ts'
import { PartKind, partLength, wordOf } from './wire/part.ts'

/** Milliseconds within which somebody must have taken a request. */
const ACCEPT_TIME = 30_000
const WITHOUT_BODY = new Set([204, 205, 304])

/** What was learned of whoever took a request. */
export interface Taken {
  /** The word of an ACCEPT: the name of the enclave, which only says where to send further requests. */
  readonly name: string
}

/** What the sender of a request is told. */
export interface ExchangeHooks {
  onTaken?(taken: Taken): void
  /** The exchange has ended, in whatever way. */
  onEnd?(): void
}

/**
 * Sends `request` to `subject`. Of a body that `isStream` only the first piece is read before somebody has taken it.
 * @throws {EnclaveError} E_FLEET_UNREACHED if nobody has taken it; E_FLEET_PERMISSION; E_FLEET_LOST, also from the stream of the response;
 *   E_FLEET_MESSAGE; the signal's reason.
 */
export async function busFetch(
  bus: Bus,
  inbox: Inbox,
  subject: string,
  request: Request,
  hooks: ExchangeHooks = {},
  isStream = false,
): Promise<Response> {
  request.signal.throwIfAborted()
  const { first, rest } = await firstPart(request, partLength(bus.info?.max_payload), isStream)
  request.signal.throwIfAborted()
  inbox.assertOpen()
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  const { pathname, search } = new URL(request.url)
  let isBegun = false
  const tube: Tube = new Tube(
    bus,
    inbox,
    {
      onPart(kind, part) {
        if (kind === PartKind.REFUSE) {
          finished()
          tube.end()
          return settle(() => reject(unreached(`refused: ${wordOf(part)}`)))
        }
        if (kind === PartKind.ACCEPT && !isBegun) {
          isBegun = true
          stopTimer()
          hooks.onTaken?.({ name: wordOf(part) })
          if (rest) void tube.sendBody(rest)
          return
        }
        if (kind === PartKind.HEAD && isBegun) return settle(() => resolve(responseOf(tube, part, finished)))
        throw lost('parts came in another order')
      },
      onFailure(error) {
        finished()
        const { code, got = error.message } = error as EnclaveError
        settle(() => reject(isBegun || code === 'E_FLEET_PERMISSION' ? error : unreached(got)))
      },
      onEnd: () => hooks.onEnd?.(),
    },
    {},
  )
  const stopTimer = callAfter(ACCEPT_TIME, () => tube.fail('late', lost('nobody answered')))
  const abort = () => {
    reject(request.signal.reason)
    tube.fail('cancelled', lost('the caller has cancelled it'))
  }
  const settle = (how: () => void) => {
    stopTimer()
    how()
  }
  // The signal of a request follows its caller's only while the request itself is in use (Node 26).
  const finished = () => request.signal.removeEventListener('abort', abort)
  request.signal.addEventListener('abort', abort)
  const head = {
    method: request.method,
    path: pathname + search,
    headers: passing(request.headers),
    more: rest !== undefined,
  }
  tube.begin(subject, encodeHead(head, first))
  return promise
}

function responseOf(tube: Tube, part: Uint8Array, finished: () => void): Response {
  const { status, headers } = decodeResponse(part)
  const init = { status, headers: headers.map(([name, value]): [string, string] => [name, value]) }
  if (WITHOUT_BODY.has(status)) {
    finished()
    tube.end()
    return new Response(null, init)
  }
  const reader = tube.body().getReader()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (!done) return controller.enqueue(value)
        finished()
        tube.end()
        controller.close()
      },
      cancel: (reason) => {
        finished()
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, init)
}

/** As much of the body as the first part may have, and the rest if there is more. */
async function firstPart(
  request: Request,
  length: number,
  isStream: boolean,
): Promise<{ first: Uint8Array; rest: AsyncIterable<Uint8Array> | undefined }> {
  if (!request.body) return { first: new Uint8Array(), rest: undefined }
  const reader = request.body.getReader()
  const { signal } = request
  // A body that gives nothing yet does not keep its caller from giving up.
  const giveUp = () => void reader.cancel(signal.reason).catch(() => {})
  signal.addEventListener('abort', giveUp)
  try {
    return await partsOf(reader, length, isStream)
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

async function partsOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  length: number,
  isStream: boolean,
): Promise<{ first: Uint8Array; rest: AsyncIterable<Uint8Array> | undefined }> {
  const { done, value = new Uint8Array() } = await reader.read()
  if (done) return { first: value, rest: undefined }
  const next = isStream ? undefined : reader.read()
  // A caller may make its second piece only of the answer to the first: the end is not waited for.
  const isEnd =
    next && (await Promise.race([next.then((piece) => piece.done), yieldToTasks().then(() => false)]))
  if (isEnd && value.length <= length) return { first: value, rest: undefined }
  const left = async function* () {
    if (value.length > length) yield value.subarray(length)
    for (let piece = await (next ?? reader.read()); !piece.done; piece = await reader.read())
      yield piece.value
  }
  return { first: value.subarray(0, length), rest: left() }
}
