/** Writes HTTP/1.1 messages (RFC 9112) that `reader.ts` parses to the same parts. */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { HttpError } from './error.ts'
import { isHeader } from './headers.ts'

const FIRST_LINE = /^[\x20-\x7e]+$/

/**
 * A message in one array: first line, headers and body. It adds the Content-Length.
 *
 * @throws {HttpError} `unwritable` for an invalid line
 * @see RFC 9112 section 2.1
 * @example
 * writeMessage('GET / HTTP/1.1', [['host', 'kms']], new Uint8Array(0)).length // 48
 */
export function writeMessage(
  first: string,
  headers: Iterable<readonly [name: string, value: string]>,
  body: Uint8Array,
): Bytes {
  const lines = [first]
  for (const [name, value] of headers) {
    if (!isHeader(name, value)) throw new HttpError('unwritable', 'invalid header')
    if (name.toLowerCase() !== 'content-length') lines.push(`${name}: ${value}`)
  }
  if (!FIRST_LINE.test(first)) throw new HttpError('unwritable', 'invalid first line')
  lines.push(`content-length: ${body.byteLength}`)
  return concatBytes(new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n`), body)
}
