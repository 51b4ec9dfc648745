/** The certificate chain of a document, for display. */
import { type AttestationDocument, decodeDocument } from '../../src/attestation/index.ts'
import type { Bytes } from '../../src/base/bytes.ts'
import type { ProfileName } from '../../src/base/profile.ts'
import { type Certificate, readCertificate } from '../../src/encoding/x509/certificate.ts'
import { KEY_USAGE } from '../../src/encoding/x509/extensions.ts'
import { nameText } from '../../src/encoding/x509/name.ts'

/** One certificate; what cannot be read has only an error. */
export interface Link {
  readonly role: 'root' | 'authority' | 'leaf'
  readonly subject: string
  readonly issuer: string
  readonly notBefore: number
  readonly notAfter: number
  readonly curve: string
  readonly usages: readonly string[]
  readonly pathLength: number | undefined
  readonly isAuthority: boolean
}

/** The chain from the root to the leaf; undefined if the document or a certificate cannot be read. */
export function chainOf(bytes: Bytes, profile: ProfileName): Link[] | undefined {
  try {
    const { cabundle, certificate }: AttestationDocument = decodeDocument(bytes, profile)
    const all = [...cabundle, certificate].map((one) => readCertificate(Uint8Array.from(one)))
    return all.map((one, at) => linkOf(one, at === 0 ? 'root' : at === all.length - 1 ? 'leaf' : 'authority'))
  } catch {
    return undefined
  }
}

function linkOf(
  { subject, issuer, notBefore, notAfter, curve, extensions }: Certificate,
  role: Link['role'],
): Link {
  const bits = extensions.keyUsage?.bits
  return {
    role,
    subject: nameText(subject),
    issuer: nameText(issuer),
    notBefore,
    notAfter,
    curve,
    usages: Object.entries(KEY_USAGE).flatMap(([name, bit]) => (bits?.has(bit) ? [name] : [])),
    pathLength: extensions.basicConstraints?.pathLength,
    isAuthority: extensions.basicConstraints?.ca ?? false,
  }
}
