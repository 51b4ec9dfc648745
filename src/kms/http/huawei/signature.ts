/** Verifies Huawei's SDK-HMAC-SHA256 signatures (API Gateway, "API request signing guide"). */
import { canonicalRequest, textToSign } from '../../../http1/canonical-request.ts'
import type { ReadCaller } from '../../core/call.ts'
import {
  type Credentials,
  canonicalQuery,
  type IncomingRequest,
  refused,
  requireFresh,
  SKEW_MAX,
  sha256Hex,
  signedHeaders,
  verifyHmac,
} from '../credentials.ts'

const ALGORITHM = 'SDK-HMAC-SHA256'
const AUTHORIZATION =
  /^SDK-HMAC-SHA256 Access=(\w{1,128}), ?SignedHeaders=([a-z0-9;-]{1,4096}), ?Signature=([0-9a-f]{64})$/
const REQUIRED = ['host', 'x-sdk-date']
const TOKEN = 'x-security-token'

/** The access key that signed the request. @throws {KmsError} E_KMS_CREDENTIALS */
export async function verifyHuaweiRequest(
  request: IncomingRequest,
  credentials: Credentials,
  now: number,
): Promise<ReadCaller> {
  const { headers, body } = request
  const found = AUTHORIZATION.exec(headers.get('authorization') ?? '')
  if (found === null)
    throw refused('the Authorization header is missing or is not a complete SDK-HMAC-SHA256 one')
  const [, id, names, signature] = found as unknown as [string, string, string, string]
  const { key, caller } = credentials.find(id, headers.get(TOKEN))
  const date = requireFresh(headers.get('x-sdk-date'), now, SKEW_MAX.huawei)
  const hash = await sha256Hex(body)
  const claimed = headers.get('x-sdk-content-sha256')
  if (claimed !== null && claimed !== hash)
    throw refused('x-sdk-content-sha256 is not the SHA-256 of the body')
  const parts = {
    method: request.method,
    query: canonicalQuery(request.query),
    headers: signedHeaders(request, names, headers.has(TOKEN) ? [...REQUIRED, TOKEN] : REQUIRED),
    bodyHash: hash,
  }
  for (const path of signedPaths(request.path)) {
    const canonical = canonicalRequest(ALGORITHM, { ...parts, path })
    const toSign = textToSign(ALGORITHM, date, await sha256Hex(canonical))
    if (await verifyHmac(key.secretAccessKey, toSign, signature)) return caller
  }
  throw refused(
    'the signature does not match: the request was changed, or signed with another secret access key',
  )
}

/**
 * What may be signed for a path: its parts encoded as they mean (the signing guide), or as they were sent (Huawei's own
 * SDK for Node, which encodes once more what the URL has encoded already). No text is both: the first has no `%25`.
 */
function signedPaths(path: string): readonly string[] {
  const encode = (each: (part: string) => string) =>
    path
      .split('/')
      .map((part) => encodeStrictly(each(part)))
      .join('/')
  try {
    const meant = encode(decodeURIComponent)
    return meant.includes('%25') ? [encode(String)] : [meant, encode(String)]
  } catch {
    return []
  }
}

/** All but the unreserved characters (RFC 3986, section 2.3). */
const encodeStrictly = (part: string) =>
  encodeURIComponent(part).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
