/**
 * Requests signed by an access key, as each cloud does it: AWS Signature Version 4 (IAM user guide) and Huawei's
 * SDK-HMAC-SHA256 (API Gateway guide, "Signing API requests").
 */
import { toHex } from '../../base/bytes.ts'
import { hmac, sha256 } from '../hash.ts'
import type { Question } from './http.ts'

/** An access key. Temporary ones have a session token. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

const utf8 = (text: string) => new TextEncoder().encode(text)

/** `question` with the headers that say who asks. `host` is among its headers. */
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
  const { canonical, names } = canonicalRequest({ ...question, headers })
  const scope = `${date.slice(0, 8)}/${region}/kms/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', date, scope, toHex(sha256(utf8(canonical)))].join('\n')
  let key: Uint8Array = utf8(`AWS4${secretAccessKey}`)
  for (const part of scope.split('/')) key = hmac('sha256', key, utf8(part))
  const signature = toHex(hmac('sha256', key, utf8(toSign)))
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return { ...question, headers: { ...headers, authorization } }
}

/** The same in Huawei's form. */
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
  // Here, and only here, the path ends in a slash.
  const { canonical, names } = canonicalRequest({ ...question, path: `${question.path}/`, headers })
  const toSign = ['SDK-HMAC-SHA256', date, toHex(sha256(utf8(canonical)))].join('\n')
  const signature = toHex(hmac('sha256', utf8(secretAccessKey), utf8(toSign)))
  const authorization = `SDK-HMAC-SHA256 Access=${accessKeyId}, SignedHeaders=${names}, Signature=${signature}`
  return { ...question, headers: { ...headers, authorization } }
}

/** The form that both clouds share: all headers are signed, and there is no query. */
function canonicalRequest({ method, path, headers, body }: Question): { canonical: string; names: string } {
  const sorted = Object.entries(headers).sort(([left], [right]) => (left < right ? -1 : 1))
  const names = sorted.map(([name]) => name).join(';')
  const lines = sorted.map(([name, value]) => `${name}:${value.trim()}\n`).join('')
  return { canonical: [method, path, '', lines, names, toHex(sha256(body))].join('\n'), names }
}

/** `20261124T171500Z` */
function compactDate(now: Date): string {
  return now.toISOString().replace(/[-:]|\.\d{3}/g, '')
}
