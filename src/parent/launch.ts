/** Launches a checked image: divides its memory, prepares its component, and starts its host. */

import { SHARED_LENGTH } from '../boundary/shared-memory.ts'
import { prepareComponent } from '../hypervisor/components.ts'
import { EnclaveProcess, type EnclaveProcessOptions } from '../hypervisor/enclave-process.ts'
import type { BootContents } from '../image/eif/contents.ts'
import type { SecurityModule } from '../qtsm/security-module.ts'
import type { Trace } from '../vsock/trace.ts'
import type { CheckedImage } from './checked-image.ts'
import type { KeeperStartOptions } from './options.ts'
import type { Share } from './pool.ts'

const MIB = 1024 * 1024
/** Each end of an enclave's link may use one part in this many of its memory for receive buffers. */
const BUFFER_SHARE = 16

/** The parent's listeners. */
export type AcceptorOf = EnclaveProcessOptions['acceptorOf']

/** The options of a launch, besides the image. */
export interface Launch extends Omit<KeeperStartOptions, 'trace'> {
  debug: boolean
  share: Share
  security: SecurityModule
  acceptorOf: AcceptorOf
  signal: AbortSignal
  trace: Trace | undefined
}

/**
 * Sends the image's program to its host; resolves before it runs.
 * @throws {EnclaveError} E_ADMISSION_..., E_COMPONENT_...; the signal's reason if it aborts.
 */
export async function launch({ contents, kernel }: CheckedImage, options: Launch): Promise<EnclaveProcess> {
  const { debug, share, security, acceptorOf, signal } = options
  const memory = share.memoryMiB * MIB
  // The receive buffers of both ends of the link count as the enclave's memory.
  const bufferPool = memory / BUFFER_SHARE
  const prepared = prepareComponent(contents.engine ?? contents.app.bytes, {
    memoryBytes: memory - SHARED_LENGTH - 2 * bufferPool,
    crypto: contents.crypto,
    store: options.componentStore,
  })
  // An aborted start does not wait for the component; another start may still use it.
  const component = await Promise.race([prepared, aborted(signal)])
  const fineClock = contents.manifest.fineClock === true && options.fineClock === true
  return EnclaveProcess.boot(
    {
      kernel,
      component,
      boot: { ...bootMessage(contents), debug, cid: share.cid, bufferPool, fineClock },
      security,
      acceptorOf,
      heartbeat: true,
      trace: options.trace,
      faults: options.faults,
      startTimeout: options.startTimeout,
      runTimeout: options.runTimeout,
      cpuLimit: options.cpuLimit,
      isolation: options.isolation ?? 'worker',
      place: options.place,
      memoryMiB: share.memoryMiB,
    },
    signal,
  )
}

/** Rejects with the signal's reason once it aborts. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function bootMessage({ args, env, files, app, engine }: BootContents) {
  return { args, env: Object.entries(env), files, source: engine && app.bytes }
}
