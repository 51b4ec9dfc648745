/**
 * The extensions of a certificate that a path depends on (RFC 5280 section 4.2): basic constraints, key usage and the
 * two key identifiers. Other extensions are ignored unless they are critical: `path.ts` rejects a certificate with an
 * unknown critical extension, as the RFC demands. Input is hostile.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { DerReader, malformed, readOid, TAG } from '../der/reader.ts'

/** The key usage bits that webclave uses, with the bit numbers of RFC 5280 section 4.2.1.3. */
export const KEY_USAGE = { digitalSignature: 0, contentCommitment: 1, keyCertSign: 5, cRLSign: 6 } as const

/** The parsed extensions. A field is missing if the certificate has no such extension. */
export interface Extensions {
  readonly basicConstraints?: {
    readonly critical: boolean
    readonly ca: boolean
    readonly pathLength: number | undefined
  }
  /** The numbers of the set bits. */
  readonly keyUsage?: { readonly critical: boolean; readonly bits: ReadonlySet<number> }
  readonly subjectKeyId?: Bytes
  readonly authorityKeyId?: Bytes
  /** Object identifiers of unknown critical extensions. */
  readonly unknownCritical: readonly string[]
}

const BASIC_CONSTRAINTS = '2.5.29.19'
const KEY_USAGE_OID = '2.5.29.15'
const SUBJECT_KEY_ID = '2.5.29.14'
const AUTHORITY_KEY_ID = '2.5.29.35'
const TRUE = 0xff

/**
 * Reads the sequence of extensions inside `explicit`, the `[3]` of a certificate.
 * @throws {EnclaveError} E_CERTIFICATE_DER, or E_CERTIFICATE_EXTENSION for one that occurs twice.
 */
export function readExtensions(explicit: DerReader): Extensions {
  const list = explicit.enter('the extensions', TAG.sequence)
  explicit.end('the extensions')
  const found: { -readonly [name in keyof Extensions]: Extensions[name] } = { unknownCritical: [] }
  const unknownCritical: string[] = []
  const seen = new Set<string>()
  while (!list.done) {
    const extension = list.enter('an extension', TAG.sequence)
    const oid = readOid(extension.read('its identifier', TAG.oid).content)
    const critical = extension.next(TAG.boolean) && readTrue(extension)
    const value = new DerReader(extension.read('its value', TAG.octetString).content)
    extension.end('an extension')
    if (seen.has(oid)) {
      throw new EnclaveError('E_CERTIFICATE_EXTENSION', {
        what: 'duplicate extension in a certificate',
        expected: 'every extension once',
        got: oid,
      })
    }
    seen.add(oid)
    if (oid === BASIC_CONSTRAINTS) found.basicConstraints = { critical, ...readBasicConstraints(value) }
    else if (oid === KEY_USAGE_OID) found.keyUsage = { critical, bits: readKeyUsage(value) }
    else if (oid === SUBJECT_KEY_ID) {
      found.subjectKeyId = value.read('the subject key identifier', TAG.octetString).content
      value.end('the subject key identifier')
    } else if (oid === AUTHORITY_KEY_ID) {
      const keyId = readAuthorityKeyId(value)
      if (keyId !== undefined) found.authorityKeyId = keyId
    } else if (critical) unknownCritical.push(oid)
  }
  return { ...found, unknownCritical }
}

/** DER omits default values and encodes TRUE as ff: an explicit FALSE, or any other byte, is malformed. */
function readTrue(reader: DerReader): boolean {
  const { content } = reader.read('a boolean', TAG.boolean)
  if (content.byteLength !== 1 || content[0] !== TRUE) throw malformed('a boolean is not TRUE in DER', 'ff')
  return true
}

function readBasicConstraints(value: DerReader): { ca: boolean; pathLength: number | undefined } {
  const sequence = value.enter('the basic constraints', TAG.sequence)
  value.end('the basic constraints')
  const ca = sequence.next(TAG.boolean) && readTrue(sequence)
  let pathLength: number | undefined
  if (sequence.next(TAG.integer)) {
    const { content } = sequence.read('the path length', TAG.integer)
    if (content.byteLength !== 1 || content[0]! >= 0x80)
      throw malformed('the path length is out of range', '0 to 127')
    pathLength = content[0]
  }
  sequence.end('the basic constraints')
  return { ca, pathLength }
}

function readKeyUsage(value: DerReader): Set<number> {
  const { content } = value.read('the key usage', TAG.bitString)
  value.end('the key usage')
  const unused = content[0]
  if (unused === undefined || unused > 7 || content.byteLength > 3)
    throw malformed('the key usage is malformed')
  const bits = new Set<number>()
  const size = 8 * (content.byteLength - 1) - unused
  for (let bit = 0; bit < size; bit++) {
    if ((content[1 + (bit >> 3)]! >> (7 - (bit & 7))) & 1) bits.add(bit)
  }
  return bits
}

function readAuthorityKeyId(value: DerReader): Bytes | undefined {
  const sequence = value.enter('the authority key identifier', TAG.sequence)
  value.end('the authority key identifier')
  return sequence.next(TAG.context0)
    ? sequence.read('the authority key identifier', TAG.context0).content
    : undefined
}
