/** Forges attestation documents: correctly signed, with any changes that a test needs. */

import { encodeChain, encodePayload, type PayloadFields } from '../../src/attestation/document.ts'
import {
  type CertificateShape,
  encodeName,
  issueCertificate,
  keyIdentifier,
} from '../../src/attestation/issue/certificate.ts'
import { LEVELS } from '../../src/attestation/issue/levels.ts'
import { ES384, PROFILES } from '../../src/attestation/profile.ts'
import { fingerprint } from '../../src/attestation/verify/roots.ts'
import type { Bytes } from '../../src/base/bytes.ts'
import type { ProfileName } from '../../src/base/profile.ts'
import { cborArray, cborBytes, cborText } from '../../src/encoding/cbor/writer.ts'
import { signSign1 } from '../../src/encoding/cose.ts'

/** The timestamp of forged documents. */
export const MOMENT: number = Date.UTC(2026, 6, 20, 12)

export const HOUR = 3_600_000

/** 16 PCRs that are not zero. */
export function somePcrs(): Map<number, Bytes> {
  return new Map(Array.from({ length: 16 }, (_, index) => [index, new Uint8Array(48).fill(index + 1)]))
}

/** A certification path, the root first, with the key of its leaf. */
export interface ForgedPath {
  readonly path: readonly Bytes[]
  readonly leafKey: CryptoKey
  readonly root: string
}

/** Returns what to change in the certificate at `index`, 0 for the root. */
export type Change = (shape: CertificateShape, index: number) => Partial<CertificateShape>

const P384 = { name: 'ECDSA', namedCurve: 'P-384' }

/** A path of five certificates as in the profile, with changes. */
export async function forgePath(
  profile: ProfileName,
  change: Change = () => ({}),
  signer?: (index: number) => CryptoKey | undefined,
): Promise<ForgedPath> {
  const path: Bytes[] = []
  let issuer: { key: CryptoKey; subject: Bytes; keyId: Bytes } | undefined
  const place = { region: 'r', host: 'h', instanceId: 'i' }
  const root = { ...LEVELS[profile][0], pathLength: undefined, name: () => 'forged root' }
  for (const [index, level] of [root, ...LEVELS[profile]].entries()) {
    const pair = await crypto.subtle.generateKey(P384, false, ['sign', 'verify'])
    const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
    const keyId = await keyIdentifier(publicKey)
    const subject = encodeName(level.name(place, 'm'), 'forged', 'test')
    const shape: CertificateShape = {
      ...level,
      subject,
      issuer: issuer?.subject ?? subject,
      notBefore: MOMENT - HOUR,
      notAfter: MOMENT + HOUR,
      subjectKeyId: level.hasSubjectKeyId ? keyId : undefined,
      authorityKeyId: level.hasAuthorityKeyId ? (issuer?.keyId ?? keyId) : undefined,
      publicKey,
    }
    const changed = { ...shape, ...change(shape, index) }
    const issuerKey = issuer?.key ?? pair.privateKey
    path.push(await issueCertificate(changed, signer?.(index) ?? issuerKey))
    issuer = { key: pair.privateKey, subject: changed.subject, keyId }
  }
  return { path, leafKey: issuer!.key, root: await fingerprint(path[0]!) }
}

/** A payload as in the profile. */
export function forgePayload(
  profile: ProfileName,
  { path }: Pick<ForgedPath, 'path'>,
  fields: Partial<PayloadFields> = {},
): Bytes {
  return encodePayload(PROFILES[profile], encodeChain(path.at(-1)!, path.slice(0, -1)), {
    moduleId: 'forged.enc-0123456789abcdef',
    timestamp: MOMENT,
    pcrs: somePcrs(),
    ...fields,
  })
}

/** Signs any payload as in the profile. */
export function forgeDocument(profile: ProfileName, leafKey: CryptoKey, payload: Bytes): Promise<Bytes> {
  const { protectedHeader, byteOrder } = PROFILES[profile]
  return signSign1({ key: leafKey, payload, algorithm: ES384, protectedHeader, order: byteOrder })
}

/** Encoded fields of a payload by name, from which a test builds other payloads. */
export function encodedFields({ path }: ForgedPath): Record<string, Bytes> {
  return {
    certificate: cborBytes(path.at(-1)!),
    cabundle: cborArray(path.slice(0, -1).map(cborBytes)),
    digest: cborText('SHA384'),
    module_id: cborText('forged'),
  }
}
