/** Launches a checked image: divides its memory, prepares its component, and starts its host. */

import { SHARED_LENGTH } from '../boundary/shared-memory.ts'
import type { ComponentStore, RunnableComponent } from '../hypervisor/components.ts'
import { prepareComponent } from '../hypervisor/components.ts'
import { EnclaveProcess, type EnclaveProcessOptions } from '../hypervisor/enclave-process.ts'
import type { BootContents } from '../image/eif/contents.ts'
import { assertSharedMemory } from '../platform/environment.ts'
import type { BlankWorker, WaitingWorker } from '../platform/worker.ts'
import type { SecurityModule } from '../qtsm/security-module.ts'
import type { Trace } from '../vsock/trace.ts'
import type { CheckedImage } from './checked-image.ts'
import { withMiB } from './memory-refusal.ts'
import type { KeeperStartOptions } from './options.ts'
import type { Share } from './pool.ts'

const MIB = 1024 * 1024
/** Each end of an enclave's link may use one part in this many of its memory for receive buffers. */
const BUFFER_SHARE = 16
/** TLS gets one part in this many of the enclave's memory, and no more than that. */
const TLS_SHARE = 8
const MAX_TLS_MEMORY = 8 * MIB

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
  /** Where its wall clock stands. @default it goes with the machine's */
  wallClock?: number | undefined
  /** The image's component for this much memory, if it has been prepared. */
  component?: RunnableComponent
  /** The same, if that began while the image was verified. */
  early?: { readonly component: Promise<RunnableComponent> }
  /** Gives a Worker that has been started for it, if there is one. */
  takeWaiting?: () => Promise<WaitingWorker | undefined>
  /** A Worker that waits for its script. */
  blank?: BlankWorker | undefined
}

/** An enclave's memory in bytes, and the part of it that is for the receive buffers at each end of its link. */
function memoryOf(memoryMiB: number): { bytes: number; bufferPool: number } {
  const bytes = memoryMiB * MIB
  return { bytes, bufferPool: bytes / BUFFER_SHARE }
}

/**
 * Prepares the component of an image for an enclave of `memoryMiB`.
 * @throws {EnclaveError} E_ADMISSION_..., E_COMPONENT_....
 */
export function componentOf(
  contents: BootContents,
  memoryMiB: number,
  store?: ComponentStore,
): Promise<RunnableComponent> {
  const { engine, app, crypto } = contents
  const memoryFor = (mib: number) => memoryForModules(contents, mib)
  const options = { memoryBytes: memoryFor(memoryMiB), crypto, store }
  return prepareComponent(engine ?? app.bytes, options).catch((error: unknown) => {
    throw withMiB(error, memoryMiB, memoryFor)
  })
}

function memoryForModules(contents: BootContents, memoryMiB: number): number {
  const { bytes, bufferPool } = memoryOf(memoryMiB)
  return bytes - SHARED_LENGTH - 2 * bufferPool - tlsMemoryOf(contents, memoryMiB)
}

/** Bytes for the TLS of the engine: only an image with root certificates can use it. */
function tlsMemoryOf({ engine, manifest }: BootContents, memoryMiB: number): number {
  return engine && manifest.roots !== undefined ? Math.min(MAX_TLS_MEMORY, (memoryMiB * MIB) / TLS_SHARE) : 0
}

/**
 * Sends the image's program to its host; resolves before it runs.
 * @throws {EnclaveError} E_ADMISSION_..., E_COMPONENT_..., E_TAB_ISOLATION; the signal's reason if it aborts.
 */
export async function launch({ contents, kernel }: CheckedImage, options: Launch): Promise<EnclaveProcess> {
  assertSharedMemory()
  const { debug, share, security, acceptorOf, signal, wallClock } = options
  const { bufferPool } = memoryOf(share.memoryMiB)
  const prepared =
    options.component ??
    options.early?.component ??
    componentOf(contents, share.memoryMiB, options.componentStore)
  // An aborted start does not wait for the component; another start may still use it.
  const component = await unlessAborted(prepared, signal)
  const fineClock = contents.manifest.fineClock === true && options.fineClock === true
  return EnclaveProcess.boot(
    {
      kernel,
      component,
      boot: {
        ...bootMessage(contents, share.memoryMiB),
        debug,
        cid: share.cid,
        bufferPool,
        fineClock,
        wallClock,
      },
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
      takeWaiting: options.takeWaiting,
      blank: options.blank,
      memoryMiB: share.memoryMiB,
    },
    signal,
  )
}

/** What `promise` gives, or the signal's reason once it aborts. Leaves no listener, because a parent may live for long. */
async function unlessAborted<Value>(promise: Value | Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function bootMessage(contents: BootContents, memoryMiB: number) {
  const { args, env, files, manifest, app, engine } = contents
  return {
    args,
    env: Object.entries(env),
    files,
    manifest: JSON.stringify(manifest),
    tlsMemory: tlsMemoryOf(contents, memoryMiB),
    source: engine && app.bytes,
  }
}
