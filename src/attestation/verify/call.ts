/**
 * The options of `verifyAttestation`, and their validation. A bad document leads to a verdict; a bad option is an
 * error, because ignoring a mistyped option would silently skip a check.
 */
import { type Bytes, fromHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { ownOptions } from '../../base/own-options.ts'
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
  /** Which cloud's document it must be; each profile has one byte order and one layout. */
  profile: ProfileName
  /** The trusted roots, one or several: PEM, DER or SHA-256. */
  roots: TrustedRoot | readonly TrustedRoot[]
  /** The nonce that was sent, bytes or hex. Required, unless `freshness` is `false`. */
  nonce?: Uint8Array | string
  /** `false` skips the nonce check: a replayed old document then passes. */
  freshness?: false
  /** Maximum age of the document in milliseconds. Default: 15 minutes, as in Huawei's SDK. */
  maxAge?: number
  /**
   * The time at which to verify: a Date, milliseconds since 1970 or ISO 8601. Default: now. `'document'` is the
   * document's own timestamp, for inspecting old documents: its age is then not checked.
   */
  at?: Date | number | string
  /** The values that these PCRs must have. */
  pcrs?: ExpectedPcrs | ReadonlyMap<number, string | Uint8Array>
  /** Allowed sets of PCRs, of which one must match; `parseReferenceValues` reads them from a file. */
  referenceValues?: ReferenceValues
  /** The value that the document's public_key must have, bytes or hex. */
  publicKey?: Uint8Array | string
  /** The value that the document's user_data must have, bytes or hex. */
  userData?: Uint8Array | string
  /** Whether to accept an enclave in debug mode, whose PCR0 is zero and proves nothing. Default: no. */
  allowDebug?: boolean
  /**
   * Whether to accept documents of the test parents of `webclave/testing`, which anybody can make. Only for tests.
   * Default: no, also if their root is one of `roots`.
   */
  allowTestRoot?: boolean
}

/** The validated options. */
export interface Call {
  readonly profile: Profile
  readonly bytes: Uint8Array
  /** Never rejects. */
  readonly roots: Promise<ReadonlySet<string>>
  readonly nonce: Bytes | undefined
  readonly maxAge: number | undefined
  readonly at: number | 'document'
  /** In each list of sets, at least one set must match. */
  readonly policies: readonly (readonly PcrSet[])[]
  readonly publicKey: Bytes | undefined
  readonly userData: Bytes | undefined
  readonly allowDebug: boolean
  readonly allowTestRoot: boolean
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
  'allowTestRoot',
] satisfies (keyof VerifyOptions)[])

/** MAX_QT_VALIDATION_PERIOD of Huawei's verifier, in milliseconds. */
const DEFAULT_MAX_AGE = 15 * 60 * 1000

/**
 * Validates the arguments of `verifyAttestation`; of the document it checks only that it is a Uint8Array.
 * @throws {EnclaveError} E_VERIFY_DOCUMENT, E_VERIFY_OPTION, E_VERIFY_NONCE, E_VERIFY_ROOTS, E_VERIFY_TEST_ROOT,
 * E_DOCUMENT_PROFILE, E_POLICY_FORMAT, E_POLICY_PCR, E_CERTIFICATE_PEM.
 */
export function readCall(bytes: Uint8Array, given: VerifyOptions): Call {
  if (!(bytes instanceof Uint8Array)) {
    throw new EnclaveError('E_VERIFY_DOCUMENT', {
      what: 'the document is not a Uint8Array',
      expected: 'a Uint8Array',
      got: typeof bytes,
      hint: 'use decodeDocumentText for base64 and hexadecimal text',
    })
  }
  if (typeof given !== 'object' || given === null) throw badOption('the options', 'an object', given)
  const options = ownOptions(given)
  const unknown = Object.keys(options).find((name) => !OPTIONS.has(name))
  if (unknown !== undefined) throw badOption('an option', [...OPTIONS].join(', '), unknown)
  const { freshness, maxAge, allowDebug = false, allowTestRoot = false, pcrs, referenceValues } = options
  if (freshness !== undefined && freshness !== false)
    throw badOption('freshness', 'false or undefined', freshness)
  if (maxAge !== undefined && !(typeof maxAge === 'number' && maxAge >= 0)) {
    throw badOption('maxAge', 'milliseconds, 0 or more', maxAge)
  }
  if (typeof allowDebug !== 'boolean') throw badOption('allowDebug', 'true or false', allowDebug)
  if (typeof allowTestRoot !== 'boolean') throw badOption('allowTestRoot', 'true or false', allowTestRoot)
  const nonce = readBytes('nonce', options.nonce)
  // An empty nonce counts as missing: every document without a nonce would match it.
  if (nonce?.byteLength === 0 || (freshness !== false && nonce === undefined)) {
    throw new EnclaveError('E_VERIFY_NONCE', {
      what: 'the nonce is missing, so an old document could be replayed',
      expected: 'the nonce with which the document was requested',
      hint: 'pass freshness: false (qt: --no-freshness) if replay does no harm',
    })
  }
  const policies: PcrSet[][] = []
  if (pcrs !== undefined) policies.push([{ label: EXPECTED_LABEL, pcrs: readExpectedPcrs(pcrs) }])
  if (referenceValues !== undefined) policies.push(readReferenceValues(referenceValues))
  return {
    profile: profileOf(options.profile),
    bytes,
    roots: fingerprintsOf(options.roots, allowTestRoot),
    nonce,
    maxAge: maxAge ?? (freshness === false ? undefined : DEFAULT_MAX_AGE),
    at: readMoment(options.at),
    policies,
    publicKey: readBytes('publicKey', options.publicKey),
    userData: readBytes('userData', options.userData),
    allowDebug,
    allowTestRoot,
  }
}

/** ISO 8601 as `Date` writes it, parts optional. Needed because `Date.parse` accepts even `5`, as a day in 2001. */
const ISO_TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/

function readMoment(at: VerifyOptions['at']): number | 'document' {
  if (at === undefined) return Date.now()
  if (at === 'document') return at
  const moment = typeof at === 'string' ? readIso(at) : at instanceof Date ? at.getTime() : at
  if (typeof moment === 'number' && Number.isFinite(moment)) return moment
  throw badOption('at', "a Date, milliseconds since 1970, ISO 8601 or 'document'", at)
}

/** A time without a zone is UTC, in every local time zone. */
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
    what: `invalid option: ${name}`,
    expected,
    got: shown.slice(0, 80),
  })
}
