/** From a checked image to a running program: its memory is divided, its component made ready, its place started. */

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
/** The part of an enclave's memory that each end of its link may hold in receive buffers: one of so many. */
const BUFFER_SHARE = 16

/** Who listens at the parent. */
export type AcceptorOf = EnclaveProcessOptions['acceptorOf']

/** What is decided besides the image. */
export interface Launch extends Omit<KeeperStartOptions, 'trace'> {
  debug: boolean
  share: Share
  security: SecurityModule
  acceptorOf: AcceptorOf
  signal: AbortSignal
  trace: Trace | undefined
}

/**
 * Sends the image's program to its place, and gives it before it runs.
 * @throws {EnclaveError} E_ADMISSION_..., E_COMPONENT_...; the signal's reason where that aborts.
 */
export async function launch({ contents, kernel }: CheckedImage, options: Launch): Promise<EnclaveProcess> {
  const { debug, share, security, acceptorOf, signal } = options
  const memory = share.memoryMiB * MIB
  // Both ends of the link hold what has arrived and was not read; all of it is the enclave's own memory.
  const bufferPool = memory / BUFFER_SHARE
  const prepared = prepareComponent(contents.engine ?? contents.app.bytes, {
    memoryBytes: memory - SHARED_LENGTH - 2 * bufferPool,
    crypto: contents.crypto,
    store: options.componentStore,
  })
  // Whoever gives up need not wait for it; another start may.
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
