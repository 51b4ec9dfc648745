/** The link's manners: whoever finds what it waits for at once, again and again, still leaves other tasks their turn. */
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
/** What one turn may do of one kind, and no more. */
const MOST_PER_TURN = 16

const nextTask = () => new Promise<void>((resolve) => setImmediate(resolve))

/** An enclave that accepts every connection, gives credit back in no time, and asks as often as it may. */
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

// How long a turn takes is the machine's; what it does in one is counted here.
beforeEach(() => void vi.spyOn(performance, 'now').mockReturnValue(0))
afterEach(() => void vi.restoreAllMocks())

test('a writer whose credit is back at once is held up by other tasks only now and then', async () => {
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
  const writes = 10 * MOST_PER_TURN
  for (let done = 0; done < writes; done++) await writer.write(new Uint8Array(BUFFER))
  isWriting = false
  expect(socket.bytesSent).toBe(writes * BUFFER)
  // Each write uses all the credit up: it takes one look.
  expect(turns).toBeGreaterThanOrEqual(writes / MOST_PER_TURN - 2)
  expect(turns).toBeLessThan(writes / 2)
  link.close()
})

test('an enclave that always has another request is answered so many times in a turn', async () => {
  const channel = new EagerEnclave()
  const link = linked(channel)
  channel.asks = true
  await nextTask()
  await nextTask()
  expect(channel.answers).toBeGreaterThanOrEqual(MOST_PER_TURN)
  expect(channel.answers % MOST_PER_TURN).toBe(0)
  link.close()
})
