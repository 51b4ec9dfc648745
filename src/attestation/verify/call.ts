/**
 * What a caller of `verifyAttestation` may ask, and the reading of it. A bad document is a verdict; a bad call
 * is an error, because a mistyped option that is quietly ignored would be a check that quietly is not made.
 */
import { type Bytes, fromHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { ProfileName } from '../../base/profile.ts'
import { type Profile, profileOf } from '../profile.ts'
import {
  EXPECTED_LABEL,
  type ExpectedPcrs,
  type PcrSet,
  type ReferenceValues,
  readExpectedPcrs,
  readReferenceValues,
} from './policy.ts'
import { fingerprintsOf, type TrustedRoot } from './roots.ts'

/** The options of `verifyAttestation`. */
export interface VerifyOptions {
  /** Whose document it must be; each profile has one byte order and one layout. */
  profile: ProfileName
  /** Whom to trust: PEM, DER or SHA-256 of one or several roots. */
  roots: TrustedRoot | readonly TrustedRoot[]
  /** The nonce that was sent, bytes or hex. Required, unless `freshness` is `false`. */
  nonce?: Uint8Array | string
  /** `false` gives freshness up: an old document, replayed, then passes. */
  freshness?: false
  /** How old the document may be, in milliseconds. Default 15 minutes, as Huawei's SDK has it. */
  maxAge?: number
  /**
   * The moment to judge at: a Date, milliseconds since 1970 or ISO 8601; default now. `'document'` is the
   * document's own time, for looking at old ones: it says nothing about age.
   */
  at?: Date | number | string
  /** PCRs that must have these values. */
  pcrs?: ExpectedPcrs | ReadonlyMap<number, string | Uint8Array>
  /** Allowed sets of PCRs, any of which suffices; `parseReferenceValues` reads a file of them. */
  referenceValues?: ReferenceValues
  /** What the document's public_key must be, bytes or hex. */
  publicKey?: Uint8Array | string
  /** What the document's user_data must be, bytes or hex. */
  userData?: Uint8Array | string
  /** Whether to accept an enclave in debug mode, whose PCR0 is zero and proves nothing. Default no. */
  allowDebug?: boolean
}

/** A call after reading. */
export interface Call {
  readonly profile: Profile
  readonly bytes: Uint8Array
  /** Never rejects. */
  readonly roots: Promise<ReadonlySet<string>>
  readonly nonce: Bytes | undefined
  readonly maxAge: number | undefined
  readonly at: number | 'document'
  /** Each list of sets must be satisfied by one of its sets. */
  readonly policies: readonly (readonly PcrSet[])[]
  readonly publicKey: Bytes | undefined
  readonly userData: Bytes | undefined
  readonly allowDebug: boolean
}

const OPTIONS = new Set<string>([
  'profile',
  'roots',
  'nonce',
  'freshness',
  'maxAge',
  'at',
  'pcrs',
  'referenceValues',
  'publicKey',
  'userData',
  'allowDebug',
] satisfies (keyof VerifyOptions)[])

/** MAX_QT_VALIDATION_PERIOD of Huawei's verifier, in milliseconds. */
const DEFAULT_MAX_AGE = 15 * 60 * 1000

/**
 * Reads a call of `verifyAttestation`; of the document only that it is bytes.
 * @throws {EnclaveError} E_VERIFY_DOCUMENT, E_VERIFY_OPTION, E_VERIFY_NONCE, E_VERIFY_ROOTS,
 * E_DOCUMENT_PROFILE, E_POLICY_FORMAT, E_POLICY_PCR, E_CERTIFICATE_PEM.
 */
export function readCall(bytes: Uint8Array, options: VerifyOptions): Call {
  if (!(bytes instanceof Uint8Array)) {
    throw new EnclaveError('E_VERIFY_DOCUMENT', {
      what: 'the document is not given as bytes',
      expected: 'a Uint8Array',
      got: typeof bytes,
      hint: 'decodeDocumentText reads base64 and hex',
    })
  }
  if (typeof options !== 'object' || options === null) throw badOption('the options', 'an object', options)
  const unknown = Object.keys(options).find((name) => !OPTIONS.has(name))
  if (unknown !== undefined) throw badOption('an option', [...OPTIONS].join(', '), unknown)
  const { freshness, maxAge, allowDebug = false, pcrs, referenceValues } = options
  if (freshness !== undefined && freshness !== false)
    throw badOption('freshness', 'false or nothing', freshness)
  if (maxAge !== undefined && !(typeof maxAge === 'number' && maxAge >= 0)) {
    throw badOption('maxAge', 'milliseconds, 0 or more', maxAge)
  }
  if (typeof allowDebug !== 'boolean') throw badOption('allowDebug', 'true or false', allowDebug)
  const nonce = readBytes('nonce', options.nonce)
  // An empty nonce is no nonce: every document without one would match it.
  if (nonce?.byteLength === 0 || (freshness !== false && nonce === undefined)) {
    throw new EnclaveError('E_VERIFY_NONCE', {
      what: 'no nonce is given, so an old document could be replayed',
      expected: 'the nonce that the document was asked for with',
      hint: 'pass freshness: false (qt: --no-freshness) where replay does no harm',
    })
  }
  const policies: PcrSet[][] = []
  if (pcrs !== undefined) policies.push([{ label: EXPECTED_LABEL, pcrs: readExpectedPcrs(pcrs) }])
  if (referenceValues !== undefined) policies.push(readReferenceValues(referenceValues))
  return {
    profile: profileOf(options.profile),
    bytes,
    roots: fingerprintsOf(options.roots),
    nonce,
    maxAge: maxAge ?? (freshness === false ? undefined : DEFAULT_MAX_AGE),
    at: readMoment(options.at),
    policies,
    publicKey: readBytes('publicKey', options.publicKey),
    userData: readBytes('userData', options.userData),
    allowDebug,
  }
}

/** ISO 8601 as `Date` writes it, with less: `Date.parse` alone takes `5` for a day in 2001. */
const ISO_TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/

function readMoment(at: VerifyOptions['at']): number | 'document' {
  if (at === undefined) return Date.now()
  if (at === 'document') return at
  const moment = typeof at === 'string' ? readIso(at) : at instanceof Date ? at.getTime() : at
  if (typeof moment === 'number' && Number.isFinite(moment)) return moment
  throw badOption('at', "a Date, milliseconds since 1970, ISO 8601 or 'document'", at)
}

/** A time without a zone is of UTC, wherever this runs. */
function readIso(text: string): number {
  const [found, zone] = ISO_TIME.exec(text) ?? []
  return Date.parse(found && found.length > 10 && zone === undefined ? `${text}Z` : (found ?? ''))
}

function readBytes(name: string, value: Uint8Array | string | undefined): Bytes | undefined {
  if (value === undefined) return undefined
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (typeof value !== 'string') throw badOption(name, 'bytes or hexadecimal digits', value)
  return fromHex(value)
}

function badOption(name: string, expected: string, got: unknown): EnclaveError {
  const shown = typeof got === 'object' ? Object.prototype.toString.call(got) : String(got)
  return new EnclaveError('E_VERIFY_OPTION', {
    what: `${name} is not what it may be`,
    expected,
    got: shown.slice(0, 80),
  })
}
