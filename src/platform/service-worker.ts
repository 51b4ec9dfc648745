/**
 * The service worker of a tab with enclaves. It adds the headers that make pages cross-origin isolated, so that any
 * static file host will do. And it serves each enclave's Worker its one script, under a policy that blocks all network
 * access (Content Security Policy Level 3, section 4.2: a Worker's policy comes from its own response). Built into
 * `dist/service-worker.js`. Its only state are scripts that wait to be fetched, so the browser may stop it at any time.
 */
import {
  CLAIM,
  MAX_SCRIPT_LENGTH,
  MAX_SCRIPTS,
  PROTOCOL,
  PROTOCOL_HEADER,
  SCRIPT_LOST,
  SEALED_FOLDER,
  SEALED_POLICY,
} from './sealed-script.ts'

/** Milliseconds that a script waits for its Worker. */
const MAX_WAIT = 30000

interface LastingEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}

interface RequestEvent extends LastingEvent {
  readonly request: Request
  respondWith(response: Response | Promise<Response>): void
}

/** The service worker globals that are used here; TypeScript's DOM types lack them. */
interface ServiceWorkerScope {
  readonly location: Location
  readonly registration: { readonly scope: string }
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: LastingEvent) => void): void
  addEventListener(type: 'message', listener: (event: LastingEvent & MessageEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: RequestEvent) => void): void
}

/** A script that waits for its Worker; `bytes` is set once it has been received. */
interface WaitingScript {
  bytes: ArrayBuffer
  taken(): void
}

const scope = globalThis as unknown as ServiceWorkerScope
const scripts = new Map<string, WaitingScript>()

const ISOLATED = {
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
}
/**
 * Values of these headers that a host may send instead: equivalent ones, and ones that let more origins load a file.
 */
const KEPT: ReadonlySet<string> = new Set(['credentialless', 'same-site', 'cross-origin'])
const OURS = { [PROTOCOL_HEADER]: PROTOCOL, 'Cache-Control': 'no-store' }
const SEALED = {
  ...OURS,
  ...ISOLATED,
  'Content-Security-Policy': SEALED_POLICY,
  'Content-Type': 'text/javascript; charset=utf-8',
  'X-Content-Type-Options': 'nosniff',
}

function answerOf(status: number, more: Record<string, string> = {}): Response {
  return new Response(null, { status, headers: { ...OURS, ...more } })
}

/** Accepts a script: 201 with the URL from which its Worker can fetch it, once. */
function takeOver(event: RequestEvent): Promise<Response> {
  if (scripts.size >= MAX_SCRIPTS) return Promise.resolve(answerOf(503))
  const id = crypto.randomUUID()
  const taken = new Promise<void>((resolve) => {
    scripts.set(id, { bytes: new ArrayBuffer(), taken: resolve })
    setTimeout(resolve, MAX_WAIT)
  })
  // Asks the browser to keep this service worker alive while a script waits.
  event.waitUntil(taken.then(() => scripts.delete(id)))
  return read(event.request, id)
}

async function read(request: Request, id: string): Promise<Response> {
  const script = scripts.get(id)
  const bytes = await request.arrayBuffer()
  if (script && bytes.byteLength <= MAX_SCRIPT_LENGTH) {
    script.bytes = bytes
    return answerOf(201, { Location: `${scope.registration.scope}${SEALED_FOLDER}${id}.js` })
  }
  script?.taken()
  return answerOf(413)
}

/**
 * Serves a Worker's script. If it is lost, serves one that throws SCRIPT_LOST, because an HTTP error would reach the
 * page without a reason.
 */
function serve(id: string): Response {
  const script = scripts.get(id)
  scripts.delete(id)
  script?.taken()
  return new Response(script?.bytes ?? `throw new Error(${JSON.stringify(SCRIPT_LOST)})`, { headers: SEALED })
}

/** The service worker's own response, if the request is for one of its URLs. */
function answerOurselves(event: RequestEvent, url: URL): Response | Promise<Response> | undefined {
  const { request } = event
  // Of other origins' requests only navigations arrive here; this check rejects those.
  if (url.pathname === `/${SEALED_FOLDER}` && request.mode === 'same-origin') {
    if (request.method === 'POST') return takeOver(event)
    return answerOf(204)
  }
  const folder = `${scope.registration.scope}${SEALED_FOLDER}`
  if (!url.href.startsWith(folder)) return undefined
  if (request.destination !== 'worker') return answerOf(404)
  return serve(url.href.slice(folder.length, -'.js'.length))
}

/** The server's response, with the headers that isolate a page or allow an isolated page to start a Worker. */
async function isolate(request: Request): Promise<Response> {
  const response = await fetch(request)
  // A redirect: the browser follows it with a new request, which comes here too.
  if (response.status === 0) return response
  const headers = new Headers(response.headers)
  const own = Object.entries(ISOLATED).filter(([name]) => !KEPT.has(headers.get(name) ?? ''))
  for (const [name, value] of own) headers.set(name, value)
  if (request.mode === 'navigate') headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  const { body, status, statusText } = response
  return new Response(body, { status, statusText, headers })
}

scope.addEventListener('install', () => void scope.skipWaiting())
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()))
scope.addEventListener('message', (event) => {
  if (event.data === CLAIM) event.waitUntil(scope.clients.claim())
})
scope.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (url.origin !== scope.location.origin) return
  const own = answerOurselves(event, url)
  if (own) event.respondWith(own)
  // Other files need no headers: a page may always load files of its own origin.
  else if (request.mode === 'navigate' || /^(?:shared)?worker$/.test(request.destination))
    event.respondWith(isolate(request))
})
