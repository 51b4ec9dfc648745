/** The options of createKms, and their checks. */
import type { CryptoKey } from '../../base/crypto-key.ts'
import { ownOptions } from '../../base/own-options.ts'
import { unknownOption } from '../../base/unknown-option.ts'
import type { Place } from '../keys/place.ts'
import type { AttestationTrust } from '../recipient/recipient.ts'
import type { KmsStore } from '../store/store.ts'
import { KmsError } from './error.ts'

/** Options of createKms. */
export interface KmsOptions {
  /** The store of its keys. @default in memory */
  readonly store?: KmsStore
  /** AES-256-GCM, for `encrypt` and `decrypt`: `persistentMasterKey` or `createMasterKey`. @default a new one, in memory */
  readonly masterKey?: CryptoKey
  /** Which attestation documents it trusts. @default none: calls with a recipient are rejected */
  readonly attestation?: AttestationTrust
  /** The region, account and domain in the ARNs and URNs of its keys. */
  readonly place?: Partial<Place>
  /** The clock, in milliseconds since 1970. @default the machine's */
  readonly now?: () => number
}

const NAMES = {
  ...{ store: true, masterKey: true, attestation: true, place: true, now: true },
} satisfies Record<keyof KmsOptions, true>
const TRUST_NAMES = {
  ...{ profile: true, roots: true, maxAge: true, nonce: true, allowDebug: true, allowTestRoot: true },
} satisfies Record<keyof AttestationTrust, true>

/** The options, with the own ones of `attestation` only. @throws {KmsError} E_KMS_CONFIG */
export function checkedOptions(options: KmsOptions): KmsOptions {
  requireKnown('createKms', options, NAMES)
  if (options.attestation === undefined) return options
  requireKnown('attestation of createKms', options.attestation, TRUST_NAMES)
  const attestation = ownOptions(options.attestation)
  const { nonce = 'optional' } = attestation
  if (nonce === 'optional' || nonce === 'required') return { ...options, attestation }
  throw new KmsError('E_KMS_CONFIG', {
    what: 'attestation.nonce is invalid',
    expected: "'optional' or 'required'",
    got: typeof nonce,
  })
}

/** @throws {KmsError} E_KMS_CONFIG */
export function requireKnown(place: string, given: object, names: Readonly<Record<string, true>>): void {
  const isObject = typeof given === 'object' && given !== null
  const unknown = isObject ? unknownOption(given, names) : undefined
  if (isObject && unknown === undefined) return
  throw new KmsError('E_KMS_CONFIG', {
    what: isObject ? `there is no such option of ${place}` : `the options of ${place} are not an object`,
    expected: `only ${Object.keys(names).join(', ')}`,
    got: isObject ? JSON.stringify(unknown) : typeof given,
  })
}
