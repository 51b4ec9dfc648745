/**
 * The service worker of a tab with enclaves. It gives pages the headers that make them cross-origin isolated, so that
 * any host of static files will do; and it serves each enclave's Worker its one script, under a policy that shuts every
 * way out (Content Security Policy Level 3, section 4.2: a Worker's policy is its own response's). Built into
 * `dist/service-worker.js`; it holds nothing but scripts that wait to be fetched, and may be ended at any time.
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

/** Milliseconds for which a script waits for its Worker. */
const MAX_WAIT = 30000

interface LastingEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}

interface RequestEvent extends LastingEvent {
  readonly request: Request
  respondWith(response: Response | Promise<Response>): void
}

/** The part of a service worker's globals that is used; the DOM's types have none of it. */
interface ServiceWorkerScope {
  readonly location: Location
  readonly registration: { readonly scope: string }
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: LastingEvent) => void): void
  addEventListener(type: 'message', listener: (event: LastingEvent & MessageEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: RequestEvent) => void): void
}

/** A script that waits, or will once it has been read. */
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
/** What a host may send instead: the same by other means, and a wider circle of those who may load a file. */
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

/** Takes a script over: 201 with the address at which its Worker, and nobody a second time, gets it. */
function takeOver(event: RequestEvent): Promise<Response> {
  if (scripts.size >= MAX_SCRIPTS) return Promise.resolve(answerOf(503))
  const id = crypto.randomUUID()
  const taken = new Promise<void>((resolve) => {
    scripts.set(id, { bytes: new ArrayBuffer(), taken: resolve })
    setTimeout(resolve, MAX_WAIT)
  })
  // For as long as a script waits the browser is asked not to end this service worker.
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

/** A Worker's script. One that is not there any more is answered with one that says so: an error has no reason. */
function serve(id: string): Response {
  const script = scripts.get(id)
  scripts.delete(id)
  script?.taken()
  return new Response(script?.bytes ?? `throw new Error(${JSON.stringify(SCRIPT_LOST)})`, { headers: SEALED })
}

/** Our own answer, where `event` asks for one. */
function answerOurselves(event: RequestEvent, url: URL): Response | Promise<Response> | undefined {
  const { request } = event
  // A page elsewhere can make a person's browser come here, but only by a navigation.
  if (url.pathname === `/${SEALED_FOLDER}` && request.mode === 'same-origin') {
    if (request.method === 'POST') return takeOver(event)
    return answerOf(204)
  }
  const folder = `${scope.registration.scope}${SEALED_FOLDER}`
  if (!url.href.startsWith(folder)) return undefined
  if (request.destination !== 'worker') return answerOf(404)
  return serve(url.href.slice(folder.length, -'.js'.length))
}

/** The server's answer, with what isolates a page, or lets an isolated page have a Worker. */
async function isolate(request: Request): Promise<Response> {
  const response = await fetch(request)
  // A redirection, which the browser follows and asks here again.
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
  // Other files need nothing: what is of the page's own origin it may always load.
  else if (request.mode === 'navigate' || /^(?:shared)?worker$/.test(request.destination))
    event.respondWith(isolate(request))
})
