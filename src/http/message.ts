/** A request as it is sent to an enclave. */
import type { Bytes } from '../base/bytes.ts'
import { toLatin1 } from '../network/latin1.ts'
import { passedFields } from './fields.ts'
import { invalid } from './options.ts'

/** A request whose body has not been read. */
export interface Message {
  readonly method: string
  /** The head, with this last field or none. */
  headWith(framing: string): Bytes
  readonly body: ReadableStream<Uint8Array> | undefined
  /** The length that the client has announced. */
  readonly length: number | undefined
}

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH'])
const LENGTH = /^\d{1,15}$/
const PROTOCOL = /^https?:$/

/** @throws {EnclaveError} E_HTTP_OPTION for a URL without http or https */
export async function messageOf(request: Request): Promise<Message> {
  const { protocol, host, pathname, search } = new URL(request.url)
  if (!PROTOCOL.test(protocol))
    throw invalid('the URL of a request is not of HTTP', 'http: or https:', request.url)
  const { method } = request
  const lines = [`${method} ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n`]
  for (const [name, value] of passedFields(request.headers, true)) lines.push(`${name}: ${value}\r\n`)
  const body = await bodyOf(request)
  const announced = request.headers.get('content-length') ?? ''
  const head = lines.join('')
  return {
    method,
    headWith: (framing) => toLatin1(`${head}${framing}\r\n`),
    body,
    length: body && LENGTH.test(announced) ? Number(announced) : undefined,
  }
}

/** The field of a request without a body. */
export const emptyFraming = (method: string): string => (WITH_BODY.has(method) ? 'content-length: 0\r\n' : '')

async function bodyOf(request: Request): Promise<ReadableStream<Uint8Array> | undefined> {
  if (request.method === 'GET' || request.method === 'HEAD') return undefined
  if (request.body !== undefined) return request.body ?? undefined
  // Firefox has no streams of requests.
  const bytes = await request.arrayBuffer()
  return bytes.byteLength > 0 ? (new Response(bytes).body ?? undefined) : undefined
}
