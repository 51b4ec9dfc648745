/** AWS's API: one path, the operation in `X-Amz-Target`, JSON 1.1 in both directions (AWS KMS API reference). */
import type { Context } from 'hono'
import type { ReadCaller } from '../../core/call.ts'
import { KmsError } from '../../core/error.ts'
import type { Kms } from '../../core/kms.ts'
import type { OperationName } from '../../operations/index.ts'
import type { IncomingRequest } from '../credentials.ts'
import { type Explain, refusalOf } from '../refusal.ts'
import { readJson } from '../request.ts'
import { AWS_OPERATIONS, awsOutput, requireAwsInput } from './differences.ts'
import { AWS_ERRORS } from './errors.ts'
import { fromWire, toWire } from './wire.ts'

const TARGET = 'TrentService.'
/** The Content-Type of requests and answers. */
export const AWS_TYPE = 'application/x-amz-json-1.1'

/** Answers one request, or throws. */
export async function answerAws(
  kms: Kms,
  context: Context,
  request: IncomingRequest,
  caller: ReadCaller | undefined,
): Promise<Response> {
  const name = operationOf(request)
  const input = fromWire(readJson(request.body))
  requireAwsInput(name, input)
  const output = await kms.perform(name, input, caller, 'base64')
  return context.body(JSON.stringify(toWire(awsOutput(name, output))), 200, awsHeaders())
}

/** An error in AWS's format. */
export function refuseAws(context: Context, error: unknown, explain: Explain): Response {
  const { code, message, trace } = refusalOf(error, explain)
  const [type, status] = AWS_ERRORS[code]
  return context.body(JSON.stringify({ __type: type, message, ...(trace && { trace }) }), status, {
    ...awsHeaders(),
    'x-amzn-ErrorType': type,
  })
}

function operationOf({ headers }: IncomingRequest): OperationName {
  const target = headers.get('x-amz-target') ?? ''
  const name = target.startsWith(TARGET) ? target.slice(TARGET.length) : ''
  const own = name.charAt(0).toLowerCase() + name.slice(1)
  const found = name === own ? undefined : AWS_OPERATIONS.find((one) => one === own)
  if (found !== undefined) return found
  throw new KmsError('E_KMS_OPERATION', { what: 'no such operation', got: target.slice(0, 80) })
}

function awsHeaders(): Record<string, string> {
  return { 'Content-Type': AWS_TYPE, 'x-amzn-RequestId': crypto.randomUUID() }
}
