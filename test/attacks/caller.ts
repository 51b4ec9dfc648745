/** Runs the guest of `calls.ts`, in a new enclave for each call; without an image, because the calls are many. */

import { prepareComponent } from '../../src/hypervisor/components.ts'
import { EnclaveProcess } from '../../src/hypervisor/enclave-process.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { componentize } from '../../src/image/build/componentize.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { SecurityModule } from '../../src/qtsm/security-module.ts'
import { patience } from '../support/patience.ts'
import { kernelScript } from '../support/probe.ts'
import { MEMORY_MIB } from './arena.ts'
import { type Call, callingGuest, choosing, type Realloc } from './calls.ts'

const CONCURRENCY = 4

async function prepare() {
  const component = await componentize(await callingGuest())
  return {
    kernel: await kernelScript(),
    component: await prepareComponent(component, { memoryBytes: MEMORY_MIB << 20 }),
  }
}
let prepared: ReturnType<typeof prepare> | undefined

/** The end reason of a guest that makes this call with this `cabi_realloc`. */
export async function endOfCall(
  isolation: 'worker' | 'process',
  call: Call,
  realloc: Realloc = 'honest',
): Promise<EndReason> {
  prepared ??= prepare()
  const { args, env, files } = choosing(call, realloc)
  const process = await EnclaveProcess.start({
    ...(await prepared),
    boot: { cid: 4, bufferPool: 1 << 20, debug: false, args, env, files, source: undefined },
    security: new SecurityModule({
      profile: 'qingtian',
      moduleId: 'caller.enc-0',
      pcrs: new PcrBank(new Map()),
      attest: async () => new Uint8Array(100),
    }),
    acceptorOf: () => undefined,
    isolation,
    memoryMiB: MEMORY_MIB,
    // A guest that does not end in time counts as hung.
    runTimeout: patience(60_000),
  })
  return process.ended
}

/** The end reasons of many calls, in their order. A few run at the same time. */
export async function endsOfCalls(
  isolation: 'worker' | 'process',
  calls: readonly Call[],
  realloc?: Realloc,
): Promise<readonly (EndReason & Call)[]> {
  const ends: (EndReason & Call)[] = []
  const waiting = calls.entries()
  const take = async () => {
    for (const [at, call] of waiting) ends[at] = { ...call, ...(await endOfCall(isolation, call, realloc)) }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, take))
  return ends
}
