/**
 * Keeps web pages out (Fetch standard, "Origin header"; Fetch Metadata Request Headers). A browser sends requests of any
 * page to any address, loopback too, and where a service believes requests that nobody signed, such a page would be
 * believed with them:
 *
 * - A page says whose it is: `Origin` and `Sec-Fetch-Site` of another origin are refused, signed or not.
 * - A page whose name was bound to this address meanwhile (DNS rebinding) has the same origin, but its own name in `Host`:
 *   a request that is not signed must name loopback, or a host that the service was told of.
 * - What a page may send without having asked first has no JSON type: every body must have that of its dialect.
 */
import { KmsError } from '../core/error.ts'

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/
const HOST = /^([a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/
const SAME_SITES: readonly (string | null)[] = [null, 'same-origin', 'none']

/** The names that requests may have in `Host`, read. @throws {KmsError} E_KMS_CONFIG */
export function readHosts(hosts: readonly string[]): ReadonlySet<string> {
  const names = hosts.map((host) => (typeof host === 'string' ? host.toLowerCase() : ''))
  const wrong = names.findIndex((name) => nameOf(name) !== name)
  if (wrong < 0) return new Set(names)
  throw new KmsError('E_KMS_CONFIG', {
    what: 'a host cannot be the name of a service',
    expected: 'a name or an address, without scheme and port',
    got: JSON.stringify(hosts[wrong]).slice(0, 80),
  })
}

/** @throws {KmsError} E_KMS_ORIGIN for a request that a page of another origin made. */
export function requireOwnOrigin(headers: Headers, host: string): void {
  const origin = headers.get('origin')
  const site = headers.get('sec-fetch-site')
  if ((origin === null || hostOf(origin) === host.toLowerCase()) && SAME_SITES.includes(site)) return
  throw new KmsError('E_KMS_ORIGIN', {
    what: 'the request comes from a web page of another origin',
    expected: 'no Origin and no Sec-Fetch-Site, or those of this service',
    got: (origin ?? site ?? '').slice(0, 80),
  })
}

/** @throws {KmsError} E_KMS_ORIGIN for a `Host` that is none of the service's. */
export function requireOwnHost(host: string, hosts: ReadonlySet<string>): void {
  const name = nameOf(host.toLowerCase())
  if (name !== undefined && (LOOPBACK.test(name) || hosts.has(name))) return
  throw new KmsError('E_KMS_ORIGIN', {
    what: 'the request is not signed, and its Host is none of this service',
    expected: ['localhost, 127.0.0.1, [::1]', ...hosts].join(', '),
    got: host.slice(0, 80),
    hint: 'name the host in `hosts` of the service, or sign the request',
  })
}

/** @throws {KmsError} E_KMS_CONTENT_TYPE where a body is not said to be of the type `expected`. */
export function requireContentType(headers: Headers, expected: string): void {
  const [type = ''] = (headers.get('content-type') ?? '').split(';')
  if (type.trim().toLowerCase() === expected) return
  throw new KmsError('E_KMS_CONTENT_TYPE', {
    what: 'the body is of another type',
    expected: `Content-Type: ${expected}`,
    got: headers.get('content-type')?.slice(0, 80) ?? 'none',
  })
}

/** A host without its port; undefined where it is none. */
function nameOf(host: string): string | undefined {
  return HOST.exec(host)?.[1]
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
