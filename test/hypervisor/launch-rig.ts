/** A link whose kernel's end the test controls, and requests that it makes before its launch. */
import { expect } from 'vitest'
import { HEARTBEAT_BYTE, HEARTBEAT_PORT } from '../../src/boundary/heartbeat.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { HypervisorLink } from '../../src/hypervisor/link.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { decodeResponse, encodeRequest, type QtsmRequest } from '../../src/qtsm/protocol.ts'
import { SecurityModule } from '../../src/qtsm/security-module.ts'
import { Op } from '../../src/vsock/packet.ts'
import { VsockSocket } from '../../src/vsock/socket.ts'
import { CID, type Ends, type KernelEnd, until } from './kernel-ends.ts'

/** One request for each call of the security module. */
export const CALLS: readonly QtsmRequest[] = [
  { call: 'DescribePCR', index: 0 },
  { call: 'ExtendPCR', index: 16, data: new Uint8Array(1) },
  { call: 'LockPCR', index: 17 },
  { call: 'LockPCRs', range: [18] },
  { call: 'DescribeNSM' },
  { call: 'Attestation' },
  { call: 'GetRandom' },
]

/** A link, its kernel's end, and what was observed. */
interface Linked {
  link: HypervisorLink
  kernel: KernelEnd
  seen: { heard: number[]; attested: number; running: number; reasons: EndReason[] }
}

/** A link whose parent listens on every port. */
export function linked({ channel, kernel }: Ends): Linked {
  const seen = { heard: [] as number[], attested: 0, running: 0, reasons: [] as EndReason[] }
  const link = new HypervisorLink({
    channel,
    cid: CID,
    bufferPool: 1 << 20,
    heartbeat: true,
    security: new SecurityModule({
      profile: 'qingtian',
      moduleId: 'launch.enc-0',
      pcrs: new PcrBank(new Map()),
      attest: async () => {
        seen.attested += 1
        return new Uint8Array(10)
      },
    }),
    acceptorOf: (port, carrier) => ({
      hasRoom: () => true,
      accept(connection) {
        seen.heard.push(port)
        new VsockSocket(connection, carrier)
      },
    }),
    onRunning: () => {
      seen.running += 1
    },
    onEnd(reason) {
      seen.reasons.push(reason)
      link.close()
    },
  })
  return { link, kernel, seen }
}

export function sendConnect(kernel: KernelEnd, sourcePort = 50_000): void {
  kernel.send({ operation: Op.REQUEST, sourcePort })
}

/** Sends the heartbeat, and waits for the answer. */
export async function sendHeartbeat(kernel: KernelEnd): Promise<void> {
  const ports = { sourcePort: 49_152, destinationPort: HEARTBEAT_PORT }
  kernel.send({ ...ports, operation: Op.REQUEST })
  kernel.send({ ...ports, operation: Op.RW }, Uint8Array.of(HEARTBEAT_BYTE))
  await until(() => kernel.next()?.operation === Op.RW)
}

export async function ask(kernel: KernelEnd, request: QtsmRequest): Promise<string> {
  kernel.ask(encodeRequest(request))
  const answer = await until(() => kernel.takeAnswer())
  try {
    decodeResponse(answer, request.call)
    return 'served'
  } catch (error) {
    return (error as { code: string }).code
  }
}

/** Asserts that the enclave is refused everything except random bytes. */
export async function expectRefused(kernel: KernelEnd): Promise<void> {
  sendConnect(kernel)
  const answer = await until(() => kernel.next())
  expect(answer).toMatchObject({ operation: Op.RST, sourcePort: 8000, destinationPort: 50_000 })
  for (const request of CALLS)
    expect(await ask(kernel, request), request.call).toBe(
      request.call === 'GetRandom' ? 'served' : 'InvalidOperation',
    )
}
