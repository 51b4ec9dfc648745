/** Starts the host of an enclave: a Worker of this process, or a process of its own. */
import { EnclaveError } from '../base/error.ts'
import type { BootMessage } from '../boundary/boot-message.ts'
import { isNode, otherRuntime } from '../platform/environment.ts'
import { type BlankWorker, openWorker, type WaitingWorker } from '../platform/worker.ts'
import type { RunnableComponent } from './components.ts'
import { type EnclaveHost, type EnclavePlace, startWorkerHost } from './host.ts'

/** Where an enclave runs: in a Worker of this process, or in a separate process (Node only). */
export type Isolation = 'worker' | 'process'

/** What a host needs of an enclave. */
export interface HostOptions {
  /** The kernel's script. */
  kernel: string
  component: RunnableComponent
  boot: Omit<BootMessage, 'shared' | 'modules'>
  /** Maximum CPU time of the program in milliseconds. */
  cpuLimit?: number | undefined
  isolation?: Isolation
  /** A process that has been started in advance and waits for its program. */
  place?: EnclavePlace | undefined
  /** Gives a Worker that has been started in advance for this kernel and component, if there is one. */
  takeWaiting?: (() => Promise<WaitingWorker | undefined>) | undefined
  /** A Worker that waits for its script; it belongs to the host now. */
  blank?: BlankWorker | undefined
  /** The enclave's memory in MiB, for the limit that the operating system enforces. */
  memoryMiB?: number
}

/** @throws {EnclaveError} E_ISOLATION; any other error of the host. */
export async function startHost(options: HostOptions): Promise<EnclaveHost> {
  const { kernel, component, boot, cpuLimit, place, memoryMiB = 0 } = options
  const program = { kernel, component: component.prepared, boot, cpuLimit }
  if (options.isolation !== 'process') {
    // Node starts the Worker while the modules are compiled.
    const opening = isNode ? workerOf(options) : Promise.resolve(undefined)
    try {
      const [modules, worker] = await Promise.all([component.modules(), opening])
      const host = await startWorkerHost({ ...program, modules, memoryMiB }, worker)
      // As long as it runs, a start of the same image shares them.
      void host.lost.then(() => modules)
      return host
    } catch (error) {
      // Nobody else knows of it.
      await (await opening.catch(() => undefined))?.terminate()
      throw error
    }
  }
  if (otherRuntime !== undefined)
    throw new EnclaveError('E_ISOLATION', {
      what: `${otherRuntime} cannot isolate an enclave in its own process, which needs the permissions of Node`,
      expected: "isolation 'worker', or Node 22.13 or later",
      got: "'process'",
    })
  // In this form bundlers for browsers see that the import is unreachable.
  if (isNode) {
    const { openPlace } = await import('./process-host.ts')
    return (place ?? openPlace(memoryMiB)).run(program)
  }
  throw new EnclaveError('E_ISOLATION', {
    what: 'a browser has no processes in which to isolate an enclave',
    expected: "isolation 'worker'",
    got: "'process'",
  })
}

async function workerOf({
  kernel,
  component,
  memoryMiB = 0,
  takeWaiting,
  blank,
}: HostOptions): Promise<WaitingWorker> {
  const { glue } = component.prepared
  if (blank) return blank.load(kernel, glue)
  return (await takeWaiting?.()) ?? openWorker(kernel, glue, memoryMiB)
}
