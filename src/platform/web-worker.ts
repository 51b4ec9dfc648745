/**
 * A Worker of one script in a browser. Our service worker serves it the script, under a policy that shuts every way out
 * (`sealed-script.ts`); where that is not in charge no Worker is started, for it would not be sealed.
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

/** Any address of our origin: what a page or Worker asks for goes to the service worker in whose charge it is. */
const desk = () => new URL(`/${SEALED_FOLDER}`, globalThis.origin)

const isOurs = (response: Response) => response.headers.get(PROTOCOL_HEADER) === PROTOCOL

/** Neither the HTTP cache nor a redirection has a say in this. */
const PLAIN: RequestInit = { mode: 'same-origin', cache: 'no-store', redirect: 'error' }

/** Characters of what ended a Worker that are told. */
const MAX_FAILURE_LENGTH = 2048

let inCharge = false

/** Whether this page or Worker is in the charge of our service worker. */
export async function isInCharge(): Promise<boolean> {
  // Asked for and not looked up: in a Worker there is no `navigator.serviceWorker` in most browsers.
  inCharge ||= isOurs(await fetch(desk(), PLAIN).catch(() => Response.error()))
  return inCharge
}

/**
 * Hands a script to the service worker; the address from which one Worker can be started, once and soon.
 * @throws {EnclaveError} E_TAB_SERVICE_WORKER where it is not in charge, E_WORKER_SCRIPT where it does not take it.
 */
export async function sealScript(script: string): Promise<string> {
  const response = (await isInCharge())
    ? await fetch(desk(), { ...PLAIN, method: 'POST', body: script }).catch(() => Response.error())
    : Response.error()
  if (!isOurs(response)) {
    inCharge = false
    throw new EnclaveError('E_TAB_SERVICE_WORKER', {
      what: 'no service worker of webclave is in charge here, so the Worker of an enclave could not be sealed',
      expected: 'one that serves it its script under its own Content-Security-Policy',
      hint: 'call `await isolateTab()` of webclave/browser in the page first, with dist/service-worker.js beside it',
    })
  }
  const address = response.headers.get('Location')
  if (response.status === 201 && address) return address
  throw new EnclaveError('E_WORKER_SCRIPT', {
    what: 'the service worker does not take the script of a Worker',
    expected: `at most ${MAX_SCRIPT_LENGTH} bytes, and at most ${MAX_SCRIPTS} scripts that wait`,
    got: `${script.length} characters, and status ${response.status}`,
  })
}

/**
 * Starts a Worker of `script` and gives it `message`.
 * @throws {EnclaveError} as `sealScript`.
 */
export async function startWebWorker(script: string, message: unknown): Promise<ScriptWorker> {
  let worker: Worker | undefined
  let over = false
  let settle!: (error: Error | undefined) => void
  const ended = new Promise<Error | undefined>((resolve) => {
    settle = resolve
  })
  /** Whatever else it has to say, nobody takes it in. */
  const fail = (failure: Error) => {
    worker?.terminate()
    settle(failure)
  }
  const open = async (retries: number) => {
    const address = await sealScript(script)
    if (over) return
    worker = new Worker(address, { type: 'module' })
    worker.onerror = (event) => {
      // It is told once, as the end's reason, and not on the page's console also.
      event.preventDefault()
      if (!event.message?.endsWith(SCRIPT_LOST))
        fail(new Error(event.message?.slice(0, MAX_FAILURE_LENGTH) || 'the Worker could not be started'))
      else if (retries > 0) open(retries - 1).catch(settle)
      else fail(lost())
    }
    worker.onmessage = () => fail(new Error('the Worker sent a message, for which nobody had asked'))
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
    what: 'the service worker lost the script of a Worker, and did so again',
    expected: 'a service worker that lives until the Worker has its script',
    hint: 'it may be replaced just now by that of another release: load the page again',
  })
}
