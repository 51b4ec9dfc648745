/** Verifies a document, in Node and in a page. */
import {
  AWS_NITRO_ROOT,
  decodeDocumentText,
  formatVerdict,
  guessProfile,
  HUAWEI_QINGTIAN_ROOT,
  verifyAttestation,
} from 'webclave/attestation'

/** A document, and what its verifier knows. */
export interface Sample {
  /** Base64 or hexadecimal. */
  readonly document: string
  /** The nonce that was sent, hexadecimal. */
  readonly nonce: string
  /** The digest of the image whose source was read, hexadecimal. */
  readonly pcr0: string
  /** A root to trust, PEM. Default: that of the cloud whose format the document has. */
  readonly root?: string
}

const CLOUD_ROOTS = { nitro: AWS_NITRO_ROOT, qingtian: HUAWEI_QINGTIAN_ROOT }

export async function judge({ document, nonce, pcr0, root }: Sample): Promise<{ ok: boolean; text: string }> {
  const bytes = decodeDocumentText(document)
  const profile = guessProfile(bytes)
  if (profile === undefined) return { ok: false, text: 'This is not an attestation document.' }
  const roots = root ?? CLOUD_ROOTS[profile]
  const verdict = await verifyAttestation(bytes, { profile, roots, nonce, pcrs: { 0: pcr0 } })
  return { ok: verdict.ok, text: formatVerdict(verdict) }
}
