/**
 * Reads an X.509 version 3 certificate (RFC 5280 section 4.1) with an elliptic-curve key, the kind used in the chains
 * of attestation documents and in image signatures. Input is hostile, and a certificate that parses is not trusted yet:
 * `path.ts` checks certification paths.
 */
import { type Bytes, equalBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { DerReader, malformed, readOid, TAG } from '../der/reader.ts'
import { CURVES, type CurveName } from '../ecdsa.ts'
import { type Extensions, readExtensions } from './extensions.ts'
import { readTime } from './time.ts'

/** A parsed certificate. Byte strings are views of the input. */
export interface Certificate {
  /** The whole certificate, in DER. */
  readonly bytes: Bytes
  /** The signed part (tbsCertificate). */
  readonly tbs: Bytes
  readonly serial: Bytes
  /** Names in DER; two names are equal if their bytes are. `nameText` of `name.ts` makes them readable. */
  readonly issuer: Bytes
  readonly subject: Bytes
  /** Milliseconds since 1970; both bounds are inclusive. */
  readonly notBefore: number
  readonly notAfter: number
  readonly curve: CurveName
  /** The public key: an uncompressed point of 65, 97 or 133 bytes. */
  readonly publicPoint: Bytes
  readonly extensions: Extensions
  /** The object identifier of the signature algorithm. */
  readonly signatureAlgorithm: string
  /** The signature as encoded in the certificate: DER for ECDSA. */
  readonly signature: Bytes
}

const EC_PUBLIC_KEY = '1.2.840.10045.2.1'
const CURVE_OIDS: Readonly<Record<string, CurveName>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
}
const VERSION_3 = 2

/**
 * Parses a certificate.
 *
 * @param bytes exactly one certificate in DER.
 * @throws {EnclaveError} E_CERTIFICATE_DER for anything malformed, E_CERTIFICATE_VERSION, E_CERTIFICATE_KEY for a key
 * that is not on one of the three curves, E_CERTIFICATE_EXTENSION for a repeated extension.
 * @see RFC 5280 section 4.1
 */
export function readCertificate(bytes: Bytes): Certificate {
  const outer = new DerReader(bytes)
  const parts = outer.enter('the certificate', TAG.sequence)
  outer.end('the certificate')
  const signed = parts.read('the signed part', TAG.sequence)
  const algorithm = parts.read('the signature algorithm', TAG.sequence)
  const signature = readBits(parts, 'the signature')
  parts.end('the signature')

  const tbs = new DerReader(signed.content)
  requireVersion3(tbs)
  const serial = tbs.read('the serial number', TAG.integer).content
  if (serial.byteLength === 0) throw malformed('the serial number is empty')
  const inner = tbs.read('the inner signature algorithm', TAG.sequence)
  // The signed part repeats the algorithm, so that nobody can replace the outer one (RFC 5280, 4.1.1.2).
  if (!equalBytes(inner.bytes, algorithm.bytes)) throw malformed('the two signature algorithms differ')
  const issuer = tbs.read('the issuer', TAG.sequence).bytes
  const validity = tbs.enter('the validity', TAG.sequence)
  const notBefore = readTime(validity.read('notBefore'))
  const notAfter = readTime(validity.read('notAfter'))
  validity.end('notAfter')
  const subject = tbs.read('the subject', TAG.sequence).bytes
  const key = readKey(tbs.enter('the public key', TAG.sequence))
  const extensions = readExtensions(tbs.enter('the extensions', TAG.explicit3))
  tbs.end('the extensions')
  return {
    bytes,
    tbs: signed.bytes,
    serial,
    issuer,
    subject,
    notBefore,
    notAfter,
    ...key,
    extensions,
    signatureAlgorithm: readAlgorithm(algorithm.content),
    signature,
  }
}

/**
 * When a certificate with a key of any kind is valid, in milliseconds since 1970.
 * @throws {EnclaveError} E_CERTIFICATE_DER for anything malformed up to there
 */
export function readValidity(bytes: Bytes): { readonly notBefore: number; readonly notAfter: number } {
  const outer = new DerReader(bytes)
  const parts = outer.enter('the certificate', TAG.sequence)
  outer.end('the certificate')
  const tbs = parts.enter('the signed part', TAG.sequence)
  if (tbs.next(TAG.explicit0)) tbs.read('the version', TAG.explicit0)
  for (const what of ['the serial number', 'the signature algorithm', 'the issuer']) tbs.read(what)
  const validity = tbs.enter('the validity', TAG.sequence)
  return { notBefore: readTime(validity.read('notBefore')), notAfter: readTime(validity.read('notAfter')) }
}

function requireVersion3(tbs: DerReader): void {
  const version = tbs.next(TAG.explicit0)
    ? tbs.enter('the version', TAG.explicit0).read('the version', TAG.integer).content
    : undefined
  if (version?.byteLength !== 1 || version[0] !== VERSION_3) {
    throw new EnclaveError('E_CERTIFICATE_VERSION', {
      what: 'the certificate does not have version 3',
      expected: 'version 3, which has extensions',
    })
  }
}

function readAlgorithm(content: Bytes): string {
  return readOid(new DerReader(content).read('the algorithm', TAG.oid).content)
}

function readKey(info: DerReader): { curve: CurveName; publicPoint: Bytes } {
  const algorithm = info.enter('the algorithm of the key', TAG.sequence)
  const type = readOid(algorithm.read('the algorithm of the key', TAG.oid).content)
  const oid = type === EC_PUBLIC_KEY ? readOid(algorithm.read('the curve', TAG.oid).content) : 'none'
  const curve = CURVE_OIDS[oid]
  if (curve === undefined) {
    throw new EnclaveError('E_CERTIFICATE_KEY', {
      what: 'the public key has an unsupported type',
      expected: 'an elliptic-curve key on P-256, P-384 or P-521',
      got: type === EC_PUBLIC_KEY ? `curve ${oid}` : type,
    })
  }
  algorithm.end('the curve')
  const publicPoint = readBits(info, 'the public point')
  info.end('the public point')
  if (publicPoint[0] !== 4 || publicPoint.byteLength !== 1 + 2 * CURVES[curve].half) {
    throw new EnclaveError('E_CERTIFICATE_KEY', {
      what: 'the public key is not an uncompressed point of its curve',
      expected: `${1 + 2 * CURVES[curve].half} bytes that begin with 04`,
      got: `${publicPoint.byteLength} bytes`,
    })
  }
  return { curve, publicPoint }
}

/** A bit string of whole bytes. */
function readBits(reader: DerReader, what: string): Bytes {
  const { content } = reader.read(what, TAG.bitString)
  if (content[0] !== 0) throw malformed(`${what} is not a whole number of bytes`)
  return content.subarray(1)
}
