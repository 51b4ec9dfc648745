/** Writes messages of HTTP/1.1 (RFC 9112): what it writes, the reader of this room reads as it is meant. */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { HttpError } from './error.ts'
import { isHeader } from './headers.ts'

const FIRST_LINE = /^[\x20-\x7e]+$/

/**
 * A message in one array: its first line, its headers, and a body whose length it says itself.
 *
 * @throws {HttpError} `unwritable` for a line that would not be read as one
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
    if (!isHeader(name, value)) throw new HttpError('unwritable', 'a header cannot be written')
    if (name.toLowerCase() !== 'content-length') lines.push(`${name}: ${value}`)
  }
  if (!FIRST_LINE.test(first)) throw new HttpError('unwritable', 'the first line cannot be written')
  lines.push(`content-length: ${body.byteLength}`)
  return concatBytes(new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n`), body)
}
