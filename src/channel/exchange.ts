/**
 * One exchange of a caller: seals the message, posts it, and opens the answer (draft-ietf-ohai-chunked-ohttp-08). What the
 * parent answers is hostile: an answer counts only if the enclave has sealed it for this exchange, and a refusal in clear
 * proves nothing, unless it has the enclave's own statement.
 */
import { fromBase64 } from '../base/base64.ts'
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { shareTurn } from '../platform/yield.ts'
import { type AttestedKey, isRefusal } from './attest.ts'
import { bodyOf } from './body.ts'
import type { ClientSetting } from './options.ts'
import type { Sealing } from './sealing.ts'
import { MessageReader } from './wire/bhttp/read.ts'
import { type AnswerHead, contentPart, END } from './wire/bhttp/write.ts'
import { ByteSource, streamOrigin } from './wire/byte-source.ts'
import { ChunkReader, NOT_FINAL } from './wire/chunks.ts'
import { truncated } from './wire/error.ts'
import {
  ANSWER_TYPE,
  GATEWAY_PATH,
  KEY_LENGTH,
  KEY_PROBLEM,
  LARGEST_CHUNK,
  REQUEST_TYPE,
} from './wire/names.ts'
import { readProblem } from './wire/problem.ts'

/** The pieces of a body that is sent while it is made. */
export type Pieces = () => Promise<Uint8Array | undefined>

/** What is sent: a whole message, or its head and what follows it. */
export interface Message {
  readonly head: Bytes
  readonly pieces?: Pieces | undefined
  readonly signal: AbortSignal | undefined
}

/** An answer that the enclave has sealed for this exchange. */
export interface SealedAnswer {
  readonly head: AnswerHead
  readonly reader: MessageReader
}

/** The key is refused: `isProved` says whether the enclave has stated that it has not taken the request. */
export interface Refused {
  readonly isProved: boolean
  readonly error: EnclaveError
}

/** Bytes of a refusal. */
const MOST_REFUSAL = 65536

/**
 * Sends `message` under `key`.
 * @throws {EnclaveError} E_CHANNEL_REFUSED, E_CHANNEL_ANSWER, E_CHANNEL_MESSAGE; what fetch throws
 */
export async function exchange(
  setting: ClientSetting,
  key: AttestedKey,
  { head, pieces, signal }: Message,
): Promise<SealedAnswer | Refused> {
  const sealing = await key.sealings.take()
  const body = pieces ? sealStream(sealing, head, pieces) : await sealWhole(sealing, head)
  const sending = setting.send(new URL(GATEWAY_PATH.slice(1), setting.base).href, {
    method: 'POST',
    headers: { 'content-type': REQUEST_TYPE, incremental: '?1' },
    body,
    ...{ credentials: 'omit', cache: 'no-store', redirect: 'error' },
    ...(pieces && { duplex: 'half' }),
    ...(signal && { signal }),
  } as RequestInit)
  sealing.expectAnswer()
  key.sealings.prepare()
  const answer = await sending
  if (answer.status !== 200 || answer.headers.get('content-type') !== ANSWER_TYPE)
    return refused(setting, key, sealing, answer)
  const source = new ByteSource(streamOrigin(answer.body))
  if (!(await source.fill(KEY_LENGTH))) throw truncated('the nonce of the answer')
  const open = await sealing.opener(source.take(KEY_LENGTH).slice())
  const reader = new MessageReader(new ByteSource(new ChunkReader(source, open)))
  try {
    return { head: await reader.answerHead(), reader }
  } catch (error) {
    reader.cancel(error)
    throw error
  }
}

async function sealWhole(sealing: Sealing, message: Bytes): Promise<Bytes> {
  const parts: Bytes[] = []
  for (let at = 0; at === 0 || at < message.length; at += LARGEST_CHUNK) {
    // In Node no chunk is waited for.
    if (at > 0) await shareTurn()
    const isFinal = at + LARGEST_CHUNK >= message.length
    const before = at === 0 ? sealing.begin : NOT_FINAL
    parts.push(await sealing.seal(message.subarray(at, at + LARGEST_CHUNK), isFinal, before))
  }
  return parts.length === 1 ? parts[0]! : concatBytes(...parts)
}

/** The request as a stream, which seals a piece whenever it is wanted. */
function sealStream(sealing: Sealing, head: Bytes, next: Pieces): ReadableStream<Uint8Array> {
  let before: Bytes = head
  let begin: Bytes = sealing.begin
  const seal = async (text: Uint8Array, isFinal: boolean) => {
    const sealed = await sealing.seal(text, isFinal, begin)
    begin = NOT_FINAL
    return sealed
  }
  let isBegun = false
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (!isBegun) {
          // The enclave can begin before there is any content.
          isBegun = true
          controller.enqueue(await seal(before, false))
          before = NOT_FINAL
          return
        }
        const piece = await next()
        if (piece === undefined) {
          controller.enqueue(await seal(END, true))
          controller.close()
          return
        }
        for (let at = 0; at < piece.length; at += LARGEST_CHUNK)
          controller.enqueue(await seal(contentPart(piece.subarray(at, at + LARGEST_CHUNK)), false))
      },
    },
    { highWaterMark: 0 },
  )
}

/** An answer in clear. */
async function refused(
  setting: ClientSetting,
  key: AttestedKey,
  sealing: Sealing,
  answer: Response,
): Promise<Refused> {
  const problem = readProblem(new TextDecoder().decode(await bodyOf(answer, MOST_REFUSAL)))
  const title = problem?.title.replace(/[^\x20-\x7e]/g, '?').slice(0, 80)
  const error = new EnclaveError('E_CHANNEL_REFUSED', {
    what: 'the answer does not come from the enclave',
    expected: `${ANSWER_TYPE}, sealed for this exchange`,
    got: `status ${answer.status}${title ? `: ${title}` : ''}`,
    hint: 'the request may have had an effect; repeat it only if that does no harm',
  })
  if (problem?.type !== KEY_PROBLEM) throw error
  const document = problem.refusal === undefined ? undefined : documentIn(problem.refusal)
  return { isProved: document ? await isRefusal(setting, document, sealing.enc, key) : false, error }
}

function documentIn(text: string): Bytes | undefined {
  try {
    return fromBase64(text)
  } catch {
    return undefined
  }
}
