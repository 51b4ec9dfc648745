/** The web's Request of what was received. */
import type { Bytes } from '../../base/bytes.ts'
import { Refusal } from './refusal.ts'
import type { RequestHead } from './request-head.ts'

/** URLs whose requests are kept, because parsing one takes an interpreter longer than all the rest. */
const MOST_KEPT = 64
const MOST_LENGTH = 512

/** Requests by URL, of which others are made. */
const kept = new Map<string, Request>()

/** @throws {Refusal} 400 if the URL is not one */
function requestWith(url: string): Request {
  const known = kept.get(url)
  if (known) return known
  let made: Request
  try {
    made = new Request(url)
  } catch {
    throw new Refusal(400, 'malformed Host or target')
  }
  if (url.length > MOST_LENGTH) return made
  if (kept.size === MOST_KEPT) kept.delete(kept.keys().next().value!)
  kept.set(url, made)
  return made
}

/** @throws {Refusal} 400 */
export function requestOf(
  { method, url, fields }: Pick<RequestHead, 'method' | 'url' | 'fields'>,
  body: Bytes | ReadableStream<Uint8Array> | undefined,
  signal: AbortSignal,
): Request {
  const base = requestWith(url)
  const init = { method, headers: fields as [string, string][], signal }
  if (body === undefined) return new Request(base, init)
  return new Request(base, { ...init, body, duplex: 'half' } as RequestInit)
}
