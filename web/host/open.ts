/** Starts the Worker of the parent instances and of the KMS, on first use. */
import { type Remote, wrap } from 'comlink'
import type { EnclaveHost } from './enclave-host.ts'
import { carryErrors } from './errors.ts'
import type { ImageHost } from './image-host.ts'
import type { KmsHost } from './kms-host.ts'
import type { LabHost } from './lab-host.ts'
import type { Sockets } from './sockets.ts'

/** What the Worker offers. */
export interface Host {
  readonly enclaves: Remote<EnclaveHost>
  readonly sockets: Remote<Sockets>
  readonly images: Remote<ImageHost>
  readonly kms: Remote<KmsHost>
  readonly lab: Remote<LabHost>
}

let opened: Host | undefined
const failure = Promise.withResolvers<never>()
failure.promise.catch(() => {})

/** Rejects if the Worker cannot be started: its calls would never settle, so race them with this. */
export const hostFailure: Promise<never> = failure.promise

/** The Worker, which is started by the first call. */
export function openHost(): Host {
  if (opened) return opened
  carryErrors()
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    name: 'parent instances',
  })
  worker.onerror = ({ message }) =>
    failure.reject(
      new Error(`the Worker of the parent instances could not be started${message && `: ${message}`}`),
    )
  const hasAnswered = () => {
    worker.onerror = null
  }
  worker.addEventListener('message', hasAnswered, { once: true })
  opened = wrap<unknown>(worker) as unknown as Host
  return opened
}
