/**
 * What an access key signs of a request, for the one who signs and the one who verifies: AWS Signature Version 4 (IAM user
 * guide, "Create a signed request") and Huawei's SDK-HMAC-SHA256 (API Gateway, "API request signing guide"), which has the
 * same form. Here are only the texts; each side hashes them with what it has.
 */

/** A request as it is signed. */
export interface RequestToSign {
  readonly method: string
  /** Percent-encoded. */
  readonly path: string
  /** Canonical already. @default none */
  readonly query?: string
  /** Those that are signed, by lower-case name, in the order of their names. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** SHA-256 of the body in hexadecimal. */
  readonly bodyHash: string
}

/** Whose signatures they are. */
export type SignatureAlgorithm = 'AWS4-HMAC-SHA256' | 'SDK-HMAC-SHA256'

/** The names of signed headers as SignedHeaders lists them. */
export function signedNames(headers: RequestToSign['headers']): string {
  return headers.map(([name]) => name).join(';')
}

/** The text whose SHA-256 is signed. */
export function canonicalRequest(algorithm: SignatureAlgorithm, request: RequestToSign): string {
  const { method, path, query = '', headers, bodyHash } = request
  // Huawei's paths end in a slash, here and only here.
  const signedPath = algorithm === 'SDK-HMAC-SHA256' && !path.endsWith('/') ? `${path}/` : path
  const lines = headers.map(([name, value]) => `${name}:${value.trim().replace(/ {2,}/g, ' ')}\n`)
  return [method, signedPath, query, lines.join(''), signedNames(headers), bodyHash].join('\n')
}

/** What an AWS signature is good for, of a day such as 20261124; its parts derive the key, one after the other. */
export function awsScope(day: string, region: string): string {
  return `${day}/${region}/kms/aws4_request`
}

/**
 * The text that is signed.
 *
 * @param more the scope, for AWS, and the SHA-256 of the canonical request in hexadecimal.
 */
export function textToSign(algorithm: SignatureAlgorithm, date: string, ...more: readonly string[]): string {
  return [algorithm, date, ...more].join('\n')
}
