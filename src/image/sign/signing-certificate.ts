/**
 * Reads the certificate that signed an image: an X.509 certificate (RFC 5280 §4.1) of any version, because the clouds'
 * own instructions make one without extensions. It is usually self-issued: trust comes from PCR8, the digest of its
 * bytes, not from a chain. Input is hostile.
 */
import type { Bytes } from '../../base/bytes.ts'
import type { CryptoKey } from '../../base/crypto-key.ts'
import { EnclaveError } from '../../base/error.ts'
import { COSE_ALGORITHMS } from '../../encoding/cose.ts'
import { DerReader, readOid, TAG } from '../../encoding/der/reader.ts'
import type { CurveName } from '../../encoding/ecdsa.ts'
import { fromPem } from '../../encoding/pem.ts'
import { nameText } from '../../encoding/x509/name.ts'
import { readTime } from '../../encoding/x509/time.ts'

/** A parsed signing certificate. */
export interface SigningCertificate {
  readonly der: Bytes
  readonly subject: string
  readonly issuer: string
  /** Milliseconds since 1970; both bounds are inclusive. */
  readonly notBefore: number
  readonly notAfter: number
  readonly curve: CurveName
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Bytes
}

const EC_PUBLIC_KEY = '1.2.840.10045.2.1'
export const CURVE_OIDS: Readonly<Record<string, CurveName>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
}

/**
 * Parses the first certificate in `pem`.
 * @throws {EnclaveError} E_IMAGE_CERTIFICATE if there is none, or its key is not on P-256, P-384 or P-521.
 */
export function readSigningCertificate(pem: string): SigningCertificate {
  try {
    return readDer(fromPem(pem)[0]!)
  } catch (cause) {
    if (cause instanceof EnclaveError && cause.code === 'E_IMAGE_CERTIFICATE') throw cause
    throw certificateError('the signing certificate is malformed', 'an X.509 certificate in PEM', cause)
  }
}

/** @throws {EnclaveError} E_IMAGE_CERTIFICATE if `certificate` is not valid at `at`, milliseconds since 1970. */
export function assertValidAt(certificate: SigningCertificate, at: number): void {
  if (at >= certificate.notBefore && at <= certificate.notAfter) return
  throw new EnclaveError('E_IMAGE_CERTIFICATE', {
    what:
      at > certificate.notAfter
        ? 'the signing certificate has expired'
        : 'the signing certificate is not valid yet',
    expected: `a time from ${iso(certificate.notBefore)} to ${iso(certificate.notAfter)}`,
    got: iso(at),
  })
}

/** The certificate's key, for verifying signatures. @throws {EnclaveError} E_IMAGE_CERTIFICATE */
export async function verificationKey({ publicKey, curve }: SigningCertificate): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey('spki', publicKey, { name: 'ECDSA', namedCurve: curve }, false, [
      'verify',
    ])
  } catch (cause) {
    throw certificateError('the key of the signing certificate is invalid', `a point of ${curve}`, cause)
  }
}

/** The COSE algorithm identifier for a curve. */
export function algorithmOf(curve: CurveName): number {
  const [number] = Object.entries(COSE_ALGORITHMS).find(([, algorithm]) => algorithm.curve === curve)!
  return Number(number)
}

function readDer(der: Bytes): SigningCertificate {
  const outer = new DerReader(der)
  const tbs = outer.enter('the certificate', TAG.sequence).enter('the signed part', TAG.sequence)
  outer.end('the certificate')
  if (tbs.next(TAG.explicit0)) tbs.read('the version', TAG.explicit0)
  tbs.read('the serial number', TAG.integer)
  tbs.read('the signature algorithm', TAG.sequence)
  const issuer = nameText(tbs.read('the issuer', TAG.sequence).bytes)
  const validity = tbs.enter('the validity', TAG.sequence)
  const notBefore = readTime(validity.read('notBefore'))
  const notAfter = readTime(validity.read('notAfter'))
  const subject = nameText(tbs.read('the subject', TAG.sequence).bytes)
  const key = tbs.read('the public key', TAG.sequence)
  const algorithm = new DerReader(key.content).enter("the key's algorithm", TAG.sequence)
  const type = readOid(algorithm.read("the key's algorithm", TAG.oid).content)
  const oid = type === EC_PUBLIC_KEY ? readOid(algorithm.read('the curve', TAG.oid).content) : type
  const curve = CURVE_OIDS[oid]
  if (!curve)
    throw certificateError(
      'the key of the signing certificate has an unsupported type',
      'a key on P-256, P-384 or P-521',
      undefined,
      oid,
    )
  return { der, subject, issuer, notBefore, notAfter, curve, publicKey: key.bytes }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}

function certificateError(what: string, expected: string, cause: unknown, got?: string): EnclaveError {
  return new EnclaveError('E_IMAGE_CERTIFICATE', { what, expected, ...(got !== undefined && { got }), cause })
}
