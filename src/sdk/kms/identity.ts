/**
 * Whether an answer is the KMS's own. There is no TLS in an enclave, and the parent carries every byte: it could answer
 * itself, with plaintext of its own choice. So the KMS signs its answers (RFC 9421 HTTP Message Signatures over
 * RFC 9530 digests of question and answer), and the image pins its key.
 */
import { p384 } from '@noble/curves/nist.js'
import { fromBase64, toBase64 } from '../../base/base64.ts'
import { type Bytes, equalBytes, fromHex, toHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { HttpResponse } from '../../http1/reader.ts'
import { sha256, sha384 } from '../hash.ts'
import type { Question } from './http.ts'

/** SubjectPublicKeyInfo of P-384 up to the point, which is uncompressed: 97 bytes. */
const P384_PREFIX = fromHex('3076301006072a8648ce3d020106052b81040022036200')
const P384_LENGTH = 120
const COMPONENTS = '("@status" "content-digest" "@method";req "@path";req "content-digest";req)'
const PARAMETERS =
  /^\("@status" "content-digest" "@method";req "@path";req "content-digest";req\);created=\d{1,12};keyid="([0-9a-f]{64})";alg="ecdsa-p384-sha384"$/

/** A key that an image pins. */
export interface PinnedIdentity {
  /** SHA-256 of the key's SubjectPublicKeyInfo, 64 lower-case hexadecimal digits. */
  readonly keyId: string
  /** The key itself, where it is known already. */
  spki: Bytes | undefined
}

/** `identity` as an image has it: SubjectPublicKeyInfo in DER (P-384, 120 bytes), or its SHA-256 in hexadecimal. */
export function readIdentity(identity: Uint8Array | string): PinnedIdentity {
  if (typeof identity === 'string' && /^[0-9a-f]{64}$/i.test(identity)) {
    return { keyId: identity.toLowerCase(), spki: undefined }
  }
  if (identity instanceof Uint8Array && isP384(identity)) {
    return { keyId: toHex(sha256(identity)), spki: identity.slice() }
  }
  throw new EnclaveError('E_KMS_OPTIONS', {
    what: 'the identity of the KMS is none',
    expected: `a P-384 key as SubjectPublicKeyInfo, ${P384_LENGTH} bytes, or the SHA-256 of one, 64 hexadecimal digits`,
    got: typeof identity === 'string' ? `${identity.length} characters` : `${identity?.length} bytes`,
  })
}

/** Takes `spki`, which anybody may have sent, as the key if it is the one. @throws {EnclaveError} E_KMS_IDENTITY */
export function adoptKey(identity: PinnedIdentity, spki: Bytes): void {
  if (!isP384(spki) || toHex(sha256(spki)) !== identity.keyId) {
    throw notTheKms('its key is another one', identity.keyId, toHex(sha256(spki)))
  }
  identity.spki = spki
}

/** The header that asks for a signed answer. */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${toBase64(sha256(body))}:`
}

/**
 * Holds `answer` against the key: it must be signed, whole, by this very key, and for this very question.
 * @throws {EnclaveError} E_KMS_IDENTITY
 */
export function verifyAnswer({ keyId, spki }: PinnedIdentity, question: Question, answer: HttpResponse): void {
  const [, parameters = ''] = /^kms=(.*)$/.exec(answer.headers.get('signature-input') ?? '') ?? []
  const [, signature = ''] = /^kms=:([A-Za-z0-9+/=]{128}):$/.exec(answer.headers.get('signature') ?? '') ?? []
  if (parameters === '' || signature === '') throw notTheKms('it is not signed', COMPONENTS, 'no signature')
  const [, signer] = PARAMETERS.exec(parameters) ?? []
  if (signer === undefined) throw notTheKms('its signature covers something else', COMPONENTS, parameters)
  if (signer !== keyId) throw notTheKms('another key signed it', keyId, signer)
  const digest = answer.headers.get('content-digest')
  const wanted = contentDigest(answer.body)
  if (digest !== wanted) throw notTheKms('its body was changed', wanted, digest ?? 'no Content-Digest')
  const base = [
    `"@status": ${answer.status}`,
    `"content-digest": ${digest}`,
    `"@method";req: ${question.method}`,
    `"@path";req: ${question.path}`,
    `"content-digest";req: ${question.headers['content-digest']}`,
    `"@signature-params": ${parameters}`,
  ].join('\n')
  if (isSigned(spki!, fromBase64(signature), new TextEncoder().encode(base))) return
  throw notTheKms('its signature is not for this question and answer', 'one that is', 'another')
}

function isSigned(spki: Bytes, signature: Bytes, message: Bytes): boolean {
  const point = spki.subarray(P384_PREFIX.length)
  try {
    return p384.verify(signature, sha384(message), point, { prehash: false, lowS: false })
  } catch {
    return false
  }
}

function isP384(spki: Uint8Array): boolean {
  return spki.length === P384_LENGTH && equalBytes(spki.subarray(0, P384_PREFIX.length), P384_PREFIX)
}

function notTheKms(what: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_KMS_IDENTITY', {
    what: `the answer is not the KMS’s own: ${what}`,
    expected,
    got: got.slice(0, 200),
    hint: 'The parent instance, or whoever it is connected to, answers in its place.',
  })
}
