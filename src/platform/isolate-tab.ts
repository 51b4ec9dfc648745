/**
 * Prepares a browser tab for enclaves: webclave's service worker must control the page, and the page must be
 * cross-origin isolated, or the browser provides no SharedArrayBuffer. Call it in the page; that covers the page's
 * Workers too.
 */
import { EnclaveError } from '../base/error.ts'
import { CLAIM } from './sealed-script.ts'
import { isInCharge } from './web-worker.ts'

export { EnclaveError, type ErrorParts } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'

/** Milliseconds within which a registered service worker must take control of the page. */
const DEADLINE = 15000

/**
 * Wraps the page's own state in the history entry during one reload, so that there is never a second reload. Session
 * storage would not do: a page that becomes isolated leaves a copy of it behind, which reappears with the next load
 * that bypasses the service worker.
 */
interface ReloadedState {
  webclaveReloaded: true
  state: unknown
}

/** Options of `isolateTab`. */
export interface IsolateTabOptions {
  /** The URL of webclave's `dist/service-worker.js`. @default 'service-worker.js', beside the page */
  serviceWorker?: string | URL
}

/**
 * Registers the service worker and resolves once it controls the page and the page is cross-origin isolated. If the
 * host does not send the headers for isolation, the page is reloaded once, and the call never resolves in the page that
 * is replaced. If the page has a Content-Security-Policy, it must allow `worker-src 'self'` and `connect-src 'self'`.
 *
 * If the page has its own service worker, make `importScripts('service-worker.js')` its first line.
 *
 * @throws {EnclaveError} E_TAB_SERVICE_WORKER if the service worker cannot be used, E_TAB_ISOLATION if the page is not
 *   isolated even after the reload.
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
      what: 'the page is not cross-origin isolated, so it cannot share memory with an enclave',
      expected: 'a top-level page, or a frame with allow="cross-origin-isolated" in an isolated page',
      hint: 'or serve the page with the headers COOP: same-origin and COEP: require-corp',
    })
  }
  const reloaded: ReloadedState = { webclaveReloaded: true, state: history.state }
  history.replaceState(reloaded, '')
  location.reload()
  await new Promise(() => {})
}

/** Whether this page load is the reload of `isolateTab`. Restores the page's own state in the history. */
function takeReloaded(): boolean {
  const held = history.state as Partial<ReloadedState> | null
  if (held?.webclaveReloaded !== true) return false
  history.replaceState(held.state, '')
  return true
}

async function takeCharge(url: URL): Promise<void> {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined
  if (!container)
    throw noServiceWorker(
      'service workers are not available here',
      'https or localhost, and no private window',
    )
  const registration = await container.register(url, { updateViaCache: 'none' }).catch((cause: unknown) => {
    throw noServiceWorker(
      `the service worker ${url.pathname} could not be registered`,
      'webclave’s service-worker.js at this URL',
      cause,
    )
  })
  if (!location.href.startsWith(registration.scope)) {
    throw noServiceWorker(
      `this page is outside the scope of the service worker ${url.pathname}`,
      'the file beside the page or in a parent folder, or the header Service-Worker-Allowed',
    )
  }
  const deadline = AbortSignal.timeout(DEADLINE)
  for (;;) {
    const changed = nextChange(container, deadline)
    // A page loaded with a forced reload has no controller, and the controller may be that of another release.
    if (container.controller && (await isInCharge())) return
    void container.ready.then(({ active }) => active?.postMessage(CLAIM))
    await changed
    if (deadline.aborted)
      throw noServiceWorker(
        `the service worker did not take control of the page within ${DEADLINE} ms`,
        'a controller',
      )
  }
}

/** Resolves when another service worker takes control of this page, or at the deadline. */
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
