/**
 * A simulated place for an enclave's process: it records the programs that a parent starts, and the test is their
 * kernel.
 */

import { HEARTBEAT_BYTE, HEARTBEAT_PORT } from '../../src/boundary/heartbeat.ts'
import type { SentProgram } from '../../src/boundary/program.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import type { EnclavePlace } from '../../src/hypervisor/host.ts'
import { Op } from '../../src/vsock/packet.ts'
import { CHANNELS, type KernelEnd, until } from '../hypervisor/kernel-ends.ts'

/** A place for `StartOptions`, with the test's end of its channel. */
export interface FakePlace {
  place: EnclavePlace
  kernel: KernelEnd
  /** The programs that were started in it. */
  programs: SentProgram[]
  kills: number
}

/** Creates a place for the enclave `cid`, which boots by itself unless `hangs`. */
export function fakePlace({ hangs = false, cid = 4 }: { hangs?: boolean; cid?: number } = {}): FakePlace {
  const { channel, kernel: plain } = CHANNELS[1]![1]()
  const kernel: KernelEnd = {
    ...plain,
    send: (header, payload) => plain.send({ sourceCid: cid, ...header }, payload),
  }
  let lose: (reason: EndReason) => void = () => {}
  const lost = new Promise<EndReason>((resolve) => {
    lose = resolve
  })
  const fake: FakePlace = {
    kernel,
    programs: [],
    kills: 0,
    place: {
      run(program) {
        fake.programs.push(program)
        if (!hangs) void boot(kernel)
        const kill = async () => {
          fake.kills += 1
          lose({ kind: 'host-lost', message: 'it was killed' })
        }
        return { channel, lost, hold() {}, kill }
      },
      async [Symbol.asyncDispose]() {},
    },
  }
  return fake
}

/** Sends the heartbeat, waits for its answer, and reports that the enclave runs. */
async function boot(kernel: KernelEnd): Promise<void> {
  const ports = { sourcePort: 49_152, destinationPort: HEARTBEAT_PORT }
  kernel.send({ ...ports, operation: Op.REQUEST })
  kernel.send({ ...ports, operation: Op.RW }, Uint8Array.of(HEARTBEAT_BYTE))
  await until(() => kernel.next()?.operation === Op.RW)
  kernel.tellRunning()
}
