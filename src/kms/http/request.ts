/** A request as both dialects look at it: its parts as they came, its body whole and bounded. */
import type { Context } from 'hono'
import type { Bytes } from '../../base/bytes.ts'
import { readJson as parse } from '../../encoding/json.ts'
import { KmsError } from '../core/error.ts'
import type { IncomingRequest } from './credentials.ts'

/** What a server may tell beside the request: browsers' own `Request` leaves some headers out. */
export interface ServerEnvironment {
  readonly headers?: Headers
  /** Whether it came over vsock, where no web page is. */
  readonly isFromEnclave?: boolean
}

/** Whether a request came over vsock. */
export function isFromEnclave({ env }: Context): boolean {
  return (env as ServerEnvironment | undefined)?.isFromEnclave === true
}

/** Far more values than any request has: AWS's largest has some two hundred. */
const VALUES_MAX = 4096

/** @throws {KmsError} E_KMS_TYPE where the text is no JSON object, has a member twice, or more than 4,096 values. */
export function readJson(body: Bytes): Record<string, unknown> {
  const value = parse(
    body,
    (expected, got) => new KmsError('E_KMS_TYPE', { what: 'the body is not JSON', expected, got }),
    VALUES_MAX,
  )
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  const got = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`
  throw new KmsError('E_KMS_TYPE', { what: 'the body is no JSON object', expected: 'an object', got })
}

/** See above. */
export async function readRequest(context: Context): Promise<IncomingRequest> {
  const { raw } = context.req
  const url = new URL(raw.url)
  const headers = (context.env as ServerEnvironment | undefined)?.headers ?? raw.headers
  return {
    method: raw.method,
    path: url.pathname,
    query: url.search.slice(1),
    headers,
    host: headers.get('host') ?? url.host,
    body: new Uint8Array(await context.req.arrayBuffer()),
  }
}
