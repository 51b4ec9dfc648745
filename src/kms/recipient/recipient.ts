/**
 * The recipient of an attestation document: the document is verified in full, and what it proves becomes condition keys
 * for policies and a public key to write the answer to. The document is hostile until then.
 */
import {
  type AttestationDocument,
  guessProfile,
  type ProfileName,
  type TrustedRoot,
  type Verdict,
  verifyAttestation,
} from '../../attestation/index.ts'
import type { Bytes } from '../../base/bytes.ts'
import { KmsError } from '../core/error.ts'
import { type Recipient, readRecipient } from './envelope.ts'
import type { Nonces } from './nonces.ts'

/** Which attestation documents a KMS trusts. */
export interface AttestationTrust {
  /** The cloud whose document format is expected. */
  readonly profile: ProfileName
  /** The trusted roots: PEM, DER or SHA-256. */
  readonly roots: TrustedRoot | readonly TrustedRoot[]
  /** The maximum age of a document in milliseconds. @default 15 minutes, MAX_QT_VALIDATION_PERIOD of Huawei's verifier */
  readonly maxAge?: number
  /**
   * `required`: every document must contain a nonce of this KMS, so that it can be used once. `optional`: a document
   * with such a nonce can be used once, any other until it is too old, as in the clouds. @default 'optional'
   */
  readonly nonce?: 'optional' | 'required'
  /** Whether enclaves in debug mode are served, if a policy allows their zero PCRs. @default false */
  readonly allowDebug?: boolean
  /** Whether documents of the test parents of `webclave/testing` are accepted. Only for tests. @default false */
  readonly allowTestRoot?: boolean
}

/** The result of a verified document. */
export interface AttestedRecipient extends Recipient {
  readonly document: AttestationDocument
  /** Whether PCR0 is zero: the enclave runs in debug mode, and its image is not measured. */
  readonly isDebug: boolean
  /**
   * Spends the document's nonce if it is from this KMS; called only once policies allow the call.
   * @throws {KmsError} E_KMS_DOCUMENT if it was used before, E_KMS_LIMIT.
   */
  spend(): Promise<void>
}

const MAX_AGE = 15 * 60 * 1000

/**
 * Verifies `document` and reads its recipient. The nonce is checked but not spent.
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
      what: 'this KMS trusts no attestation documents',
      hint: 'pass attestation: { profile, roots } to createKms',
    })
  }
  const { profile, roots, maxAge = MAX_AGE, allowTestRoot = false } = trust
  // The nonce is checked below and spent when the answer is released. Policies decide on debug mode.
  const verdict = await verifyAttestation(document, {
    profile,
    roots,
    maxAge,
    at: now,
    freshness: false,
    allowDebug: true,
    allowTestRoot,
  })
  if (!verdict.ok || verdict.document === undefined) throw refusal(verdict, profile, document)
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
    foreign: 'no nonce, or one of another KMS',
    expired: 'an expired nonce',
    repeated: 'a nonce that was used before: this document is a replay, or was sent twice',
  }[spending]
  return new KmsError('E_KMS_DOCUMENT', {
    what: 'the nonce of the attestation document is not valid',
    expected: 'an unused nonce of this KMS',
    got: found,
    hint: 'get a new nonce and a new attestation document for each request',
  })
}

function refusal({ checks }: Verdict, profile: ProfileName, document: Bytes): KmsError {
  const failed = checks.find(({ ok }) => !ok)
  return new KmsError('E_KMS_DOCUMENT', {
    what: `the attestation document failed verification: check ${failed?.number}, ${failed?.name}: ${failed?.reason}`,
    ...(failed?.expected !== undefined && { expected: failed.expected }),
    ...(failed?.found !== undefined && { got: failed.found }),
    hint: otherProfile(profile, document),
  })
}

function otherProfile(profile: ProfileName, document: Bytes): string | undefined {
  const found = guessProfile(document)
  if (found === undefined || found === profile) return undefined
  return `this KMS takes documents of ${profile}; for those of ${found}, set its profile (qt kms serve --profile ${found})`
}
