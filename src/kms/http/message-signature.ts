/**
 * The KMS signs its answers (RFC 9421 HTTP Message Signatures, RFC 9530 Digest Fields), so that an enclave which pins the
 * KMS's key knows them from a parent's own. Signed is whatever answers a request that carries a Content-Digest: that
 * digest is first held against the body that came, so that the signature binds the answer to the question.
 *
 * One signature, `kms`, over `"@status" "content-digest" "@method";req "@path";req "content-digest";req`, with
 * `alg="ecdsa-p384-sha384"` and, as `keyid`, the SHA-256 of the key's SubjectPublicKeyInfo in hexadecimal.
 */

import { fromBase64, toBase64 } from '../../base/base64.ts'
import { type Bytes, equalBytes } from '../../base/bytes.ts'
import type { Identity } from '../core/identity.ts'

const COMPONENTS = '("@status" "content-digest" "@method";req "@path";req "content-digest";req)'
const ALGORITHM = 'ecdsa-p384-sha384'
const DIGEST = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):\s*(?:$|,)/

/** What an answer is bound to. */
export interface SignedQuestion {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** The value of its Content-Digest, as it came. */
  readonly contentDigest: string
}

/** The value of Content-Digest for `body`. */
export async function contentDigest(body: Bytes): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', body)
  return `sha-256=:${toBase64(new Uint8Array(digest))}:`
}

/** Whether a Content-Digest has the SHA-256 of `body` in it. */
export async function matchesDigest(header: string, body: Bytes): Promise<boolean> {
  const [, claimed] = DIGEST.exec(header) ?? []
  if (claimed === undefined) return false
  return equalBytes(fromBase64(claimed), new Uint8Array(await crypto.subtle.digest('SHA-256', body)))
}

/** What is signed, line by line (RFC 9421 section 2.5). `created` is in seconds since 1970. */
function signatureBase(
  question: SignedQuestion,
  answer: { status: number; contentDigest: string },
  parameters: string,
): string {
  return [
    `"@status": ${answer.status}`,
    `"content-digest": ${answer.contentDigest}`,
    `"@method";req: ${question.method}`,
    `"@path";req: ${question.path}`,
    `"content-digest";req: ${question.contentDigest}`,
    `"@signature-params": ${parameters}`,
  ].join('\n')
}

/** The three headers that a signed answer carries. */
export async function signAnswer(
  identity: Identity,
  question: SignedQuestion,
  answer: { status: number; body: Bytes },
  now: number,
): Promise<Record<'Content-Digest' | 'Signature-Input' | 'Signature', string>> {
  const digest = await contentDigest(answer.body)
  const created = Math.floor(now / 1000)
  const parameters = `${COMPONENTS};created=${created};keyid="${identity.keyId}";alg="${ALGORITHM}"`
  const base = signatureBase(question, { status: answer.status, contentDigest: digest }, parameters)
  const signature = await identity.sign(new TextEncoder().encode(base))
  return {
    'Content-Digest': digest,
    'Signature-Input': `kms=${parameters}`,
    Signature: `kms=:${toBase64(signature)}:`,
  }
}
