/** Where an enclave runs: something that has a channel to it, can be ended, and may be lost. */
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
import { startWorker } from '../platform/worker.ts'
import type { EndReason } from './end-reason.ts'
import { RingChannel } from './ring-channel.ts'

/** What is to run. */
export interface Program extends SentProgram {
  /** The core modules, compiled. */
  modules: ReadonlyMap<string, WebAssembly.Module>
}

/** A place in which one enclave runs. */
export interface EnclaveHost {
  channel: EnclaveChannel
  /** Resolves once the place is gone, for whatever cause; never rejects. */
  lost: Promise<EndReason>
  /** Whether Node's process waits for its end; it does at first. */
  hold(isHeld: boolean): void
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
  component,
  modules,
  boot,
  cpuLimit,
}: Program): Promise<EnclaveHost> {
  const shared = createSharedMemory()
  // A message takes the whole buffer of a view along, and these are views of the image.
  const source = boot.source?.slice()
  const files = new Map([...boot.files].map(([path, bytes]) => [path, bytes.slice()]))
  const message: BootMessage = { ...boot, source, files, shared: shared.buffer, modules }
  const worker = await startWorker(kernel, component.glue, message)
  const watching = limitTime(shared, cpuLimit)
  // The Worker holds the process, as long as that is wanted; what watches it never does.
  unref(watching?.timer)
  return {
    channel: new RingChannel(shared),
    lost: worker.ended.then((error) => {
      watching?.stop()
      return { kind: 'host-lost', message: error?.message ?? 'its Worker is gone' }
    }),
    hold: (isHeld) => worker.hold(isHeld),
    kill: () => worker.terminate(),
  }
}

/** Has the time that the program spends counted, where it has a limit. */
function limitTime({ words }: SharedMemory, cpuLimit: number | undefined) {
  if (cpuLimit === undefined) return undefined
  // Its boot is bounded by the start deadline; what the program spends begins with the program.
  const isBusy = () =>
    Atomics.load(words, Word.PHASE) === Phase.RUNNING && Atomics.load(words, Word.ASLEEP) === 0
  return watch(isBusy, cpuLimit, () => {
    Atomics.store(words, Word.END, End.CPU_LIMIT)
    Atomics.store(words, Word.PHASE, Phase.ENDED)
    ringBell(words, Word.HYPERVISOR_BELL)
  })
}
