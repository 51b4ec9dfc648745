/** Huawei's API: `/v1.0/{project_id}/kms/…`, JSON in both directions (DEW API reference, "Key management APIs"). */
import type { Context } from 'hono'
import type { ReadCaller } from '../../core/call.ts'
import { KmsError } from '../../core/error.ts'
import { invalid } from '../../core/input.ts'
import type { Kms } from '../../core/kms.ts'
import type { OperationName } from '../../operations/index.ts'
import type { IncomingRequest } from '../credentials.ts'
import { type Explain, refusalOf } from '../refusal.ts'
import { readJson } from '../request.ts'
import { Body } from './body.ts'
import { DATA_CALLS, type UncheckedClient } from './data.ts'
import { HUAWEI_ERRORS } from './errors.ts'
import { keyCalls } from './keys.ts'
import { PARTS } from './parts.ts'
import { listTags, putTag, removeTag } from './tags.ts'

/** The Content-Type of requests and answers. */
export const HUAWEI_TYPE = 'application/json'

const TAGS_PATH = /^([0-9a-f-]{36})\/tags$/
const TAG_PATH = /^([0-9a-f-]{36})\/tags\/([^/]{1,384})$/

/** Answers one request, or throws. */
export async function answerHuawei(
  kms: Kms,
  context: Context,
  request: IncomingRequest,
  caller: ReadCaller | undefined,
): Promise<Response> {
  const { method, path, body: bytes } = request
  const client = uncheckedClient(kms, caller)
  const body = new Body(bytes.byteLength === 0 ? {} : readJson(bytes))
  const [, rest = ''] = /^\/v1\.0\/[\w-]{1,64}\/kms\/(.+)$/.exec(path) ?? []
  const [, keyId] = TAGS_PATH.exec(rest) ?? []
  if (keyId !== undefined && method === 'GET') return context.json(await listTags(client, keyId, body))
  const [, tagged, tag] = TAG_PATH.exec(rest) ?? []
  const isPut = keyId !== undefined && method === 'POST'
  const isRemoved = tagged !== undefined && method === 'DELETE'
  if (isPut) await putTag(client, keyId, body)
  if (isRemoved) await removeTag(client, tagged, body, decodePart(tag!))
  if (isPut || isRemoved) return context.body(null, 204)
  const calls = { ...DATA_CALLS, ...keyCalls(kms.place) }
  const call = method === 'POST' && Object.hasOwn(calls, rest) ? calls[rest] : undefined
  if (call === undefined)
    throw new KmsError('E_KMS_OPERATION', {
      what: 'no such operation',
      got: `${method} ${path}`.slice(0, 120),
    })
  body.requireOnly(PARTS[rest] ?? [])
  return context.json(await call(client, body), 200, { 'X-Request-Id': requestId() })
}

/** An error in Huawei's format; its members are also at the top level, where Huawei's own SDK looks for them. */
export function refuseHuawei(context: Context, error: unknown, explain: Explain): Response {
  const { code, message, trace } = refusalOf(error, explain)
  const [error_code, status] = HUAWEI_ERRORS[code]
  const said = { error_code, error_msg: message }
  return context.json({ error: said, ...said, ...(trace && { trace }) }, status, {
    'X-Request-Id': requestId(),
  })
}

/** Decodes a part of a path. @throws {KmsError} E_KMS_VALIDATION if it is not percent-encoded UTF-8. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw invalid('key', 'Member must be percent-encoded UTF-8', part.slice(0, 40))
  }
}

function uncheckedClient(kms: Kms, caller: ReadCaller | undefined): UncheckedClient {
  return new Proxy({} as UncheckedClient, {
    get: (_, name) => (input: unknown) => kms.perform(name as OperationName, input, caller),
  })
}

const requestId = () => crypto.randomUUID().replaceAll('-', '')
