/** Huawei's form: `/v1.0/{project_id}/kms/…`, JSON both ways (DEW API reference, "Key management APIs"). */
import type { Context } from 'hono'
import type { ReadCaller } from '../../call.ts'
import { KmsError } from '../../error.ts'
import type { Kms } from '../../kms.ts'
import type { OperationName } from '../../operations/index.ts'
import type { IncomingRequest } from '../credentials.ts'
import { type Explain, refusalOf } from '../refusal.ts'
import { readJson } from '../request.ts'
import { Body } from './body.ts'
import { DATA_CALLS, type UncheckedClient } from './data.ts'
import { HUAWEI_ERRORS } from './errors.ts'
import { keyCalls, TAG_CALLS } from './keys.ts'

const TAGS_PATH = /^([0-9a-f-]{36})\/tags(?:\/([^/]{1,384}))?$/

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
  const [, keyId, tag] = TAGS_PATH.exec(rest) ?? []
  if (keyId !== undefined && (method === 'GET' || method === 'POST' || method === 'DELETE')) {
    const answer = await TAG_CALLS[method](client, keyId, body, decodeURIComponent(tag ?? ''))
    return method === 'GET' ? context.json(answer) : context.body(null, 204)
  }
  const calls = { ...DATA_CALLS, ...keyCalls(kms.place) }
  const call = method === 'POST' && Object.hasOwn(calls, rest) ? calls[rest] : undefined
  if (call === undefined)
    throw new KmsError('E_KMS_OPERATION', {
      what: 'no such operation',
      got: `${method} ${path}`.slice(0, 120),
    })
  return context.json(await call(client, body), 200, { 'X-Request-Id': requestId() })
}

/** A refusal in Huawei's form; the same also at the outermost level, where Huawei's own SDK looks for it. */
export function refuseHuawei(context: Context, error: unknown, explain: Explain): Response {
  const { code, message, trace } = refusalOf(error, explain)
  const [error_code, status] = HUAWEI_ERRORS[code]
  const said = { error_code, error_msg: message }
  return context.json({ error: said, ...said, ...(trace && { trace }) }, status, {
    'X-Request-Id': requestId(),
  })
}

function uncheckedClient(kms: Kms, caller: ReadCaller | undefined): UncheckedClient {
  return new Proxy({} as UncheckedClient, {
    get: (_, name) => (input: unknown) => kms.perform(name as OperationName, input, caller),
  })
}

const requestId = () => crypto.randomUUID().replaceAll('-', '')
