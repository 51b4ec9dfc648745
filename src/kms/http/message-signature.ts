/**
 * The KMS signs its answers (`http1/answer-signature.ts`), so that an enclave that pins the KMS's key can distinguish
 * them from forged ones. Every answer to a request with a Content-Digest (RFC 9530) is signed; the digest is first
 * compared with the request's body, so that the signature binds the answer to the request.
 */
import { fromBase64 } from '../../base/base64.ts'
import { type Bytes, equalBytes } from '../../base/bytes.ts'
import {
  contentDigest,
  type SignedQuestion,
  signatureBase,
  writeParameters,
  writeSignature,
} from '../../http1/answer-signature.ts'
import type { Identity } from '../core/identity.ts'

const DIGEST = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):\s*(?:$|,)/

/** Whether a Content-Digest contains the SHA-256 of `body`. */
export async function matchesDigest(header: string, body: Bytes): Promise<boolean> {
  const [, claimed] = DIGEST.exec(header) ?? []
  return claimed !== undefined && equalBytes(fromBase64(claimed), await sha256(body))
}

/** The three headers that a signed answer carries. */
export async function signAnswer(
  identity: Identity,
  question: SignedQuestion,
  { status, body }: { status: number; body: Bytes },
  now: number,
): Promise<Record<'Content-Digest' | 'Signature-Input' | 'Signature', string>> {
  const answer = { status, contentDigest: contentDigest(await sha256(body)) }
  const parameters = writeParameters(Math.floor(now / 1000), identity.keyId)
  const signature = await identity.sign(signatureBase(question, answer, parameters))
  const [signatureInput, signatureField] = writeSignature(parameters, signature)
  return {
    'Content-Digest': answer.contentDigest,
    'Signature-Input': signatureInput,
    Signature: signatureField,
  }
}

async function sha256(data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', data))
}
