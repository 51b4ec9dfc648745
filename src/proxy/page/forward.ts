/** Passes a guest's request on: to a service in the page, or by the page's own `fetch`; if it is allowed. */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { SEALED_FOLDER } from '../../platform/sealed-script.ts'
import { assertAllowed, assertAsked, hostAndPort, normalName, type Rules } from '../rules.ts'
import { fieldsForFetch, fieldsForService } from './fields.ts'
import type { PageRequest } from './request.ts'
import type { PageService } from './service.ts'

/** What enclaves may reach. */
export interface Reach {
  readonly rules: Rules
  /** By name, in lower case. */
  readonly services: ReadonlyMap<string, PageService>
}

/** The way that a request may take. */
export interface Way {
  /** Fields of the response that do not say what the guest receives. */
  readonly stale: readonly string[]
  /** @throws {EnclaveError} E_PROXY_CONNECT; the signal's reason */
  send(body: Bytes, signal: AbortSignal): Promise<Response>
}

/**
 * @param asked what the manifest of the enclave's image lists; undefined if nothing is known of it.
 * @throws {EnclaveError} E_PROXY_NOT_ALLOWED with the rule; E_PROXY_RULE for a manifest's list that cannot be read
 */
export function wayFor(
  request: PageRequest,
  cid: number,
  asked: readonly string[] | undefined,
  reach: Reach,
): Way {
  const { destination, url } = request
  if (asked) assertAsked(asked, destination)
  const service = url.protocol === 'http:' && reach.services.get(normalName(destination.address))
  if (service) return { stale: [], send: (body, signal) => bySelf(request, body, signal, service, cid) }
  assertAllowed(reach.rules.forDestination(destination), destination)
  if (isSealed(url))
    throw new EnclaveError('E_PROXY_NOT_ALLOWED', {
      what: `the page’s own folder /${SEALED_FOLDER} is not for enclaves`,
    })
  // What `fetch` gives has been decompressed.
  return { stale: ['content-encoding'], send: (body, signal) => byFetch(request, body, signal) }
}

/** There the service worker keeps the scripts of enclaves. */
const isSealed = ({ origin, pathname }: URL) =>
  origin === (globalThis.location as Location | undefined)?.origin && pathname.includes(`/${SEALED_FOLDER}`)

async function bySelf(
  { method, url, headers, destination }: PageRequest,
  body: Bytes,
  signal: AbortSignal,
  service: PageService,
  cid: number,
): Promise<Response> {
  const fields = fieldsForService(headers, url)
  const content = body.byteLength > 0 ? { body } : {}
  try {
    const request = new Request(url, { method, headers: fields, signal, ...content })
    const response = await service(request, { headers: fields, isFromEnclave: true, cid })
    if (response instanceof Response && response.type !== 'error') return response
  } catch (cause) {
    signal.throwIfAborted()
    throw failed(hostAndPort(destination), 'the service in the page has failed', cause)
  }
  throw failed(hostAndPort(destination), 'the service in the page gives no response')
}

async function byFetch(
  { method, url, headers, destination }: PageRequest,
  body: Bytes,
  signal: AbortSignal,
): Promise<Response> {
  const place = hostAndPort(destination)
  let response: Response
  try {
    response = await globalThis.fetch(url, {
      method,
      headers: fieldsForFetch(headers),
      ...(body.byteLength > 0 && { body }),
      mode: 'cors',
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal,
    })
  } catch (cause) {
    signal.throwIfAborted()
    const why =
      'the page could not fetch: perhaps the server cannot be reached, or does not allow the page (CORS)'
    throw failed(place, why, cause, String(cause))
  }
  if (response.type === 'opaqueredirect')
    throw failed(place, 'the server answers with a redirect, which a page cannot read')
  if (response.status === 0) throw failed(place, 'the page cannot read the answer (CORS)')
  return response
}

function failed(place: string, why: string, cause?: unknown, got?: string): EnclaveError {
  return new EnclaveError('E_PROXY_CONNECT', {
    what: `no answer from ${place}: ${why}`,
    ...(got !== undefined && { got: got.slice(0, 200) }),
    cause,
  })
}
