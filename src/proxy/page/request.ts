/**
 * The head of a guest's request to a page, strictly: HTTP/1.1 in absolute form (RFC 9112, section 3.2.2), or CONNECT, which a
 * page cannot do. Nothing in it has two meanings; what has is refused.
 */
import { HttpError } from '../../http1/error.ts'
import { type HttpHeaders, type HttpLimits, lengthOfBody, readHeaders } from '../../http1/headers.ts'
import { readAddress } from '../ranges.ts'
import { type Destination, isHostName, normalName } from '../rules.ts'
import type { Source } from './source.ts'

/** Bytes of the body of a request at most: the page holds all of it before it sends it. */
export const MAX_BODY: number = 16 * 1024 * 1024

const LIMITS: HttpLimits = {
  headBytes: 65_536,
  headers: 200,
  bodyBytes: MAX_BODY,
  single: ['host', 'content-length', 'transfer-encoding', 'content-type', 'authorization'],
}
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}"
const REQUEST_LINE = new RegExp(`^(${TOKEN}) ([\\x21-\\x7e]+) HTTP/(\\d\\.\\d)$`)
/** Without user and password, and without a fragment. */
const TARGET = /^https?:\/\/(\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?(?:[/?][^#]*)?$/i
/** Methods that `fetch` refuses. */
const NOT_BY_PAGES = /^(?:trace|track)$/i

/** Where the body of a request ends. */
export type Framing = { readonly length: number } | 'chunked'

/** The head of a request, whose body has not been read. */
export interface PageRequest {
  readonly method: string
  readonly url: URL
  readonly destination: Destination
  readonly headers: HttpHeaders
  readonly framing: Framing
  /** Whether the guest wants no further request on this connection. */
  readonly isLast: boolean
}

/**
 * The next head; undefined if the guest closed before it.
 * @throws {HttpError} with any fault but `memory` and `unwritable`
 */
export async function readHead(source: Source): Promise<PageRequest | 'CONNECT' | undefined> {
  const first = await source.line(LIMITS.headBytes)
  if (first === undefined) return undefined
  const [, method, target, version] = REQUEST_LINE.exec(first) ?? []
  if (method === undefined || target === undefined) throw malformed('malformed request line')
  if (version !== '1.1') throw new HttpError('version', 'HTTP/1.1 only')
  const headers = readHeaders(await readLines(source, LIMITS.headBytes - first.length), LIMITS)
  if (method === 'CONNECT') return 'CONNECT'
  if (NOT_BY_PAGES.test(method)) throw malformed(`a page cannot send ${method}`)
  if (!headers.has('host')) throw malformed('missing Host')
  const framing = framingOf(headers)
  const hasBody = framing === 'chunked' || framing.length > 0
  if (hasBody && (method === 'GET' || method === 'HEAD'))
    throw malformed(`a page sends no body with ${method}`)
  const isLast = /(?:^|,)\s*close\s*(?:,|$)/i.test(headers.get('connection') ?? '')
  return { method, ...readTarget(target), headers, framing, isLast }
}

async function readLines(source: Source, most: number): Promise<string[]> {
  const lines: string[] = []
  for (let left = most; ; ) {
    const line = await source.line(Math.max(0, left))
    if (line === undefined) throw new HttpError('ended', 'the connection was closed inside the headers')
    if (line === '') return lines
    left -= line.length + 2
    lines.push(line)
  }
}

/** The URL, and where it leads: what the rules see must be what `fetch` connects to. */
function readTarget(target: string): Pick<PageRequest, 'url' | 'destination'> {
  const [, written] = TARGET.exec(target) ?? []
  if (written === undefined || !URL.canParse(target))
    throw malformed('the target is not an http: or https: URL without user and fragment')
  const url = new URL(target)
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  const address = readAddress(written) ?? normalName(written)
  const meant = readAddress(url.hostname) ?? normalName(url.hostname)
  // A browser reads `127.1`, `0x7f.1` and the like as addresses.
  if (address !== meant || port === 0 || (readAddress(address) === undefined && !isHostName(address)))
    throw malformed('the host of the URL is not a name or an address in its usual form')
  return { url, destination: { address, port } }
}

function framingOf(headers: HttpHeaders): Framing {
  const coding = headers.get('transfer-encoding')
  if (coding === undefined) return { length: lengthOfBody(headers, LIMITS) ?? 0 }
  if (headers.has('content-length')) throw malformed('Content-Length and Transfer-Encoding')
  if (coding.toLowerCase() === 'chunked') return 'chunked'
  throw new HttpError('coding', 'the only transfer coding is chunked')
}

const malformed = (message: string) => new HttpError('malformed', message)
