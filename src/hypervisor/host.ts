/** Where an enclave runs: something that has a channel to it, can be ended, and may be lost. */
import type { Bytes } from '../base/bytes.ts'
import type { BootMessage } from '../kernel/boot.ts'
import { createSharedMemory } from '../kernel/shared-memory.ts'
import { startWorker } from '../platform/worker.ts'
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
  boot: Omit<BootMessage, 'shared' | 'modules'>
  /** Milliseconds that the program may spend otherwise than waiting. */
  cpuLimit: number | undefined
}

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
  run(program: Program): EnclaveHost
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
  const worker = await startWorker(kernel, glue, message)
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
