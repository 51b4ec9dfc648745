/** Requests signed without an SDK, in each cloud's format, so that a test can tamper with any part of them afterwards. */
import { createHash, createHmac } from 'node:crypto'
import { ACCESS_KEY } from '../support-http.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** How a request is signed. */
export interface Signing {
  readonly now?: number
  readonly key?: typeof ACCESS_KEY
  /** AWS: the day and the service of the scope, if they differ from the request's. */
  readonly day?: string
  readonly service?: string
  /** Additional headers, signed too. */
  readonly more?: Record<string, string>
  /** The names that are signed, in this order. @default all, sorted */
  readonly names?: readonly string[]
}

/** The headers in the text to sign: their lines, and their names. */
function signedPart(
  headers: Record<string, string>,
  names: readonly string[] = Object.keys(headers).sort(),
): [lines: string, names: string] {
  return [names.map((name) => `${name}:${headers[name]}\n`).join(''), names.join(';')]
}

/** A request that has not been sent. */
export interface Draft {
  url: string
  method: string
  headers: Record<string, string>
  body: string
}

const stamp = (now: number) => `${new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`

/** AWS Signature Version 4. */
export function signAws(
  operation: string,
  body: string,
  { now = Date.now(), key = ACCESS_KEY, day, service = 'kms', more = {}, names: order }: Signing = {},
): Draft {
  const date = stamp(now)
  const scope = `${day ?? date.slice(0, 8)}/local-1/${service}/aws4_request`
  const headers: Record<string, string> = {
    'content-type': 'application/x-amz-json-1.1',
    host: 'kms.local',
    'x-amz-date': date,
    'x-amz-target': `TrentService.${operation}`,
    ...more,
  }
  const [lines, names] = signedPart(headers, order)
  const canonical = ['POST', '/', '', lines, names, sha256(body)].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')
  let signing: string | Buffer = `AWS4${key.secretAccessKey}`
  for (const part of scope.split('/')) signing = hmac(signing, part)
  const signature = hmac(signing, toSign).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return { url: 'http://kms.local/', method: 'POST', headers: { ...headers, authorization }, body }
}

/** Huawei's SDK-HMAC-SHA256. */
export function signHuawei(
  path: string,
  body: string,
  { now = Date.now(), key = ACCESS_KEY, more = {}, names: order }: Signing = {},
): Draft {
  const date = stamp(now)
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    host: 'kms.local',
    'x-sdk-date': date,
    ...more,
  }
  const [lines, names] = signedPart(headers, order)
  const canonical = ['POST', `${path}/`, '', lines, names, sha256(body)].join('\n')
  const toSign = ['SDK-HMAC-SHA256', date, sha256(canonical)].join('\n')
  const signature = hmac(key.secretAccessKey, toSign).toString('hex')
  const authorization = `SDK-HMAC-SHA256 Access=${key.accessKeyId}, SignedHeaders=${names}, Signature=${signature}`
  return { url: `http://kms.local${path}`, method: 'POST', headers: { ...headers, authorization }, body }
}
