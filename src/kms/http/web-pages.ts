/**
 * Rejects requests of web pages (Fetch standard, "Origin header"; Fetch Metadata Request Headers). A browser lets any
 * page send requests to any address, also loopback; a service that accepts unsigned requests would
 * accept those too:
 *
 * - The browser names the page: `Origin` and `Sec-Fetch-Site` of another origin are rejected, signed or not.
 * - A page whose name now resolves to this address (DNS rebinding) has the same origin, but its own name in `Host`:
 *   an unsigned request must name loopback or a configured host.
 * - Without a CORS preflight, a page cannot send a JSON Content-Type: every body must have that of its dialect.
 */
import { KmsError } from '../core/error.ts'

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/
const HOST = /^([a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/
const SAME_SITES: readonly (string | null)[] = [null, 'same-origin', 'none']

/** Parses the host names that requests may use. @throws {KmsError} E_KMS_CONFIG */
export function readHosts(hosts: readonly string[]): ReadonlySet<string> {
  const names = hosts.map((host) => (typeof host === 'string' ? host.toLowerCase() : ''))
  const wrong = names.findIndex((name) => nameOf(name) !== name)
  if (wrong < 0) return new Set(names)
  throw new KmsError('E_KMS_CONFIG', {
    what: 'a host is invalid',
    expected: 'a host name or IP address, without scheme and port',
    got: JSON.stringify(hosts[wrong]).slice(0, 80),
  })
}

/** @throws {KmsError} E_KMS_ORIGIN for a request from a page of another origin that is not in `origins`. */
export function requireOwnOrigin(headers: Headers, host: string, origins: ReadonlySet<string>): void {
  const origin = headers.get('origin')
  if (origin !== null && origins.has(origin)) return
  const site = headers.get('sec-fetch-site')
  if ((origin === null || hostOf(origin) === host.toLowerCase()) && SAME_SITES.includes(site)) return
  throw new KmsError('E_KMS_ORIGIN', {
    what: 'the request comes from a web page of another origin',
    expected: 'no Origin and no Sec-Fetch-Site, or those of this service',
    got: (origin ?? site ?? '').slice(0, 80),
    hint: 'add the origin to `origins` of the service if that page may call it',
  })
}

/** @throws {KmsError} E_KMS_ORIGIN for a `Host` that is not one of the service's. */
export function requireOwnHost(host: string, hosts: ReadonlySet<string>): void {
  const name = nameOf(host.toLowerCase())
  if (name !== undefined && (LOOPBACK.test(name) || hosts.has(name))) return
  throw new KmsError('E_KMS_ORIGIN', {
    what: 'the request is unsigned, and its Host is not one of this service',
    expected: ['localhost, 127.0.0.1, [::1]', ...hosts].join(', '),
    got: host.slice(0, 80),
    hint: 'add the host to `hosts` of the service, or sign the request',
  })
}

/** @throws {KmsError} E_KMS_CONTENT_TYPE if the Content-Type is not `expected`. */
export function requireContentType(headers: Headers, expected: string): void {
  const [type = ''] = (headers.get('content-type') ?? '').split(';')
  if (type.trim().toLowerCase() === expected) return
  throw new KmsError('E_KMS_CONTENT_TYPE', {
    what: 'the Content-Type is missing or wrong',
    expected: `Content-Type: ${expected}`,
    got: headers.get('content-type')?.slice(0, 80) ?? 'none',
  })
}

/** A host without its port; undefined if it is malformed. */
function nameOf(host: string): string | undefined {
  return HOST.exec(host)?.[1]
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
