/**
 * Issues the few kinds of X.509 certificates (RFC 5280) that attestation chains need, signed with ECDSA on P-384 and
 * SHA-384. All values come from the hypervisor; only texts in names may come from a guest.
 */
import type { Bytes } from '../../base/bytes.ts'
import { TAG } from '../../encoding/der/reader.ts'
import { element } from '../../encoding/der/writer.ts'
import { type SigningKey, signatureToDer, signWith } from '../../encoding/ecdsa.ts'
import { KEY_USAGE } from '../../encoding/x509/extensions.ts'

/** The content of a certificate of a chain. */
export interface CertificateShape {
  /** DER, made with `encodeName`. */
  subject: Bytes
  issuer: Bytes
  /** Milliseconds since 1970; certificates hold whole seconds. */
  notBefore: number
  notAfter: number
  /** Maximum number of authorities below; `undefined` for no limit. Ignored for a leaf. */
  pathLength: number | undefined
  ca: boolean
  keyUsage: readonly (keyof typeof KEY_USAGE)[]
  keyUsageCritical: boolean
  /** 20 bytes each; omitted if `undefined`. */
  subjectKeyId: Bytes | undefined
  authorityKeyId: Bytes | undefined
  /** The subject's public key on P-384, as SubjectPublicKeyInfo. */
  publicKey: Bytes
}

const OID = {
  ecdsaSha384: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03],
  basicConstraints: [0x55, 0x1d, 0x13],
  keyUsage: [0x55, 0x1d, 0x0f],
  subjectKeyId: [0x55, 0x1d, 0x0e],
  authorityKeyId: [0x55, 0x1d, 0x23],
  CN: [0x55, 0x04, 0x03],
  O: [0x55, 0x04, 0x0a],
  OU: [0x55, 0x04, 0x0b],
} as const

/** Maximum length of a common name in characters (RFC 5280). */
const COMMON_NAME_MAX = 64
const SERIAL_BYTES = 16

const text = new TextEncoder()

const SIGNATURE_ALGORITHM = element(TAG.sequence, element(TAG.oid, OID.ecdsaSha384))
const VERSION_3 = element(TAG.explicit0, element(TAG.integer, [2]))
const TRUE = element(TAG.boolean, [0xff])

/** A distinguished name: a common name with an organization and a unit, which say that it is simulated. */
export function encodeName(name: string, organization: string, unit: string): Bytes {
  const part = (oid: readonly number[], value: string) =>
    element(
      TAG.set,
      element(TAG.sequence, element(TAG.oid, oid), element(TAG.utf8String, text.encode(value))),
    )
  return element(
    TAG.sequence,
    part(OID.O, organization),
    part(OID.OU, unit),
    part(OID.CN, name.slice(0, COMMON_NAME_MAX)),
  )
}

/** The key identifier of RFC 5280 section 4.2.1.2, method 1: SHA-1 of the public point. 20 bytes. */
export async function keyIdentifier(publicKey: Bytes): Promise<Bytes> {
  const point = publicKey.subarray(-97)
  return new Uint8Array(await crypto.subtle.digest('SHA-1', point))
}

/** Issues a certificate of `shape`, signed with `issuerKey`, in DER. The serial number is made of 16 bytes, random by default. */
export async function issueCertificate(
  shape: CertificateShape,
  issuerKey: SigningKey,
  serialBytes: Bytes = crypto.getRandomValues(new Uint8Array(SERIAL_BYTES)),
): Promise<Bytes> {
  const serial = serialBytes.slice()
  // Clears the top bit and sets the next one, so that the number is positive and of full length.
  serial[0] = (serial[0]! & 0x7f) | 0x40
  const tbs = element(
    TAG.sequence,
    VERSION_3,
    element(TAG.integer, serial),
    SIGNATURE_ALGORITHM,
    shape.issuer,
    element(TAG.sequence, encodeTime(shape.notBefore), encodeTime(shape.notAfter)),
    shape.subject,
    shape.publicKey,
    element(TAG.explicit3, element(TAG.sequence, ...encodeExtensions(shape))),
  )
  const signatureDer = signatureToDer(await signWith(issuerKey, 'SHA-384', tbs))
  return element(TAG.sequence, tbs, SIGNATURE_ALGORITHM, element(TAG.bitString, [0], signatureDer))
}

function encodeExtensions(shape: CertificateShape): Bytes[] {
  const extension = (oid: readonly number[], critical: boolean, value: Bytes) =>
    element(TAG.sequence, element(TAG.oid, oid), critical ? TRUE : [], element(TAG.octetString, value))
  const pathLength =
    shape.ca && shape.pathLength !== undefined ? element(TAG.integer, [shape.pathLength]) : []
  const extensions = [
    extension(OID.basicConstraints, true, element(TAG.sequence, shape.ca ? TRUE : [], pathLength)),
    extension(OID.keyUsage, shape.keyUsageCritical, encodeKeyUsage(shape.keyUsage)),
  ]
  if (shape.subjectKeyId !== undefined) {
    extensions.push(extension(OID.subjectKeyId, false, element(TAG.octetString, shape.subjectKeyId)))
  }
  if (shape.authorityKeyId !== undefined) {
    const keyId = element(TAG.context0, shape.authorityKeyId)
    extensions.push(extension(OID.authorityKeyId, false, element(TAG.sequence, keyId)))
  }
  return extensions
}

/** A named bit list: DER omits trailing zero bits (X.690 section 11.2.2). */
function encodeKeyUsage(names: CertificateShape['keyUsage']): Bytes {
  const bits: number[] = names.map((name) => KEY_USAGE[name])
  const octet = bits.reduce((sum, bit) => sum | (0x80 >> bit), 0)
  return element(TAG.bitString, [7 - Math.max(...bits), octet])
}

/** UTCTime up to 2049, GeneralizedTime from 2050 on (RFC 5280 section 4.1.2.5). */
function encodeTime(milliseconds: number): Bytes {
  const digits = `${new Date(milliseconds).toISOString().slice(0, 19).replace(/\D/g, '')}Z`
  return digits < '2050'
    ? element(TAG.utcTime, text.encode(digits.slice(2)))
    : element(TAG.generalizedTime, text.encode(digits))
}
