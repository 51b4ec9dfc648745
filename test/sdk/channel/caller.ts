/** A caller that seals whatever it wants: what an enclave has to expect of callers. */

import { concatBytes } from '../../../src/base/bytes.ts'
import { loadSuite, sealingKey, WebSealing } from '../../../src/channel/suite.ts'
import { MessageReader } from '../../../src/channel/wire/bhttp/read.ts'
import type { AnswerHead } from '../../../src/channel/wire/bhttp/write.ts'
import { ByteSource, wholeOrigin } from '../../../src/channel/wire/byte-source.ts'
import { ChunkReader, NOT_FINAL } from '../../../src/channel/wire/chunks.ts'
import { readConfigs } from '../../../src/channel/wire/key-config.ts'
import { GATEWAY_PATH, KEY_LENGTH, REQUEST_TYPE, X25519_KEM } from '../../../src/channel/wire/names.ts'
import { type Fetch, URL_OF_ENCLAVE } from './enclave.ts'

type Bytes = Uint8Array<ArrayBuffer>

export interface Sealed {
  readonly sealing: WebSealing
  readonly body: Bytes
}

/** Seals `texts`, each as a chunk, for the newest key of an enclave; the last one is marked as such. */
export async function seal(fetch: Fetch, ...texts: readonly Uint8Array[]): Promise<Sealed> {
  const list = await (await fetch(`${URL_OF_ENCLAVE}${GATEWAY_PATH}`, {})).arrayBuffer()
  const config = readConfigs(new Uint8Array(list)).find(({ kem }) => kem === X25519_KEM)!
  const sealing = await WebSealing.create(await sealingKey(await loadSuite(X25519_KEM), config))
  const parts: Uint8Array[] = []
  for (const [at, text] of texts.entries()) {
    const isFinal = at === texts.length - 1
    parts.push(await sealing.seal(text, isFinal, at === 0 ? sealing.begin : NOT_FINAL))
  }
  return { sealing, body: concatBytes(...parts) }
}

export const post = (fetch: Fetch, body: BodyInit, type: string = REQUEST_TYPE): Promise<Response> =>
  fetch(`${URL_OF_ENCLAVE}${GATEWAY_PATH}`, { method: 'POST', headers: { 'content-type': type }, body })

/** The head of an answer and its content. */
export async function opened(
  { sealing }: Sealed,
  answer: Response,
): Promise<AnswerHead & { readonly text: string }> {
  const source = new ByteSource(wholeOrigin(new Uint8Array(await answer.arrayBuffer())))
  await source.fill(KEY_LENGTH)
  const open = await sealing.opener(source.take(KEY_LENGTH).slice())
  const reader = new MessageReader(new ByteSource(new ChunkReader(source, open)))
  const head = await reader.answerHead()
  const pieces: Uint8Array[] = []
  for (let piece = await reader.piece(); piece; piece = await reader.piece()) pieces.push(piece.slice())
  return { ...head, text: new TextDecoder().decode(concatBytes(...pieces)) }
}
