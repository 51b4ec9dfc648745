/**
 * Signs requests with an access key, in both clouds' schemes: AWS Signature Version 4 (IAM user guide) and Huawei's
 * SDK-HMAC-SHA256 (API Gateway guide, "Signing API requests").
 */
import { toHex } from '../../base/bytes.ts'
import {
  awsScope,
  canonicalRequest,
  type SignatureAlgorithm,
  signedNames,
  textToSign,
} from '../../http1/canonical-request.ts'
import { hmac, sha256 } from '../hash.ts'
import type { Question } from './http.ts'

/** An access key. Temporary keys have a session token. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

const utf8 = (text: string) => new TextEncoder().encode(text)

/** Signs `question`, whose headers must include `host`, with AWS Signature Version 4. */
export function signAws(
  question: Question,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  region: string,
  now: Date,
): Question {
  const date = compactDate(now)
  const headers = {
    ...question.headers,
    'x-amz-date': date,
    ...(sessionToken && { 'x-amz-security-token': sessionToken }),
  }
  const { names, hash } = canonical('AWS4-HMAC-SHA256', { ...question, headers })
  const scope = awsScope(date.slice(0, 8), region)
  const toSign = textToSign('AWS4-HMAC-SHA256', date, scope, hash)
  let key: Uint8Array = utf8(`AWS4${secretAccessKey}`)
  for (const part of scope.split('/')) key = hmac('sha256', key, utf8(part))
  const signature = toHex(hmac('sha256', key, utf8(toSign)))
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return { ...question, headers: { ...headers, authorization } }
}

/** Signs `question`, whose headers must include `host`, in Huawei's scheme. */
export function signHuawei(
  question: Question,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  now: Date,
): Question {
  const date = compactDate(now)
  const headers = {
    ...question.headers,
    'x-sdk-date': date,
    ...(sessionToken && { 'x-security-token': sessionToken }),
  }
  const { names, hash } = canonical('SDK-HMAC-SHA256', { ...question, headers })
  const toSign = textToSign('SDK-HMAC-SHA256', date, hash)
  const signature = toHex(hmac('sha256', utf8(secretAccessKey), utf8(toSign)))
  const authorization = `SDK-HMAC-SHA256 Access=${accessKeyId}, SignedHeaders=${names}, Signature=${signature}`
  return { ...question, headers: { ...headers, authorization } }
}

/** The names of the signed headers (all) and the hash of the canonical request, which has no query. */
function canonical(algorithm: SignatureAlgorithm, { method, path, headers, body }: Question) {
  const sorted = Object.entries(headers).sort(([left], [right]) => (left < right ? -1 : 1))
  const request = { method, path, headers: sorted, bodyHash: toHex(sha256(body)) }
  return { names: signedNames(sorted), hash: toHex(sha256(utf8(canonicalRequest(algorithm, request)))) }
}

/** `20261124T171500Z` */
function compactDate(now: Date): string {
  return now.toISOString().replace(/[-:]|\.\d{3}/g, '')
}
