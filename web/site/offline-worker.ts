/**
 * The service worker of the page: webclave's own, which isolates the tab and seals enclaves' Workers, over a `fetch` that
 * also knows a copy of the site. So the page works without its host, once it was kept. The site's build defines SITE.
 */
import { SEALED_FOLDER } from '../../src/platform/sealed-script.ts'
import { KEEP } from './keep.ts'

declare const SITE: { readonly id: string; readonly files: readonly string[] }

interface Scope {
  readonly registration: { readonly scope: string }
  fetch: typeof fetch
  addEventListener(type: string, listener: (event: never) => void): void
}

interface MessageFromPage extends Event {
  readonly data: unknown
  readonly ports: readonly MessagePort[]
  waitUntil(work: Promise<unknown>): void
}

interface FileRequest extends Event {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

const scope = globalThis as unknown as Scope
const NAME = `webclave-site-${SITE.id}`
const network = scope.fetch.bind(scope)
const { scope: folder } = scope.registration

/** The copy of a file; a page is the same with any query. */
async function copyOf(request: Request): Promise<Response | undefined> {
  const isPage = request.mode === 'navigate'
  const url = new URL(request.url)
  if (isPage || url.href === folder)
    return caches.match(new URL('index.html', folder), { ignoreSearch: true })
  return caches.match(request, { ignoreSearch: true })
}

/** Names of built files change with their contents, so a copy of one is right for ever; others are requested first. */
const isFixed = ({ url }: Request) => url.startsWith(`${folder}assets/`)

async function load(request: Request): Promise<Response> {
  const fixed = isFixed(request) ? await copyOf(request) : undefined
  if (fixed) return fixed
  try {
    return await network(request)
  } catch (error) {
    const copy = await copyOf(request)
    if (copy) return copy
    throw error
  }
}

/** Keeps a copy of all files. Files of an older site are kept until this is complete. */
async function keep(): Promise<boolean> {
  try {
    const cache = await caches.open(NAME)
    for (const file of SITE.files) {
      const url = new URL(file, folder).href
      // One after the other, so that the reader's own requests are not delayed.
      if (!(await cache.match(url))) await cache.add(new Request(url, { cache: 'no-cache' }))
    }
    for (const name of await caches.keys())
      if (name.startsWith('webclave-site-') && name !== NAME) await caches.delete(name)
    return true
  } catch {
    // The host is gone, or the storage is full.
    return false
  }
}

scope.fetch = (input, init) => (input instanceof Request && !init ? load(input) : network(input, init))
scope.addEventListener('message', ((event: MessageFromPage) => {
  if (event.data !== KEEP) return
  event.waitUntil(keep().then((isKept) => event.ports[0]?.postMessage(isKept)))
}) as never)

/** Everything that webclave's service worker does not answer. */
scope.addEventListener('fetch', ((event: FileRequest) => {
  const { request } = event
  const isOwn = request.method === 'GET' && request.url.startsWith(folder)
  const isIsolated = request.mode === 'navigate' || /^(?:shared)?worker$/.test(request.destination)
  if (isOwn && !isIsolated && !request.url.includes(SEALED_FOLDER)) event.respondWith(load(request))
}) as never)
