/**
 * A Worker in a browser that runs one script. Webclave's service worker serves the script, under a policy that blocks
 * all network access (`sealed-script.ts`). If the service worker does not control the page, no Worker is started,
 * because it would not be sealed.
 */
import { EnclaveError } from '../base/error.ts'
import type { ScriptWorker } from './script-worker.ts'
import {
  MAX_SCRIPT_LENGTH,
  MAX_SCRIPTS,
  PROTOCOL,
  PROTOCOL_HEADER,
  SCRIPT_LOST,
  SEALED_FOLDER,
} from './sealed-script.ts'

/** Any URL of the page's origin will do: requests of a page or Worker go to the service worker that controls it. */
const desk = () => new URL(`/${SEALED_FOLDER}`, globalThis.origin)

const isOurs = (response: Response) => response.headers.get(PROTOCOL_HEADER) === PROTOCOL

/** Excludes the HTTP cache and redirects. */
const PLAIN: RequestInit = { mode: 'same-origin', cache: 'no-store', redirect: 'error' }

/** Maximum length of a Worker's error message that is passed on. */
const MAX_FAILURE_LENGTH = 2048

let inCharge = false

/** Whether webclave's service worker controls this page or Worker. */
export async function isInCharge(): Promise<boolean> {
  // Detected with a request, because most browsers have no `navigator.serviceWorker` in a Worker.
  inCharge ||= isOurs(await fetch(desk(), PLAIN).catch(() => Response.error()))
  return inCharge
}

/**
 * Posts a script to the service worker; returns the URL from which one Worker can be started, within 30 seconds.
 * @throws {EnclaveError} E_TAB_SERVICE_WORKER if the service worker does not control this page, E_WORKER_SCRIPT if it
 *   rejects the script.
 */
export async function sealScript(script: string): Promise<string> {
  const response = (await isInCharge())
    ? await fetch(desk(), { ...PLAIN, method: 'POST', body: script }).catch(() => Response.error())
    : Response.error()
  if (!isOurs(response)) {
    inCharge = false
    throw new EnclaveError('E_TAB_SERVICE_WORKER', {
      what: 'webclave’s service worker does not control this page, so an enclave’s Worker cannot be sealed',
      expected: 'the service worker to serve the Worker’s script under its own Content-Security-Policy',
      hint: 'serve dist/service-worker.js beside the page, and call `await isolateTab()` of webclave/browser first',
    })
  }
  const address = response.headers.get('Location')
  if (response.status === 201 && address) return address
  throw new EnclaveError('E_WORKER_SCRIPT', {
    what: 'the service worker rejected the script of a Worker',
    expected: `at most ${MAX_SCRIPT_LENGTH} bytes, and at most ${MAX_SCRIPTS} waiting scripts`,
    got: `${script.length} characters, HTTP status ${response.status}`,
  })
}

/**
 * Starts a Worker that runs `script` and posts `message` to it.
 * @throws {EnclaveError} the errors of `sealScript`.
 */
export async function startWebWorker(script: string, message: unknown): Promise<ScriptWorker> {
  let worker: Worker | undefined
  let over = false
  let settle!: (error: Error | undefined) => void
  const ended = new Promise<Error | undefined>((resolve) => {
    settle = resolve
  })
  /** Ends the Worker with this failure; anything after it is ignored. */
  const fail = (failure: Error) => {
    worker?.terminate()
    settle(failure)
  }
  const open = async (retries: number) => {
    const address = await sealScript(script)
    if (over) return
    worker = new Worker(address, { type: 'module' })
    worker.onerror = (event) => {
      // Reported once, as the reason of the end, and not also on the page's console.
      event.preventDefault()
      if (!event.message?.endsWith(SCRIPT_LOST))
        fail(new Error(event.message?.slice(0, MAX_FAILURE_LENGTH) || 'the Worker could not be started'))
      else if (retries > 0) open(retries - 1).catch(settle)
      else fail(lost())
    }
    worker.onmessage = () => fail(new Error('the Worker sent an unexpected message'))
    worker.onmessageerror = worker.onmessage
    worker.postMessage(message)
  }
  await open(1)
  return {
    ended,
    hold() {},
    async terminate() {
      over = true
      worker?.terminate()
      settle(undefined)
    },
  }
}

function lost(): EnclaveError {
  return new EnclaveError('E_WORKER_SCRIPT', {
    what: 'the service worker lost the script of a Worker twice',
    expected: 'a service worker that runs until the Worker has its script',
    hint: 'another release may be replacing the service worker: reload the page',
  })
}
