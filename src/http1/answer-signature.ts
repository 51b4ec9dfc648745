/**
 * What a KMS signs of its answers (RFC 9421 HTTP Message Signatures, RFC 9530 Digest Fields), for the one who signs and the
 * one who verifies: status and body, bound to the very question by its method, its path and its body's digest.
 *
 * One signature, `kms`, over `"@status" "content-digest" "@method";req "@path";req "content-digest";req`, with
 * `alg="ecdsa-p384-sha384"` and, as `keyid`, the SHA-256 of the key's SubjectPublicKeyInfo in hexadecimal.
 */
import { fromBase64, toBase64 } from '../base/base64.ts'
import type { Bytes } from '../base/bytes.ts'

/** What an answer is bound to. */
export interface SignedQuestion {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** The value of its Content-Digest, as it came. */
  readonly contentDigest: string
}

/** What of an answer is signed. */
export interface SignedAnswer {
  readonly status: number
  /** The value of its Content-Digest. */
  readonly contentDigest: string
}

/** What is covered, in this order, and where it is taken from. */
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

/** The same as Signature-Input names it. */
export const COVERED: string = `(${COMPONENTS.map(([identifier]) => identifier).join(' ')})`

const PARAMETERS = /^;created=\d{1,12};keyid="([0-9a-f]{64})";alg="ecdsa-p384-sha384"$/
const INPUT = /^kms=(.+)$/
/** 96 bytes. */
const SIGNATURE = /^kms=:([A-Za-z0-9+/]{128}):$/

/** The parameters of a signature that is made at `created`, in seconds since 1970. */
export function writeParameters(created: number, keyId: string): string {
  return `${COVERED};created=${created};keyid="${keyId}";alg="ecdsa-p384-sha384"`
}

/** By which key a signature says that it is made, 64 hexadecimal digits; undefined where it covers anything else. */
export function readSigner(parameters: string): string | undefined {
  if (!parameters.startsWith(COVERED)) return undefined
  return PARAMETERS.exec(parameters.slice(COVERED.length))?.[1]
}

/** The bytes that are signed (RFC 9421 section 2.5). */
export function signatureBase(question: SignedQuestion, answer: SignedAnswer, parameters: string): Bytes {
  const lines = COMPONENTS.map(([identifier, value]) => `${identifier}: ${value(question, answer)}`)
  return new TextEncoder().encode([...lines, `"@signature-params": ${parameters}`].join('\n'))
}

/** The values of Signature-Input and Signature. */
export function writeSignature(parameters: string, signature: Bytes): [input: string, signature: string] {
  return [`kms=${parameters}`, `kms=:${toBase64(signature)}:`]
}

/** Parameters and signature of those two headers, 96 bytes; undefined where they are not of one such signature. */
export function readSignature(
  input: string | undefined,
  signature: string | undefined,
): { parameters: string; signature: Bytes } | undefined {
  const [, parameters] = INPUT.exec(input ?? '') ?? []
  const [, encoded] = SIGNATURE.exec(signature ?? '') ?? []
  if (parameters === undefined || encoded === undefined) return undefined
  return { parameters, signature: fromBase64(encoded) }
}

/** The value of Content-Digest for a body of that SHA-256. */
export function contentDigest(sha256: Uint8Array): string {
  return `sha-256=:${toBase64(sha256)}:`
}
