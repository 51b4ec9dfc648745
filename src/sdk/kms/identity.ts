/**
 * Verifies that an answer is from the KMS. There is no TLS in an enclave, and the parent relays every byte: it could
 * answer itself, with a plaintext of its choice. So the KMS signs its answers (`http1/answer-signature.ts`), and the
 * image pins its key.
 */
import { ecdsaVerify } from 'webclave:crypto'
import { type Bytes, equalBytes, fromHex, toHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import {
  COVERED,
  contentDigest,
  readSignature,
  readSigner,
  signatureBase,
} from '../../http1/answer-signature.ts'
import type { HttpResponse } from '../../http1/reader.ts'
import { sha256 } from '../hash.ts'
import type { Question } from './http.ts'

/** SubjectPublicKeyInfo of P-384 up to the point, which is uncompressed: 97 bytes. */
const P384_PREFIX = fromHex('3076301006072a8648ce3d020106052b81040022036200')
const P384_LENGTH = 120

/** A pinned key. */
export interface PinnedIdentity {
  /** SHA-256 of the key's SubjectPublicKeyInfo, 64 lower-case hexadecimal digits. */
  readonly keyId: string
  /** The key itself, once it is known. */
  spki: Bytes | undefined
}

/** Parses `identity`: SubjectPublicKeyInfo in DER (P-384, 120 bytes), or its SHA-256 in hexadecimal. */
export function readIdentity(identity: Uint8Array | string): PinnedIdentity {
  if (typeof identity === 'string' && /^[0-9a-f]{64}$/i.test(identity)) {
    return { keyId: identity.toLowerCase(), spki: undefined }
  }
  if (identity instanceof Uint8Array && isP384(identity)) {
    return { keyId: toHex(sha256(identity)), spki: identity.slice() }
  }
  throw new EnclaveError('E_KMS_OPTIONS', {
    what: 'the option identity is invalid',
    expected: `a P-384 key as SubjectPublicKeyInfo, ${P384_LENGTH} bytes, or the SHA-256 of one, 64 hexadecimal digits`,
    got: typeof identity === 'string' ? `${identity.length} characters` : `${identity?.length} bytes`,
  })
}

/** Accepts `spki`, which is untrusted, if it is the pinned key. @throws {EnclaveError} E_KMS_IDENTITY */
export function adoptKey(identity: PinnedIdentity, spki: Bytes): void {
  if (!isP384(spki) || toHex(sha256(spki)) !== identity.keyId) {
    throw notTheKms('the KMS has another key', identity.keyId, toHex(sha256(spki)))
  }
  identity.spki = spki
}

/** The Content-Digest of `body`; a request with it gets a signed answer. */
export function digestOf(body: Uint8Array): string {
  return contentDigest(sha256(body))
}

/**
 * Verifies that `answer` is completely signed with the pinned key, for this request.
 * @throws {EnclaveError} E_KMS_IDENTITY
 */
export function verifyAnswer(identity: PinnedIdentity, question: Question, answer: HttpResponse): void {
  const { headers, status, body } = answer
  const signed = readSignature(headers.get('signature-input'), headers.get('signature'))
  if (signed === undefined) throw notTheKms('it is not signed', COVERED, 'no signature')
  const { parameters, signature } = signed
  const signer = readSigner(parameters)
  if (signer === undefined) throw notTheKms('its signature covers other components', COVERED, parameters)
  if (signer !== identity.keyId) throw notTheKms('it is signed with another key', identity.keyId, signer)
  const digest = headers.get('content-digest')
  const wanted = digestOf(body)
  if (digest !== wanted) throw notTheKms('its body was changed', wanted, digest ?? 'no Content-Digest')
  const { method, path } = question
  const asked = { method, path, contentDigest: question.headers['content-digest']! }
  const base = signatureBase(asked, { status, contentDigest: wanted }, parameters)
  if (isSigned(identity.spki!, signature, base)) return
  throw notTheKms('its signature is invalid', 'a signature of this request and answer', 'another one')
}

function isSigned(spki: Bytes, signature: Bytes, message: Bytes): boolean {
  return ecdsaVerify('p384', 'sha384', spki.subarray(P384_PREFIX.length), signature, message)
}

function isP384(spki: Uint8Array): boolean {
  return spki.length === P384_LENGTH && equalBytes(spki.subarray(0, P384_PREFIX.length), P384_PREFIX)
}

function notTheKms(what: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_KMS_IDENTITY', {
    what: `the answer is not from the pinned KMS: ${what}`,
    expected,
    got: got.slice(0, 200),
    hint: 'check the pinned identity (qt kms identity); if it is right, somebody else has answered',
  })
}
