/**
 * Who asks with an attestation document: the document is verified in full, and what it proves becomes condition keys
 * for policies and a public key to write the answer to. The document is hostile until then.
 */
import {
  type AttestationDocument,
  type ProfileName,
  type TrustedRoot,
  type Verdict,
  verifyAttestation,
} from '../../attestation/index.ts'
import type { Bytes } from '../../base/bytes.ts'
import { KmsError } from '../core/error.ts'
import { type Recipient, readRecipient } from './envelope.ts'
import type { Nonces } from './nonces.ts'

/** Whose attestation documents a KMS believes. */
export interface AttestationTrust {
  /** Whose documents. */
  readonly profile: ProfileName
  /** The roots that they may stand under: PEM, DER or SHA-256. */
  readonly roots: TrustedRoot | readonly TrustedRoot[]
  /** Milliseconds that a document may be old. @default 15 minutes, MAX_QT_VALIDATION_PERIOD of Huawei's verifier */
  readonly maxAge?: number
  /**
   * `required`: every document must carry a nonce that this KMS gave out, so that it serves once. `optional`: one that
   * carries such a nonce serves once; others as the clouds have it, until they are too old. @default 'optional'
   */
  readonly nonce?: 'optional' | 'required'
  /** Whether enclaves in debug mode are served, where a policy allows their zero PCRs. @default false */
  readonly allowDebug?: boolean
}

/** What came of a document that verifies. */
export interface AttestedRecipient extends Recipient {
  readonly document: AttestationDocument
  /** Whether PCR0 is zero: the enclave runs in debug mode, and its image is not measured. */
  readonly isDebug: boolean
  /**
   * Spends the document's nonce, where it is one of this KMS; for an answer that policy allows.
   * @throws {KmsError} E_KMS_DOCUMENT where it has served before, E_KMS_LIMIT.
   */
  spend(): Promise<void>
}

const MAX_AGE = 15 * 60 * 1000

/**
 * Verifies `document` and reads whom it is from. Its nonce is looked at, and not spent.
 * @throws {KmsError} E_KMS_DOCUMENT, which names the check that fails.
 */
export async function attestRecipient(
  document: Bytes,
  trust: AttestationTrust | undefined,
  nonces: Nonces,
  now: number,
): Promise<AttestedRecipient> {
  if (trust === undefined) {
    throw new KmsError('E_KMS_DOCUMENT', {
      what: 'this KMS believes no attestation document',
      hint: 'tell it whose: attestation: { profile, roots }',
    })
  }
  const { profile, roots, maxAge = MAX_AGE } = trust
  // The nonce is judged below, and spent where an answer goes out; whether debug mode will do is for policy to say.
  const verdict = await verifyAttestation(document, {
    profile,
    roots,
    maxAge,
    at: now,
    freshness: false,
    allowDebug: true,
  })
  if (!verdict.ok || verdict.document === undefined) throw refusal(verdict)
  const recipient = await readRecipient(verdict.document.publicKey)
  const nonce = await nonces.read(verdict.document.nonce)
  if (nonce === 'expired' || (nonce === 'foreign' && trust.nonce === 'required')) throw badNonce(nonce)
  const isDebug = verdict.document.pcrs.get(0)?.every((byte) => byte === 0) ?? true
  return {
    ...recipient,
    document: verdict.document,
    isDebug,
    async spend() {
      if (nonce === 'foreign') return
      const spending = await nonces.spend(nonce)
      if (spending !== 'spent') throw badNonce(spending)
    },
  }
}

function badNonce(spending: 'foreign' | 'expired' | 'repeated'): KmsError {
  const found = {
    foreign: 'no nonce of this KMS',
    expired: 'a nonce that has expired',
    repeated: 'a nonce that has served before: this document is a replay, or was sent twice',
  }[spending]
  return new KmsError('E_KMS_DOCUMENT', {
    what: 'the attestation document does not serve',
    expected: 'a nonce of this KMS, used once',
    got: found,
    hint: 'ask for a nonce, and attest anew for each request',
  })
}

function refusal({ checks }: Verdict): KmsError {
  const failed = checks.find(({ ok }) => !ok)
  return new KmsError('E_KMS_DOCUMENT', {
    what: `the attestation document does not verify: check ${failed?.number}, ${failed?.name}: ${failed?.reason}`,
    ...(failed?.expected !== undefined && { expected: failed.expected }),
    ...(failed?.found !== undefined && { got: failed.found }),
  })
}
