/**
 * The signatures of a KMS on its answers (RFC 9421 HTTP Message Signatures, RFC 9530 Digest Fields), for signer and
 * verifier: they cover status and body, and bind the answer to the request by its method, path and body digest.
 *
 * One signature, `kms`, over `"@status" "content-digest" "@method";req "@path";req "content-digest";req`, with
 * `alg="ecdsa-p384-sha384"` and, as `keyid`, the SHA-256 of the key's SubjectPublicKeyInfo in hexadecimal.
 */
import { fromBase64, toBase64 } from '../base/base64.ts'
import type { Bytes } from '../base/bytes.ts'

/** The request to which an answer is bound. */
export interface SignedQuestion {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** The value of its Content-Digest, as received. */
  readonly contentDigest: string
}

/** The signed parts of an answer. */
export interface SignedAnswer {
  readonly status: number
  /** The value of its Content-Digest. */
  readonly contentDigest: string
}

/** The covered components, in order, and their sources. */
const COMPONENTS: readonly (readonly [
  identifier: string,
  value: (question: SignedQuestion, answer: SignedAnswer) => string | number,
])[] = [
  ['"@status"', (_, answer) => answer.status],
  ['"content-digest"', (_, answer) => answer.contentDigest],
  ['"@method";req', (question) => question.method],
  ['"@path";req', (question) => question.path],
  ['"content-digest";req', (question) => question.contentDigest],
]

/** The covered components in the syntax of Signature-Input. */
export const COVERED: string = `(${COMPONENTS.map(([identifier]) => identifier).join(' ')})`

const PARAMETERS = /^;created=\d{1,12};keyid="([0-9a-f]{64})";alg="ecdsa-p384-sha384"$/
const INPUT = /^kms=(.+)$/
/** 96 bytes. */
const SIGNATURE = /^kms=:([A-Za-z0-9+/]{128}):$/

/** The parameters of a signature created at `created`, in seconds since 1970. */
export function writeParameters(created: number, keyId: string): string {
  return `${COVERED};created=${created};keyid="${keyId}";alg="ecdsa-p384-sha384"`
}

/** The key ID that signature parameters name, 64 hexadecimal digits; undefined if they cover other components. */
export function readSigner(parameters: string): string | undefined {
  if (!parameters.startsWith(COVERED)) return undefined
  return PARAMETERS.exec(parameters.slice(COVERED.length))?.[1]
}

/** The signature base (RFC 9421 section 2.5). */
export function signatureBase(question: SignedQuestion, answer: SignedAnswer, parameters: string): Bytes {
  const lines = COMPONENTS.map(([identifier, value]) => `${identifier}: ${value(question, answer)}`)
  return new TextEncoder().encode([...lines, `"@signature-params": ${parameters}`].join('\n'))
}

/** The values of Signature-Input and Signature. */
export function writeSignature(parameters: string, signature: Bytes): [input: string, signature: string] {
  return [`kms=${parameters}`, `kms=:${toBase64(signature)}:`]
}

/** The parameters and the signature (96 bytes) from these two headers; undefined if they are not one such signature. */
export function readSignature(
  input: string | undefined,
  signature: string | undefined,
): { parameters: string; signature: Bytes } | undefined {
  const [, parameters] = INPUT.exec(input ?? '') ?? []
  const [, encoded] = SIGNATURE.exec(signature ?? '') ?? []
  if (parameters === undefined || encoded === undefined) return undefined
  return { parameters, signature: fromBase64(encoded) }
}

/** The Content-Digest of a body with that SHA-256. */
export function contentDigest(sha256: Uint8Array): string {
  return `sha-256=:${toBase64(sha256)}:`
}
