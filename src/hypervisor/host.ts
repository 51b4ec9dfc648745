/** The host of an enclave, a Worker or a process: it has a channel to the enclave, can be killed, and may be lost. */
import type { CompiledModule } from '../base/compiled-module.ts'
import type { BootMessage } from '../boundary/boot-message.ts'
import type { EnclaveChannel } from '../boundary/hypervisor-channel.ts'
import type { SentProgram } from '../boundary/program.ts'
import {
  createSharedMemory,
  End,
  Phase,
  ringBell,
  type SharedMemory,
  Word,
} from '../boundary/shared-memory.ts'
import { watch } from '../boundary/watchdog.ts'
import { unref } from '../platform/timer.ts'
import { startWorker, type WaitingWorker } from '../platform/worker.ts'
import type { EndReason } from './end-reason.ts'
import { RingChannel } from './ring-channel.ts'

/** The program to run. */
export interface Program extends SentProgram {
  /** The core modules, compiled. */
  modules: ReadonlyMap<string, CompiledModule>
  /** All that the enclave may take, for the bound of its Worker's own heap. */
  memoryMiB: number
}

/** The host of one enclave. */
export interface EnclaveHost {
  channel: EnclaveChannel
  /** Resolves when the host is gone, for whatever reason; never rejects. */
  lost: Promise<EndReason>
  /** Whether it keeps a Node process alive, as it does at first. */
  hold(isHeld: boolean): void
  /** Stops whatever runs there, at once. */
  kill(): Promise<void>
}

/**
 * A place that waits for its one program. Once that has been started, the host owns the place and ends it with `kill`.
 */
export interface EnclavePlace extends AsyncDisposable {
  run(program: SentProgram): EnclaveHost
}

/** Runs `program` in a Worker of this process: in `waiting`, if there is one for this kernel and component. */
export async function startWorkerHost(
  { kernel, component, modules, boot, cpuLimit, memoryMiB }: Program,
  waiting?: WaitingWorker,
): Promise<EnclaveHost> {
  const shared = createSharedMemory()
  // Copied, because postMessage would clone the whole buffer of a view, which is the image.
  const source = boot.source?.slice()
  const files = new Map([...boot.files].map(([path, bytes]) => [path, bytes.slice()]))
  const message: BootMessage = { ...boot, source, files, shared: shared.buffer, modules }
  const worker = waiting ?? (await startWorker(kernel, component.glue, message, memoryMiB))
  waiting?.post(message)
  const watching = limitTime(shared, cpuLimit)
  // Only the Worker keeps the process alive, if requested; its watchdog never does.
  unref(watching?.timer)
  return {
    channel: new RingChannel(shared),
    lost: worker.ended.then((error) => {
      watching?.stop()
      return reasonOf(error)
    }),
    hold: (isHeld) => worker.hold(isHeld),
    kill: () => worker.terminate(),
  }
}

function reasonOf(error: Error | undefined): EndReason {
  const { code, message = 'the Worker ended unexpectedly' } = (error ?? {}) as Partial<NodeJS.ErrnoException>
  return { kind: code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out-of-memory' : 'host-lost', message }
}

/** Starts the watchdog if the program has a CPU time limit. */
function limitTime({ words }: SharedMemory, cpuLimit: number | undefined) {
  if (cpuLimit === undefined) return undefined
  // The start deadline limits the boot; CPU time counts from the start of the program.
  const isBusy = () =>
    Atomics.load(words, Word.PHASE) === Phase.RUNNING && Atomics.load(words, Word.ASLEEP) === 0
  return watch(isBusy, cpuLimit, () => {
    Atomics.store(words, Word.END, End.CPU_LIMIT)
    Atomics.store(words, Word.PHASE, Phase.ENDED)
    ringBell(words, Word.HYPERVISOR_BELL)
  })
}
