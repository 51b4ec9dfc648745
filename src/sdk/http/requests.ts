/** The web's Request of what was received. */
import type { Bytes } from '../../base/bytes.ts'
import { Refusal } from './refusal.ts'
import type { RequestHead } from './request-head.ts'

/** @throws {Refusal} 400 */
export function requestOf(
  { method, url, fields }: Pick<RequestHead, 'method' | 'url' | 'fields'>,
  body: Bytes | ReadableStream<Uint8Array> | undefined,
  signal: AbortSignal,
): Request {
  const init = { method, headers: fields as [string, string][], signal }
  try {
    return new Request(url, body === undefined ? init : ({ ...init, body, duplex: 'half' } as RequestInit))
  } catch {
    throw new Refusal(400, 'malformed Host or target')
  }
}
