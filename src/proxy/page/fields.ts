/** Which fields of a guest's request go on, and to whom. */
import type { HttpHeaders } from '../../http1/headers.ts'

/** Fields of one connection (RFC 9110, section 7.6.1). */
export const HOP_BY_HOP: RegExp =
  /^(?:connection|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-(?:connection|authenticate|authorization))$/
/** Fields that a page may not set (Fetch, section 2.2.2); a browser's own User-Agent cannot be replaced everywhere. */
const OF_BROWSER =
  /^(?:accept-(?:charset|encoding)|access-control-request-.*|content-length|cookie2?|date|dnt|expect|host|origin|referer|set-cookie|user-agent|via|proxy-.*|sec-.*)$/

/** The fields for a service in the page, with the Host that the URL has. */
export function fieldsForService(headers: HttpHeaders, { host }: URL): Headers {
  return new Headers([...endToEnd(headers).filter(([name]) => name !== 'host'), ['host', host]])
}

/** The fields for `fetch`. */
export function fieldsForFetch(headers: HttpHeaders): Headers {
  return new Headers(endToEnd(headers).filter(([name]) => !OF_BROWSER.test(name)))
}

function endToEnd(headers: HttpHeaders): [string, string][] {
  const named = (headers.get('connection') ?? '').toLowerCase().split(/\s*,\s*/)
  return [...headers].filter(([name]) => !HOP_BY_HOP.test(name) && !named.includes(name))
}
