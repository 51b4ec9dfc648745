/**
 * Makes a tab one in which enclaves can run: our service worker in charge of it, and cross-origin isolation, without
 * which a browser gives no SharedArrayBuffer. For pages; a Worker of the page is served by the same.
 */
import { EnclaveError } from '../base/error.ts'
import { CLAIM } from './sealed-script.ts'
import { isInCharge } from './web-worker.ts'

export { EnclaveError, type ErrorParts } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'

/** Milliseconds within which a service worker that was registered takes charge. */
const DEADLINE = 15000

/**
 * Stands in the history's entry over one reload, around the page's own state, so that there is never a second reload.
 * Not in the session's storage: a page that becomes isolated leaves a copy of that behind, which comes back with the
 * next load that passes the service worker by.
 */
interface ReloadedState {
  webclaveReloaded: true
  state: unknown
}

/** What a tab is isolated with. */
export interface IsolateTabOptions {
  /** Where webclave's `dist/service-worker.js` is served. @default 'service-worker.js', beside the page */
  serviceWorker?: string | URL
}

/**
 * Registers the service worker and resolves once it is in charge and the page is cross-origin isolated. Where the host
 * sends no headers for that, the page is loaded again, once, and the call never resolves in the page that goes. Whoever
 * calls this needs `worker-src 'self'` and `connect-src 'self'` in the page's policy, if it has one.
 *
 * A service worker of your own does the same with `importScripts('service-worker.js')` as its first line.
 *
 * @throws {EnclaveError} E_TAB_SERVICE_WORKER where there is none to be had, E_TAB_ISOLATION where the page is not
 * isolated all the same.
 * @example browser
 * await isolateTab({ serviceWorker: '/app/service-worker.js' })
 */
export async function isolateTab({
  serviceWorker = 'service-worker.js',
}: IsolateTabOptions = {}): Promise<void> {
  await takeCharge(new URL(serviceWorker, document.baseURI))
  const wasReloaded = takeReloaded()
  if (globalThis.crossOriginIsolated) return
  if (wasReloaded) {
    throw new EnclaveError('E_TAB_ISOLATION', {
      what: 'the page is not cross-origin isolated, so it can share no memory with an enclave',
      expected: 'a page in a tab of its own, or in an isolated one with allow="cross-origin-isolated"',
      hint: 'where nothing else helps, serve it with the headers COOP: same-origin and COEP: require-corp',
    })
  }
  const reloaded: ReloadedState = { webclaveReloaded: true, state: history.state }
  history.replaceState(reloaded, '')
  location.reload()
  await new Promise(() => {})
}

/** Whether this page is the outcome of a reload of ours; the history has the page's own state again. */
function takeReloaded(): boolean {
  const held = history.state as Partial<ReloadedState> | null
  if (held?.webclaveReloaded !== true) return false
  history.replaceState(held.state, '')
  return true
}

async function takeCharge(url: URL): Promise<void> {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined
  if (!container)
    throw noServiceWorker('this browser has no service workers here', 'https or localhost; no private window')
  const registration = await container.register(url, { updateViaCache: 'none' }).catch((cause: unknown) => {
    throw noServiceWorker(
      `the service worker ${url.pathname} could not be registered`,
      'webclave’s own file there',
      cause,
    )
  })
  if (!location.href.startsWith(registration.scope)) {
    throw noServiceWorker(
      `the service worker ${url.pathname} is not for this page`,
      'the file beside the page or in a folder above, or the header Service-Worker-Allowed',
    )
  }
  const deadline = AbortSignal.timeout(DEADLINE)
  for (;;) {
    const changed = nextChange(container, deadline)
    // A page that was loaded past its service worker has none in charge of it; and another release's may be.
    if (container.controller && (await isInCharge())) return
    void container.ready.then(({ active }) => active?.postMessage(CLAIM))
    await changed
    if (deadline.aborted)
      throw noServiceWorker('the service worker did not take charge in time', 'that it starts')
  }
}

/** Resolves when another service worker is in charge of this page, or at the deadline. */
function nextChange(container: ServiceWorkerContainer, deadline: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    container.addEventListener('controllerchange', resolve, { once: true })
    deadline.addEventListener('abort', resolve, { once: true })
  })
}

function noServiceWorker(what: string, expected: string, cause?: unknown): EnclaveError {
  return new EnclaveError('E_TAB_SERVICE_WORKER', {
    what,
    expected,
    ...(cause !== undefined && { cause, got: cause instanceof Error ? cause.message : String(cause) }),
  })
}
