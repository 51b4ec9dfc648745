/**
 * The texts that an access key signs for a request, for signer and verifier: AWS Signature Version 4 (IAM user
 * guide, "Create a signed request") and Huawei's SDK-HMAC-SHA256 (API Gateway, "API request signing guide"), which has the
 * same form. Each side hashes the texts itself.
 */

/** The signed parts of a request. */
export interface RequestToSign {
  readonly method: string
  /** Percent-encoded. */
  readonly path: string
  /** In canonical form. @default none */
  readonly query?: string
  /** The signed headers with lower-case names, sorted by name. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** SHA-256 of the body in hexadecimal. */
  readonly bodyHash: string
}

/** The signature schemes: AWS's and Huawei's. */
export type SignatureAlgorithm = 'AWS4-HMAC-SHA256' | 'SDK-HMAC-SHA256'

/** The value of SignedHeaders. */
export function signedNames(headers: RequestToSign['headers']): string {
  return headers.map(([name]) => name).join(';')
}

/** The canonical request, whose SHA-256 is signed. */
export function canonicalRequest(algorithm: SignatureAlgorithm, request: RequestToSign): string {
  const { method, path, query = '', headers, bodyHash } = request
  // In Huawei's scheme, the path ends with a slash, only here.
  const signedPath = algorithm === 'SDK-HMAC-SHA256' && !path.endsWith('/') ? `${path}/` : path
  const lines = headers.map(([name, value]) => `${name}:${value.trim().replace(/ {2,}/g, ' ')}\n`)
  return [method, signedPath, query, lines.join(''), signedNames(headers), bodyHash].join('\n')
}

/** AWS's credential scope for a day such as 20261124; the signing key is derived from its parts. */
export function awsScope(day: string, region: string): string {
  return `${day}/${region}/kms/aws4_request`
}

/**
 * The string to sign.
 *
 * @param more for AWS the credential scope, then the SHA-256 of the canonical request in hexadecimal.
 */
export function textToSign(algorithm: SignatureAlgorithm, date: string, ...more: readonly string[]): string {
  return [algorithm, date, ...more].join('\n')
}
