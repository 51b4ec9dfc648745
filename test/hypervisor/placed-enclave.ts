/** An enclave in a place of the test's own, where nothing runs but what the test says. */
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

/** A place, and what has become of it. */
export interface Placed {
  kernel: KernelEnd
  channel: EnclaveChannel
  place: EnclavePlace
  seen: { programs: SentProgram[]; kills: number }
  /** Takes the place away. */
  lose(reason: EndReason): void
}

/** A place in which nothing runs but what the test says. */
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

/** What an enclave at `place` is started with. */
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

/** An enclave that has been sent to its place. */
export async function booted(
  more: Options = {},
  signal?: AbortSignal,
): Promise<Placed & { process: EnclaveProcess }> {
  const ends = placed()
  return { ...ends, process: await EnclaveProcess.boot(optionsOf(ends.place, more), signal) }
}

/** One that runs, and is heard. */
export async function running(more: Options = {}): Promise<Placed & { process: EnclaveProcess }> {
  const ends = await booted(more)
  ends.kernel.tellRunning()
  await ends.process.running()
  ends.process.open()
  return ends
}

/** Whether `promise` is settled once all has happened that needs no time. */
export async function settled(promise: Promise<unknown>): Promise<boolean> {
  let is = false
  const settle = () => {
    is = true
  }
  promise.then(settle, settle)
  await tasks(10)
  return is
}
