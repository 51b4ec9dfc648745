/** Options of an attested client, and their checks: a mistyped one is an error, because it would skip a check. */
import type { ReferenceValues, TrustedRoot } from '../attestation/index.ts'
import { type ExpectedPcrs, readReferenceValues } from '../attestation/verify/policy.ts'
import { EnclaveError } from '../base/error.ts'
import { ownOptions } from '../base/own-options.ts'
import type { ProfileName } from '../base/profile.ts'
import { X_WING_KEM, X25519_KEM } from './wire/names.ts'

/** Options of `createAttestedClient`. */
export interface AttestedClientOptions {
  /** Where the enclave's HTTP server is reached: through its parent, and any proxies. Nobody there is trusted. */
  readonly url: string | URL
  /** The trusted roots of attestation, one or several: PEM, DER or SHA-256. */
  readonly roots: TrustedRoot | readonly TrustedRoot[]
  /**
   * The PCRs of the image; or a list of them, for several images of which each may answer, as during an upgrade. Required,
   * unless `allowDebug` is `true`.
   */
  readonly pcrs?: ExpectedPcrs | readonly ExpectedPcrs[]
  /** Whose documents they are. @default 'qingtian' */
  readonly profile?: ProfileName
  /** Sends requests. @default globalThis.fetch */
  readonly fetch?: (input: string, init: RequestInit) => Promise<Response>
  /** The mechanism that a key must have. `x-wing` needs `@hpke/hybridkem-x-wing`. @default 'x25519' */
  readonly kem?: 'x25519' | 'x-wing'
  /** Milliseconds after which the enclave must prove its key again. @default 3600000, which is an hour */
  readonly keyAge?: number
  /**
   * Whether a request whose body is a stream is sent while it is made. Otherwise its body is collected first: browsers send
   * streams by HTTP/2 only. Default: only outside of browsers.
   */
  readonly streamRequests?: boolean
  /** Whether an enclave in debug mode is accepted, which proves nothing of its image. @default false */
  readonly allowDebug?: boolean
  /** Whether enclaves of `webclave/testing` are accepted. Only for tests. @default false */
  readonly allowTestRoot?: boolean
}

/** Options of the calls of a client. */
export interface CallsOptions {
  /** Maximum length of a request, a result or an item in bytes, at most 1 GiB. @default 67108864 */
  readonly maxMessage?: number
}

/** The options, complete. */
export interface ClientSetting {
  /** Ends with a slash. */
  readonly base: URL
  readonly send: (input: string, init: RequestInit) => Promise<Response>
  readonly roots: TrustedRoot | readonly TrustedRoot[]
  readonly referenceValues: ReferenceValues | undefined
  readonly profile: ProfileName
  readonly kem: number
  readonly keyAge: number
  readonly streamRequests: boolean
  readonly allowDebug: boolean
  readonly allowTestRoot: boolean
}

const NAMES = new Set<string>([
  'url',
  'roots',
  'pcrs',
  'profile',
  'fetch',
  'kem',
  'keyAge',
  'streamRequests',
  'allowDebug',
  'allowTestRoot',
] satisfies (keyof AttestedClientOptions)[])

const KEMS: Readonly<Record<string, number>> = { x25519: X25519_KEM, 'x-wing': X_WING_KEM }
const HOUR = 3_600_000

/** @throws {EnclaveError} E_CHANNEL_OPTION, E_POLICY_FORMAT, E_POLICY_PCR */
export function readOptions(given: AttestedClientOptions): ClientSetting {
  if (typeof given !== 'object' || given === null) throw invalid('the options', 'an object', given)
  const options = ownOptions(given)
  const unknown = Object.keys(options).find((name) => !NAMES.has(name))
  if (unknown !== undefined) throw invalid('an option', [...NAMES].join(', '), unknown)
  const { url, roots, profile = 'qingtian', fetch: own, kem = 'x25519', keyAge = HOUR } = options
  const { allowDebug = false, allowTestRoot = false, streamRequests = !isPage() } = options
  const base = URL.parse(String(url))
  if (base?.protocol !== 'https:' && base?.protocol !== 'http:')
    throw invalid('url', 'an absolute URL of http or https', url)
  if (own !== undefined && typeof own !== 'function') throw invalid('fetch', 'a function', own)
  const number = Object.hasOwn(KEMS, kem) ? KEMS[kem] : undefined
  if (number === undefined) throw invalid('kem', Object.keys(KEMS).join(', '), kem)
  if (!(typeof keyAge === 'number' && keyAge > 0))
    throw invalid('keyAge', 'milliseconds, more than 0', keyAge)
  for (const [name, value] of Object.entries({ allowDebug, allowTestRoot, streamRequests }))
    if (typeof value !== 'boolean') throw invalid(name, 'true or false', value)
  base.search = ''
  base.hash = ''
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  return {
    ...{ base, roots, profile, kem: number, keyAge, streamRequests, allowDebug, allowTestRoot },
    send: own ?? ((input, init) => fetch(input, init)),
    referenceValues: policyOf(options.pcrs, allowDebug),
  }
}

function policyOf(pcrs: AttestedClientOptions['pcrs'], allowDebug: boolean): ReferenceValues | undefined {
  if (pcrs === undefined && allowDebug) return undefined
  const sets = Array.isArray(pcrs) ? (pcrs as readonly ExpectedPcrs[]) : [pcrs as ExpectedPcrs]
  if (pcrs === undefined || sets.length === 0)
    throw invalid('pcrs', 'the PCRs of at least one image, or allowDebug', pcrs ?? 'undefined')
  const values: ReferenceValues = {
    version: 1,
    allowed: sets.map((set, at) => ({ label: `image ${at + 1}`, pcrs: set })),
  }
  readReferenceValues(values)
  return values
}

const isPage = () => !(globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node

/** The error for an option. */
export function invalid(name: string, expected: string, got: unknown): EnclaveError {
  const shown = typeof got === 'object' ? Object.prototype.toString.call(got) : String(got)
  return new EnclaveError('E_CHANNEL_OPTION', { what: `invalid: ${name}`, expected, got: shown.slice(0, 80) })
}
