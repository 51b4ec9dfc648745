/** A link yields to other tasks even if everything it waits for is always available at once. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Bytes } from '../../src/base/bytes.ts'
import type { EnclaveChannel } from '../../src/boundary/hypervisor-channel.ts'
import { Phase } from '../../src/boundary/shared-memory.ts'
import { HypervisorLink } from '../../src/hypervisor/link.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { encodeRequest } from '../../src/qtsm/protocol.ts'
import { SecurityModule } from '../../src/qtsm/security-module.ts'
import { Op, type Packet, type PacketHeader } from '../../src/vsock/packet.ts'

const CID = 4
const BUFFER = 4096
const NO_BYTES = new Uint8Array(0)
const REQUEST = encodeRequest({ call: 'DescribePCR', index: 0 })
/** Operations of one kind that a turn may do. */
const MAX_PER_TURN = 16

const nextTask = () => new Promise<void>((resolve) => setImmediate(resolve))

/** An enclave that accepts every connection, returns credit at once, and always has another request. */
class EagerEnclave implements EnclaveChannel {
  readonly room = 65536
  readonly phase = Phase.RUNNING
  asks = false
  answers = 0
  #forwarded = 0
  readonly #packets: Packet[] = []

  push(header: PacketHeader, payload: Uint8Array): boolean {
    this.#forwarded += payload.byteLength
    if (header.operation === Op.REQUEST) this.#reply(header, Op.RESPONSE)
    if (header.operation === Op.RW) this.#reply(header, Op.CREDIT_UPDATE)
    return true
  }
  #reply(to: PacketHeader, operation: number): void {
    const header = {
      ...to,
      sourceCid: to.destinationCid,
      destinationCid: to.sourceCid,
      sourcePort: to.destinationPort,
      destinationPort: to.sourcePort,
      length: 0,
      operation,
      bufferAllocation: BUFFER,
      forwardCount: this.#forwarded,
    }
    this.#packets.push({ header, payload: NO_BYTES })
  }
  pop(): Packet | undefined {
    return this.#packets.shift()
  }
  get isDrained(): boolean {
    return this.#packets.length === 0
  }
  fence(): void {}
  lift(): void {}
  acknowledge(): void {}
  takeRequest(): Bytes | undefined {
    return this.asks ? REQUEST : undefined
  }
  respond(): void {
    this.answers += 1
  }
  readEnd() {
    return { end: 0, status: 0, message: NO_BYTES }
  }
  readConsole() {
    return { bytes: NO_BYTES, total: 0 }
  }
  mark(): number {
    return 0
  }
  sleep(): Promise<void> {
    return nextTask()
  }
  interrupt(): void {}
}

function linked(channel: EagerEnclave): HypervisorLink {
  const link = new HypervisorLink({
    channel,
    cid: CID,
    bufferPool: 1 << 20,
    security: new SecurityModule({
      profile: 'qingtian',
      moduleId: 'i.enc-1',
      pcrs: new PcrBank(new Map()),
      attest: async () => new Uint8Array(1),
    }),
    acceptorOf: () => undefined,
    heartbeat: false,
    onRunning() {},
    onEnd() {},
  })
  link.open()
  return link
}

// The clock stands still, so that a turn is limited by its number of operations, which are counted here.
beforeEach(() => void vi.spyOn(performance, 'now').mockReturnValue(0))
afterEach(() => void vi.restoreAllMocks())

test('a writer whose credit is returned at once waits for other tasks only once per several writes', async () => {
  const link = linked(new EagerEnclave())
  const socket = await link.connect(5000)
  const writer = socket.writable.getWriter()
  let turns = 0
  let isWriting = true
  const count = () => {
    turns += 1
    if (isWriting) setImmediate(count)
  }
  setImmediate(count)
  const writes = 10 * MAX_PER_TURN
  for (let done = 0; done < writes; done++) await writer.write(new Uint8Array(BUFFER))
  isWriting = false
  expect(socket.bytesSent).toBe(writes * BUFFER)
  // Each write uses all the credit, and so needs one read of the channel.
  expect(turns).toBeGreaterThanOrEqual(writes / MAX_PER_TURN - 2)
  expect(turns).toBeLessThan(writes / 2)
  link.close()
})

test('an enclave that always has another request gets a limited number of answers per turn', async () => {
  const channel = new EagerEnclave()
  const link = linked(channel)
  channel.asks = true
  await nextTask()
  await nextTask()
  expect(channel.answers).toBeGreaterThanOrEqual(MAX_PER_TURN)
  expect(channel.answers % MAX_PER_TURN).toBe(0)
  link.close()
})
