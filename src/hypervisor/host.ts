/** Where an enclave runs: something that has a channel to it, can be ended, and may be lost. */
import type { Bytes } from '../base/bytes.ts'
import type { BootMessage } from '../kernel/boot.ts'
import { createSharedMemory, type SharedMemory } from '../kernel/shared-memory.ts'
import type { WaitingWorker } from '../platform/waiting-worker.ts'
import { type ScriptWorker, startWorker } from '../platform/worker.ts'
import type { EnclaveChannel } from './channel.ts'
import { SharedChannel } from './shared-channel.ts'
import { watch } from './watchdog.ts'

/** What is to run. */
export interface Program {
  /** The kernel's script. */
  kernel: string
  /** The component's glue: an ES module that exports `instantiate`. */
  glue: string
  /** The core modules, clamped, by the names that the glue asks for. */
  moduleBytes: ReadonlyMap<string, Bytes>
  /** The same, compiled. */
  modules: ReadonlyMap<string, WebAssembly.Module>
  /** What V8 has made of the script for a process of its own, where that is kept. */
  code?: Bytes | undefined
  boot: Omit<BootMessage, 'shared' | 'modules'>
  /** Milliseconds that the program may spend otherwise than waiting. */
  cpuLimit: number | undefined
}

/** What is sent to another process, which compiles for itself. */
export type SentProgram = Omit<Program, 'modules'>

/** A place in which one enclave runs. */
export interface EnclaveHost {
  channel: EnclaveChannel
  /** Resolves with a sentence once the place is gone, for whatever cause; never rejects. */
  lost: Promise<string>
  /** Ends whatever runs there, now. */
  kill(): Promise<void>
}

/** A place that waits for the one program which it will run; from then on it is the host's, and its end the host's `kill`. */
export interface EnclavePlace extends AsyncDisposable {
  run(program: SentProgram): EnclaveHost
}

/** Runs `program` in a Worker of this process. */
export async function startWorkerHost({
  kernel,
  glue,
  modules,
  boot,
  cpuLimit,
}: Program): Promise<EnclaveHost> {
  const shared = createSharedMemory()
  const message: BootMessage = { ...boot, shared: shared.buffer, modules }
  return hostOf(await startWorker(kernel, glue, message), shared, cpuLimit)
}

/** Runs `program`, whose modules are `modules`, in a Worker that has begun. */
export function runWaiting(
  worker: WaitingWorker,
  { kernel, glue, code, boot, cpuLimit }: SentProgram,
  modules: ReadonlyMap<string, WebAssembly.Module>,
): EnclaveHost {
  const shared = createSharedMemory()
  const message: BootMessage = { ...boot, shared: shared.buffer, modules }
  worker.run(kernel, glue, code, message)
  return hostOf(worker, shared, cpuLimit)
}

function hostOf(worker: ScriptWorker, shared: SharedMemory, cpuLimit: number | undefined): EnclaveHost {
  const stopWatching = watch(shared, cpuLimit)
  return {
    channel: new SharedChannel(shared),
    lost: worker.ended.then((error) => {
      stopWatching()
      return error?.message ?? 'its Worker is gone'
    }),
    kill: () => worker.terminate(),
  }
}
