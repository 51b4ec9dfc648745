/** Which enclaves may have the secret: those under pinned roots whose image, or whose image's signer, is trusted. */
import type { AttestationDocument } from '../../attestation/document.ts'
import { isZero } from '../../attestation/document.ts'
import type { ReferenceSet } from '../../attestation/verify/policy.ts'
import type { TrustedRoot } from '../../attestation/verify/roots.ts'
import { guessProfile } from '../../attestation/verify/text.ts'
import { verifyAttestation } from '../../attestation/verify/verify.ts'
import { type Bytes, fromHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { PCR_LENGTH } from '../../base/pcrs.ts'
import type { ProfileName } from '../../base/profile.ts'
import { ArgumentError } from '../arguments.ts'
import { attest, describePcr } from '../qtsm.ts'

/** Enclaves that are trusted besides those of the own image. */
export interface TrustedImages {
  /** PCR0 of other images, 48 bytes or 96 hexadecimal digits each. */
  readonly images?: readonly (string | Uint8Array)[]
  /** PCR8 of images: the digest of the certificate that signed them. Each image of the signer is trusted, old ones too. */
  readonly signers?: readonly (string | Uint8Array)[]
}

/** What a document is verified against. */
export interface Trust {
  readonly profile: ProfileName
  readonly roots: readonly TrustedRoot[]
  readonly allowed: readonly ReferenceSet[]
  readonly allowTestRoot: boolean
}

const IMAGE = 0
const SIGNER = 8
/** How old a document may be, in milliseconds. That it is new is proved by the nonce; this is for clocks. */
const MAX_AGE = 300_000

/** @throws {EnclaveError} E_SHARED_DEBUG if this enclave is in debug mode. @throws {ArgumentError} */
export function trustOf(
  roots: readonly TrustedRoot[],
  { images = [], signers = [] }: TrustedImages,
  allowTestRoot: boolean,
): Trust {
  const own = describePcr(IMAGE).value
  if (isZero(own)) {
    throw new EnclaveError('E_SHARED_DEBUG', {
      what: 'this enclave is in debug mode, so it can prove to no other what it is',
      expected: 'a PCR0 that is not zero',
      hint: 'start it without debug mode',
    })
  }
  const sets = [
    { label: 'the own image', pcrs: new Map([[IMAGE, own]]) },
    ...setsOf('images', images, IMAGE),
    ...setsOf('signers', signers, SIGNER),
  ]
  // Only its own hypervisor writes the own document, and it is the same on both sides.
  const profile = guessProfile(attest()) ?? 'qingtian'
  return { profile, roots, allowed: sets, allowTestRoot }
}

/** Zero would trust each image in debug mode, or each without a signature. */
function setsOf(name: string, values: TrustedImages['images'], index: number): ReferenceSet[] {
  if (!Array.isArray(values)) throw new ArgumentError(`trust.${name}`, 'a list', typeof values)
  return values.map((value: unknown, at) => {
    const pcr = pcrOf(value)
    if (pcr?.length !== PCR_LENGTH || isZero(pcr)) {
      const expected = `${PCR_LENGTH} bytes, or ${2 * PCR_LENGTH} hexadecimal digits, not all zero`
      throw new ArgumentError(`trust.${name}[${at}]`, expected, pcr ? `${pcr.length} bytes` : 'no PCR')
    }
    return { label: `trust.${name}[${at}]`, pcrs: new Map([[index, pcr]]) }
  })
}

function pcrOf(value: unknown): Bytes | undefined {
  if (value instanceof Uint8Array) return value.slice() as Bytes
  return typeof value === 'string' && /^[0-9a-f]{96}$/i.test(value) ? fromHex(value) : undefined
}

/** What a verified document proves, or why it proves nothing. */
export type Verified =
  | { readonly document: AttestationDocument }
  | { readonly fault: string; readonly expected: string | undefined; readonly found: string | undefined }

/** Verifies the document of another enclave. Throws for no document, whatever its bytes. */
export async function verified(
  { profile, roots, allowed, allowTestRoot }: Trust,
  document: Bytes,
  { nonce, userData }: { readonly nonce: Uint8Array; readonly userData?: Uint8Array },
): Promise<Verified> {
  const verdict = await verifyAttestation(document, {
    profile,
    roots,
    nonce,
    maxAge: MAX_AGE,
    referenceValues: { version: 1, allowed },
    allowTestRoot,
    ...(userData && { userData }),
  })
  if (verdict.ok) return { document: verdict.document }
  const { reason, expected, found } = verdict.checks.find(({ ok }) => !ok)!
  return { fault: reason, expected, found }
}
