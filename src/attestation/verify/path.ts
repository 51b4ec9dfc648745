/**
 * The rules of a certification path (RFC 5280 section 6.1, as both clouds require them): each certificate is issued by
 * the one before, all are valid at one time, authorities are marked as such and have a sufficient path length, and keys
 * are used as their key usage allows. A path has the order of the document: the root first, the leaf last. Every
 * certificate is hostile input; trust begins with the pinned root, which the verifier checks.
 */
import { type Bytes, concatBytes, equalBytes, toHex } from '../../base/bytes.ts'
import { CURVES, signatureFromDer } from '../../encoding/ecdsa.ts'
import type { Certificate } from '../../encoding/x509/certificate.ts'
import { KEY_USAGE } from '../../encoding/x509/extensions.ts'
import { commonName } from '../../encoding/x509/name.ts'
import { BoundedCache } from './bounded-cache.ts'

/** A violation of a rule. */
export interface PathFault {
  readonly reason: string
  readonly expected?: string
  readonly found?: string
}

type Path = readonly Certificate[]

/** ecdsa-with-SHA384, which both clouds use throughout, and with it P-384. */
const ECDSA_SHA384 = '1.2.840.10045.4.3.3'

/** The name of a certificate in reasons. */
export function labelOf(path: Path, index: number): string {
  const place = index === 0 ? 'the root' : index === path.length - 1 ? 'the leaf' : `certificate ${index}`
  return `${place} (${commonName(path[index]!.subject)})`
}

function firstFault(
  path: Path,
  rule: (certificate: Certificate, index: number) => PathFault | undefined,
): PathFault | undefined {
  for (const [index, certificate] of path.entries()) {
    const fault = rule(certificate, index)
    if (fault !== undefined) return { ...fault, reason: `${labelOf(path, index)} ${fault.reason}` }
  }
  return undefined
}

/** Issuer names, key identifiers, algorithms and critical extensions. */
export function linkFault(path: Path): PathFault | undefined {
  return firstFault(path, (certificate, index) => {
    const issuer = path[Math.max(index - 1, 0)]!
    if (!equalBytes(certificate.issuer, issuer.subject)) {
      return {
        reason: index === 0 ? 'is not self-issued' : 'is not issued by the one before it',
        expected: commonName(issuer.subject),
        found: commonName(certificate.issuer),
      }
    }
    const { authorityKeyId, unknownCritical } = certificate.extensions
    const { subjectKeyId } = issuer.extensions
    if (
      authorityKeyId !== undefined &&
      subjectKeyId !== undefined &&
      !equalBytes(authorityKeyId, subjectKeyId)
    ) {
      return {
        reason: 'has an authority key identifier that does not match its issuer',
        expected: toHex(subjectKeyId),
        found: toHex(authorityKeyId),
      }
    }
    if (unknownCritical.length > 0) {
      return {
        reason: 'has an unknown critical extension',
        expected: 'none',
        found: unknownCritical.join(', '),
      }
    }
    if (certificate.signatureAlgorithm !== ECDSA_SHA384 || certificate.curve !== 'P-384') {
      return {
        reason: 'is not ECDSA on P-384 with SHA-384',
        expected: `P-384, ${ECDSA_SHA384}`,
        found: `${certificate.curve}, ${certificate.signatureAlgorithm}`,
      }
    }
    return undefined
  })
}

/**
 * Whether a key signed a certificate, keyed by the bytes of both: documents of one host share all links but the last.
 */
const links = new BoundedCache<Promise<boolean>>()

/**
 * Checks that each certificate after the root was signed with the key of the one before. The root's own signature is
 * not checked: a pinned root is trusted as such, and its self-signature would prove nothing.
 *
 * @param keys the public keys of the path, root first, `undefined` for those that are not on P-384.
 */
export async function signatureFault(
  path: Path,
  keys: readonly (CryptoKey | undefined)[],
): Promise<PathFault | undefined> {
  const results = await Promise.all(
    path.slice(1).map((certificate, above) => {
      const link = concatBytes(path[above]!.publicPoint, certificate.bytes)
      return links.get(link, () => isSigned(certificate, keys[above]))
    }),
  )
  const broken = results.indexOf(false)
  if (broken < 0) return undefined
  return { reason: `${labelOf(path, broken + 1)} is not signed by the key of ${labelOf(path, broken)}` }
}

async function isSigned(certificate: Certificate, key: CryptoKey | undefined): Promise<boolean> {
  if (key === undefined) return false
  let signature: Bytes
  try {
    signature = signatureFromDer(certificate.signature, CURVES['P-384'].half)
  } catch {
    return false
  }
  return crypto.subtle.verify(ECDSA, key, signature, certificate.tbs)
}

const ECDSA = { name: 'ECDSA', hash: 'SHA-384' }

/** How far the clocks of a verifier and of a hypervisor may differ, in milliseconds. */
export const CLOCK_SKEW = 60_000

/** Checks that every certificate is valid at `at`, in milliseconds since 1970, or was or will be within the skew. */
export function validityFault(path: Path, at: number): PathFault | undefined {
  return firstFault(path, ({ notBefore, notAfter }) => {
    if (at >= notBefore - CLOCK_SKEW && at <= notAfter + CLOCK_SKEW) return undefined
    return {
      reason: at < notBefore ? 'is not valid yet' : 'has expired',
      expected: `${isoTime(notBefore)} to ${isoTime(notAfter)}`,
      found: isoTime(at),
    }
  })
}

/** Checks that every authority has critical basic constraints with CA:true, and that the leaf is not an authority. */
export function basicConstraintsFault(path: Path): PathFault | undefined {
  return firstFault(path, ({ extensions: { basicConstraints } }, index) => {
    const found = basicConstraints
      ? `${basicConstraints.critical ? 'critical ' : ''}CA:${basicConstraints.ca}`
      : 'no basic constraints'
    if (index === path.length - 1) {
      return basicConstraints?.ca ? { reason: 'is an authority', expected: 'CA:false', found } : undefined
    }
    const holds = basicConstraints?.ca && basicConstraints.critical
    return holds ? undefined : { reason: 'is not an authority', expected: 'critical CA:true', found }
  })
}

/**
 * Checks that no authority has more authorities below it than its path length allows. Self-issued certificates count
 * too.
 */
export function pathLengthFault(path: Path): PathFault | undefined {
  return firstFault(path, ({ extensions: { basicConstraints } }, index) => {
    const below = path.length - 2 - index
    // For the leaf, the last one, the number is -1, which every limit allows.
    const allowed = basicConstraints?.pathLength ?? Number.POSITIVE_INFINITY
    if (below <= allowed) return undefined
    return {
      reason: 'has too many authorities below it',
      expected: `at most ${allowed}`,
      found: `${below}`,
    }
  })
}

/** Checks that authorities may sign certificates and that the leaf may sign documents. */
export function keyUsageFault(path: Path): PathFault | undefined {
  return firstFault(path, ({ extensions: { keyUsage } }, index) => {
    const leaf = index === path.length - 1
    if (keyUsage?.bits.has(leaf ? KEY_USAGE.digitalSignature : KEY_USAGE.keyCertSign)) return undefined
    return {
      reason: leaf ? 'may not sign documents' : 'may not sign certificates',
      expected: leaf ? 'digitalSignature' : 'keyCertSign',
      found: keyUsage === undefined ? 'no key usage' : `bits ${[...keyUsage.bits].join(', ') || 'none'}`,
    }
  })
}

/** ISO 8601, or the number of milliseconds if it is beyond the range of Date. */
export function isoTime(milliseconds: number): string {
  const date = new Date(milliseconds)
  return Number.isNaN(date.getTime()) ? `${milliseconds} ms` : date.toISOString()
}
