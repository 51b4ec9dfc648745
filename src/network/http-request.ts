/** Writes a request (RFC 9112, section 3), whose body is bytes or a stream of chunks. */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import type { ByteSocket } from './host.ts'
import { toLatin1 } from './latin1.ts'

/** What is sent. Names and values have been checked by `Headers`. */
export interface OutgoingRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly authority: string
  readonly fields: Iterable<readonly [name: string, value: string]>
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined
}

/** Fields that say how the message is framed: they are ours. */
const OWN = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'proxy-connection',
])
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH'])
const CRLF = Uint8Array.of(13, 10)
const NONE = new Uint8Array(0)
/** Bytes of a body in one piece: each that is written shows that the server still reads. */
const PART = 65_536

export async function writeRequest(
  socket: Pick<ByteSocket, 'write'>,
  request: OutgoingRequest,
): Promise<void> {
  const { body } = request
  if (body === undefined || body instanceof Uint8Array) {
    const isSaid = body !== undefined || WITH_BODY.has(request.method)
    const head = headOf(request, isSaid ? `content-length: ${body?.byteLength ?? 0}\r\n` : '')
    const together = concatBytes(head, body?.subarray(0, PART) ?? NONE)
    await socket.write(together)
    for (let at = PART; at < (body?.byteLength ?? 0); at += PART)
      await socket.write(body!.subarray(at, at + PART))
    return
  }
  await socket.write(headOf(request, 'transfer-encoding: chunked\r\n'))
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array))
      throw new TypeError('a chunk of the request’s body is not a Uint8Array')
    if (chunk.byteLength > 0)
      await socket.write(concatBytes(toLatin1(`${chunk.byteLength.toString(16)}\r\n`), chunk, CRLF))
  }
  await socket.write(toLatin1('0\r\n\r\n'))
}

function headOf({ method, target, authority, fields }: OutgoingRequest, framing: string): Bytes {
  const lines = [`${method} ${target} HTTP/1.1\r\nhost: ${authority}\r\n`]
  const names = new Set<string>()
  for (const [name, value] of fields) {
    if (OWN.has(name)) continue
    names.add(name)
    lines.push(`${name}: ${value}\r\n`)
  }
  if (!names.has('accept')) lines.push('accept: */*\r\n')
  if (!names.has('user-agent')) lines.push('user-agent: webclave\r\n')
  // Nothing here decompresses.
  if (!names.has('accept-encoding')) lines.push('accept-encoding: identity\r\n')
  return toLatin1(`${lines.join('')}${framing}\r\n`)
}
