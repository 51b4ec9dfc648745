/** Verifies AWS Signature Version 4 (IAM user guide, "AWS Signature Version 4 for API requests"). */
import type { Bytes } from '../../../base/bytes.ts'
import { awsScope, canonicalRequest, textToSign } from '../../../http1/canonical-request.ts'
import type { ReadCaller } from '../../core/call.ts'
import {
  type Credentials,
  canonicalQuery,
  hmac,
  type IncomingRequest,
  refused,
  requireFresh,
  SKEW_MAX,
  sha256Hex,
  signedHeaders,
  verifyHmac,
} from '../credentials.ts'

const ALGORITHM = 'AWS4-HMAC-SHA256'
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(\w{1,128})\/(\d{8})\/([\w-]{1,64})\/(\w{1,64})\/aws4_request, ?SignedHeaders=([a-z0-9;-]{1,4096}), ?Signature=([0-9a-f]{64})$/

/** A bounded cache of derived signing keys. */
const KEPT_MAX = 256
const derived = new Map<string, Bytes>()

/** The access key that signed the request. @throws {KmsError} E_KMS_CREDENTIALS */
export async function verifyAwsRequest(
  request: IncomingRequest,
  credentials: Credentials,
  now: number,
): Promise<ReadCaller> {
  const { headers } = request
  const parts = AUTHORIZATION.exec(headers.get('authorization') ?? '')
  if (parts === null)
    throw refused('the Authorization header is missing or is not a complete AWS4-HMAC-SHA256 one')
  const [, id, day, region, service, names, signature] = parts as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const { key, caller } = credentials.find(id, headers.get('x-amz-security-token'))
  const date = requireFresh(headers.get('x-amz-date'), now, SKEW_MAX.aws)
  if (!date.startsWith(day))
    throw refused('the date in the credential scope differs from that of the request', day)
  if (service !== 'kms') throw refused('the request is signed for another service', service)
  const required = ['host', 'x-amz-date', ...[...headers.keys()].filter((name) => name.startsWith('x-amz-'))]
  const canonical = canonicalRequest(ALGORITHM, {
    method: request.method,
    path: request.path,
    query: canonicalQuery(request.query),
    headers: signedHeaders(request, names, required),
    bodyHash: await bodyHash(request),
  })
  const scope = awsScope(day, region)
  const toSign = textToSign(ALGORITHM, date, scope, await sha256Hex(canonical))
  if (await verifyHmac(await signingKey(key.secretAccessKey, scope), toSign, signature)) return caller
  throw refused(
    'the signature does not match: the request was changed, or signed with another secret access key',
  )
}

/** The body must always be signed: KMS does not accept `UNSIGNED-PAYLOAD`. */
async function bodyHash({ headers, body }: IncomingRequest): Promise<string> {
  const hash = await sha256Hex(body)
  const claimed = headers.get('x-amz-content-sha256')
  if (claimed !== null && claimed !== hash)
    throw refused('x-amz-content-sha256 is not the SHA-256 of the body')
  return hash
}

async function signingKey(secret: string, scope: string): Promise<Bytes> {
  const name = `${secret} ${scope}`
  const known = derived.get(name)
  if (known !== undefined) return known
  let key: Bytes | string = `AWS4${secret}`
  for (const part of scope.split('/')) key = await hmac(key, part)
  if (derived.size >= KEPT_MAX) derived.clear()
  derived.set(name, key as Bytes)
  return key as Bytes
}
