/**
 * Authentication of requests: the known access keys, and what verifying the signatures of both clouds has in
 * common. Everything in a request is hostile until its signature is verified. WebCrypto's HMAC compares signatures,
 * in constant time.
 */
import { type Bytes, fromHex, toHex } from '../../base/bytes.ts'
import type { ReadCaller } from '../core/call.ts'
import { readCaller } from '../core/caller.ts'
import { KmsError } from '../core/error.ts'
import { unknownMember } from '../core/input.ts'
import type { Caller } from '../policy/request.ts'

/** An access key and its caller. */
export interface AccessKey extends Caller {
  /** 1 to 128 letters, digits and `_`. */
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** The session token of a temporary key, which every request must carry. */
  readonly sessionToken?: string
}

/** A request as it was received. */
export interface IncomingRequest {
  readonly method: string
  /** As received: percent-encoded. */
  readonly path: string
  /** Without `?`. */
  readonly query: string
  readonly headers: Headers
  /** The host that the request names. */
  readonly host: string
  readonly body: Bytes
}

/** The allowed clock skew of a signed request in milliseconds (AWS: 5 minutes; Huawei: 15). */
export const SKEW_MAX: Readonly<Record<'aws' | 'huawei', number>> = { aws: 5 * 60_000, huawei: 15 * 60_000 }

/** The maximum number of signed headers; clients sign about ten. */
const SIGNED_MAX = 64
const MEMBERS: readonly string[] = [
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
  'principal',
  'policies',
] satisfies (keyof AccessKey)[]
const ACCESS_KEY_ID = /^\w{1,128}$/
const HMAC = { name: 'HMAC', hash: 'SHA-256' }
const COMPACT_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/

const text = new TextEncoder()

/** One access key, and its caller with parsed policies. */
export interface KnownKey {
  readonly key: AccessKey
  readonly caller: ReadCaller
}

/** The access keys of a service. */
export class Credentials {
  readonly #known = new Map<string, KnownKey>()

  /** @throws {KmsError} E_KMS_CONFIG for an invalid or duplicate access key; E_KMS_POLICY. */
  constructor(keys: readonly AccessKey[]) {
    for (const key of keys) {
      const { accessKeyId, secretAccessKey, principal, policies } = key
      const stranger = unknownMember(key, MEMBERS)
      if (stranger !== undefined) {
        throw new KmsError('E_KMS_CONFIG', {
          what: 'an access key has an unknown member',
          expected: MEMBERS.join(', '),
          got: stranger,
        })
      }
      if (!ACCESS_KEY_ID.test(accessKeyId) || !secretAccessKey || this.#known.has(accessKeyId)) {
        throw new KmsError('E_KMS_CONFIG', {
          what: 'an access key is invalid',
          expected: 'a unique accessKeyId of 1 to 128 letters, digits and _; a secretAccessKey; a principal',
          got: JSON.stringify(accessKeyId),
        })
      }
      this.#known.set(accessKeyId, { key, caller: readCaller({ principal, ...(policies && { policies }) }) })
    }
  }

  /** @throws {KmsError} E_KMS_CREDENTIALS */
  find(accessKeyId: string, sessionToken: string | null): KnownKey {
    const known = this.#known.get(accessKeyId)
    if (known === undefined) throw refused('the access key is unknown', accessKeyId)
    const { sessionToken: expected } = known.key
    if ((sessionToken ?? undefined) !== expected) {
      throw refused(
        expected ? 'the security token is missing or wrong' : 'this access key has no security token',
      )
    }
    return known
  }
}

/** The error for a request with a missing or invalid signature. */
export function refused(what: string, got?: string): KmsError {
  return new KmsError('E_KMS_CREDENTIALS', { what, ...(got !== undefined && { got: got.slice(0, 80) }) })
}

/** SHA-256 in lower-case hexadecimal. */
export async function sha256Hex(data: Bytes | string): Promise<string> {
  const bytes = typeof data === 'string' ? text.encode(data) : data
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

/** HMAC-SHA-256. */
export async function hmac(key: Bytes | string, data: string): Promise<Bytes> {
  const imported = await importHmac(key, 'sign')
  return new Uint8Array(await crypto.subtle.sign(HMAC, imported, text.encode(data)))
}

/** Whether `signature`, an even number of hexadecimal digits, is the HMAC of `data`. */
export async function verifyHmac(key: Bytes | string, data: string, signature: string): Promise<boolean> {
  const imported = await importHmac(key, 'verify')
  return crypto.subtle.verify(HMAC, imported, fromHex(signature), text.encode(data))
}

function importHmac(key: Bytes | string, use: 'sign' | 'verify'): Promise<CryptoKey> {
  const raw = typeof key === 'string' ? text.encode(key) : key
  return crypto.subtle.importKey('raw', raw, HMAC, false, [use])
}

/** Checks a date such as `20261124T171500Z` against the clock. @throws {KmsError} E_KMS_CREDENTIALS */
export function requireFresh(date: string | null, now: number, skew: number): string {
  const parts = COMPACT_DATE.exec(date ?? '')
    ?.slice(1)
    .map(Number)
  if (date === null || parts === undefined) throw refused('the date is missing or malformed', date ?? 'none')
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number]
  const age = now - Date.UTC(year, month - 1, day, hour, minute, second)
  if (Math.abs(age) > skew) {
    throw new KmsError('E_KMS_CREDENTIALS', {
      what: 'the signature has expired, or is not yet current',
      expected: `a date within ${skew / 60_000} minutes of ${new Date(now).toISOString()}`,
      got: date,
    })
  }
  return date
}

/**
 * The signed headers, sorted by name, each once, as both clouds' clients sign them. This list is hostile, because no
 * signature was verified yet: naming one header a thousand times would need a thousand times its length.
 * @throws {KmsError} E_KMS_CREDENTIALS if a required header is not signed.
 */
export function signedHeaders(
  request: IncomingRequest,
  signed: string,
  required: readonly string[],
): [name: string, value: string][] {
  const names = signed.split(';')
  if (names.length > SIGNED_MAX)
    throw refused(`more than ${SIGNED_MAX} headers are signed`, `${names.length}`)
  if (names.includes('')) throw refused('a signed header has no name', signed)
  const wrong = names.find((name, at) => at > 0 && name <= names[at - 1]!)
  if (wrong !== undefined) throw refused('the names of signed headers are not sorted or not unique', wrong)
  const missing = required.find((name) => !names.includes(name))
  if (missing !== undefined) throw refused(`the header ${missing} must be signed`, signed)
  return names.map((name) => {
    const value = name === 'host' ? request.host : request.headers.get(name)
    if (value === null) throw refused('a signed header is missing', name)
    return [name, value]
  })
}

/** The canonical query string of both clouds: sorted, with its parts encoded as in RFC 3986. */
export function canonicalQuery(query: string): string {
  const encode = (part: string) =>
    encodeURIComponent(part).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
  return [...new URLSearchParams(query)]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&')
}
