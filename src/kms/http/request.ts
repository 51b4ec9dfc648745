/** A request as both dialects read it: its parts unchanged, its body complete and bounded. */
import type { Context } from 'hono'
import type { Bytes } from '../../base/bytes.ts'
import { readJson as parse } from '../../encoding/json.ts'
import { KmsError } from '../core/error.ts'
import type { IncomingRequest } from './credentials.ts'
import type { ServerEnvironment } from './environment.ts'

/** Whether a request came over vsock. */
export function isFromEnclave({ env }: Context): boolean {
  return (env as ServerEnvironment | undefined)?.isFromEnclave === true
}

/** Far more JSON values than any request has: AWS's largest has about two hundred. */
const VALUES_MAX = 4096

/** @throws {KmsError} E_KMS_TYPE if the body is not a JSON object, has a member twice, or more than 4,096 values. */
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
  throw new KmsError('E_KMS_TYPE', { what: 'the body is not a JSON object', expected: 'an object', got })
}

/** The headers of a request, all of them. */
export function headersOf({ env, req }: Context): Headers {
  return (env as ServerEnvironment | undefined)?.headers ?? req.raw.headers
}

/** Reads the parts and the body of a request. */
export async function readRequest(context: Context): Promise<IncomingRequest> {
  const { raw } = context.req
  const url = new URL(raw.url)
  const headers = headersOf(context)
  return {
    method: raw.method,
    path: url.pathname,
    query: url.search.slice(1),
    headers,
    host: headers.get('host') ?? url.host,
    body: new Uint8Array(await context.req.arrayBuffer()),
  }
}
