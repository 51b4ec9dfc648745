/** An enclave without a Worker or process: the test plays its kernel. */
import type { EnclaveChannel } from '../../src/boundary/hypervisor-channel.ts'
import type { SentProgram } from '../../src/boundary/program.ts'
import { RunnableComponent } from '../../src/hypervisor/components.ts'
import { EnclaveProcess, type EnclaveProcessOptions } from '../../src/hypervisor/enclave-process.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import type { EnclavePlace } from '../../src/hypervisor/host.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { SecurityModule } from '../../src/qtsm/security-module.ts'
import { CHANNELS, type KernelEnd, tasks } from './kernel-ends.ts'

type Options = Partial<EnclaveProcessOptions>

/** The place that stands for a Worker or process, and what was observed. */
export interface Placed {
  kernel: KernelEnd
  channel: EnclaveChannel
  place: EnclavePlace
  seen: { programs: SentProgram[]; kills: number }
  /** Reports that the Worker or process was lost. */
  lose(reason: EndReason): void
}

/** A place for an enclave in which only the test acts. */
export function placed(): Placed {
  const { channel, kernel } = CHANNELS[1]![1]()
  let lose: (reason: EndReason) => void = () => {}
  const lost = new Promise<EndReason>((resolve) => {
    lose = resolve
  })
  const seen: Placed['seen'] = { programs: [], kills: 0 }
  const place: EnclavePlace = {
    run(program) {
      seen.programs.push(program)
      const kill = async () => {
        seen.kills += 1
        lose({ kind: 'host-lost', message: 'it was killed' })
      }
      return { channel, lost, hold() {}, kill }
    },
    async [Symbol.asyncDispose]() {},
  }
  return { kernel, channel, place, seen, lose }
}

/** The options of an enclave at `place`. */
export const optionsOf = (place: EnclavePlace, more: Options = {}): EnclaveProcessOptions => ({
  kernel: 'the kernel',
  component: new RunnableComponent({ glue: 'the glue', moduleBytes: new Map() }),
  boot: { cid: 4, bufferPool: 1 << 20, debug: false, args: [], env: [], files: new Map(), source: undefined },
  security: new SecurityModule({
    profile: 'qingtian',
    moduleId: 'life.enc-0',
    pcrs: new PcrBank(new Map()),
    attest: async () => new Uint8Array(1),
  }),
  acceptorOf: () => undefined,
  isolation: 'process',
  place,
  ...more,
})

/** An enclave whose program was passed to its place. */
export async function booted(
  more: Options = {},
  signal?: AbortSignal,
): Promise<Placed & { process: EnclaveProcess }> {
  const ends = placed()
  return { ...ends, process: await EnclaveProcess.boot(optionsOf(ends.place, more), signal) }
}

/** An enclave that runs and whose link is open. */
export async function running(more: Options = {}): Promise<Placed & { process: EnclaveProcess }> {
  const ends = await booted(more)
  ends.kernel.tellRunning()
  await ends.process.running()
  ends.process.open()
  return ends
}

/** Whether `promise` is settled once all pending tasks have run. */
export async function settled(promise: Promise<unknown>): Promise<boolean> {
  let is = false
  const settle = () => {
    is = true
  }
  promise.then(settle, settle)
  await tasks(10)
  return is
}
