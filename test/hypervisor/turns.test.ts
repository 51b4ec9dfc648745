/**
 * No enclave blocks the parent's thread: whatever and however much it sends, a link does a limited part of the work in
 * one task, and timers and other events run before the next part.
 */
import { afterEach, describe, expect, test } from 'vitest'
import type { EnclaveChannel } from '../../src/boundary/hypervisor-channel.ts'
import { RING_OUT_LENGTH } from '../../src/boundary/shared-memory.ts'
import { ChannelLayer } from '../../src/hypervisor/channel-layer.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { FaultyChannel } from '../../src/hypervisor/faulty-channel.ts'
import { HypervisorLink } from '../../src/hypervisor/link.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { SecurityModule } from '../../src/qtsm/security-module.ts'
import { Faults } from '../../src/vsock/faults.ts'
import { Op, type Packet, Shutdown } from '../../src/vsock/packet.ts'
import { VsockSocket } from '../../src/vsock/socket.ts'
import { CHANNELS, CID, type Ends, type KernelEnd, tasks, until } from './kernel-ends.ts'

/** Limits of one turn: packets and other frames together, and new connections. */
const MAX_FRAMES = 256
const MAX_CONNECTIONS = 16
const FRAMES = 5000

/** Counts how much is taken between two tasks of the test. */
class Counted extends ChannelLayer {
  taken = 0
  most = 0
  turns = 0
  #now = 0

  constructor(below: EnclaveChannel) {
    super(below)
    const next = () => {
      if (this.#now > 0) this.turns += 1
      this.#now = 0
      this.#ticker = setImmediate(next)
    }
    this.#ticker = setImmediate(next)
  }
  #ticker: NodeJS.Immediate

  override pop(): Packet | 'other' | undefined {
    const packet = super.pop()
    if (!packet) return packet
    this.taken += 1
    this.#now += 1
    this.most = Math.max(this.most, this.#now)
    return packet
  }
  stop(): void {
    clearImmediate(this.#ticker)
  }
}

let stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops) stop()
  stops = []
})

/** A running enclave, and what was observed. */
function running({ channel: plain, kernel }: Ends, wrap = (channel: EnclaveChannel) => channel) {
  const channel = new Counted(wrap(plain))
  const seen = { accepted: 0, mostAccepted: 0, sockets: [] as VsockSocket[], reasons: [] as EndReason[] }
  let acceptedNow = 0
  const link: HypervisorLink = new HypervisorLink({
    channel,
    cid: CID,
    bufferPool: 1 << 20,
    heartbeat: false,
    security: new SecurityModule({
      profile: 'qingtian',
      moduleId: 'turns.enc-0',
      pcrs: new PcrBank(new Map()),
      attest: async () => new Uint8Array(10),
    }),
    acceptorOf: (_, carrier) => ({
      hasRoom: () => true,
      accept(connection) {
        seen.accepted += 1
        if (acceptedNow === 0) setImmediate(() => (acceptedNow = 0))
        acceptedNow += 1
        seen.mostAccepted = Math.max(seen.mostAccepted, acceptedNow)
        seen.sockets.push(new VsockSocket(connection, carrier))
      },
    }),
    onRunning: () => link.open(),
    onEnd(reason) {
      seen.reasons.push(reason)
      link.close()
    },
  })
  stops.push(() => {
    channel.stop()
    link.close()
  })
  kernel.tellRunning()
  return { channel, kernel, seen, link }
}

/** Sends `count` times, waiting for room when there is none. */
async function flood(count: number, send: () => boolean): Promise<void> {
  for (let sent = 0; sent < count; ) {
    if (send()) sent += 1
    else await tasks(1)
  }
}

const packets = (kernel: KernelEnd) => () => kernel.send({ operation: Op.RST })

describe.each(CHANNELS)('over %s', (name, open) => {
  test('a flood of packets is handled in parts, and timers run in between', async () => {
    const { channel, kernel } = running(open())
    await until(() => channel.taken > 0 || name === 'shared memory')
    const before = channel.taken
    let takenAtTimer = -1
    const timer = flood(FRAMES, packets(kernel))
    setTimeout(() => (takenAtTimer = channel.taken - before))
    await timer
    await until(() => channel.taken - before >= FRAMES)
    expect(channel.most).toBeLessThanOrEqual(MAX_FRAMES)
    expect(channel.turns).toBeGreaterThan(FRAMES / MAX_FRAMES - 1)
    expect(takenAtTimer).toBeLessThan(FRAMES)
  })

  test('requested connections count for more than other packets', async () => {
    const { channel, kernel, seen } = running(open())
    const ports = Array.from({ length: 1000 }, (_, at) => at).values()
    let port = ports.next().value
    await flood(1000, () => {
      if (!kernel.send({ operation: Op.REQUEST, sourcePort: port ?? 0 })) return false
      port = ports.next().value
      return true
    })
    await until(() => channel.taken >= 1000)
    expect(seen.mostAccepted).toBeLessThanOrEqual(MAX_CONNECTIONS)
    expect(seen.accepted).toBeGreaterThan(MAX_CONNECTIONS)
  })

  test('closed connections count for more than other packets', async () => {
    const { channel, kernel, seen } = running(open())
    const ports = Array.from({ length: 60 }, (_, at) => at)
    for (const sourcePort of ports) await flood(1, () => kernel.send({ operation: Op.REQUEST, sourcePort }))
    await until(() => seen.accepted === ports.length)
    await tasks(1)
    channel.most = 0
    for (const sourcePort of ports) kernel.send({ operation: Op.RST, sourcePort })
    await Promise.all(seen.sockets.map((socket) => socket.closed))
    expect(channel.most).toBeLessThanOrEqual(MAX_CONNECTIONS)
  })

  test('an enclave that has reported its end and keeps sending is ended after its earlier packets', async () => {
    const { channel, kernel, seen } = running(open())
    for (let sent = 0; sent < 1000; sent++) kernel.send({ operation: Op.RST })
    kernel.tellExited()
    // More per task than one turn takes, so that there is always something left.
    while (seen.reasons.length === 0) {
      for (let more = 0; more < 2 * MAX_FRAMES; more++) kernel.send({ operation: Op.RST })
      await tasks(1)
    }
    expect(seen.reasons).toEqual([{ kind: 'exited', status: 0 }])
    // Frames are ordered, so the end is exact; a ring delivers at most its own size.
    expect(channel.taken).toBeGreaterThanOrEqual(1000)
    expect(channel.taken).toBeLessThanOrEqual(name === 'frames' ? 1000 + 3 : RING_OUT_LENGTH / 64)
    expect(channel.most).toBeLessThanOrEqual(MAX_FRAMES)
  })

  test('a reader that reads small packets as they arrive does not block other tasks', async () => {
    const { channel, kernel, seen } = running(open())
    kernel.send({ operation: Op.REQUEST, sourcePort: 7 })
    const [socket] = await until(() => seen.sockets.length > 0 && seen.sockets)
    const reading = new Response(socket!.readable).arrayBuffer()
    await flood(FRAMES, () => kernel.send({ operation: Op.RW, sourcePort: 7 }, Uint8Array.of(1)))
    await flood(1, () => kernel.send({ operation: Op.SHUTDOWN, sourcePort: 7, flags: Shutdown.BOTH }))
    expect((await reading).byteLength).toBe(FRAMES)
    // Before a turn, reads take what the last turn left.
    expect(channel.most).toBeLessThanOrEqual(MAX_FRAMES + MAX_CONNECTIONS)
  })

  test('delayed packets are also taken in parts', async () => {
    const faults = new Faults()
    const { channel, kernel, seen } = running(open(), (below) => new FaultyChannel(below, faults))
    faults.delay = 5
    await flood(FRAMES, packets(kernel))
    kernel.tellExited()
    await until(() => seen.reasons.length > 0)
    expect(channel.taken).toBe(FRAMES)
    expect(channel.most).toBeLessThanOrEqual(MAX_FRAMES)
  })
})

describe('over frames', () => {
  const open = CHANNELS[1]![1]
  test('a flood of small console frames is handled in parts, and the console keeps its newest bytes', async () => {
    const { channel, kernel } = running(open())
    for (let byte = 0; byte < FRAMES; byte++) kernel.print(Uint8Array.of(byte % 251))
    await until(() => channel.readConsole().total === FRAMES)
    expect(channel.most).toBeLessThanOrEqual(MAX_FRAMES)
    expect(channel.turns).toBeGreaterThan(FRAMES / MAX_FRAMES - 1)
    expect(channel.readConsole().bytes).toEqual(Uint8Array.from({ length: FRAMES }, (_, at) => at % 251))
  })
})

test('a payload that is read in place delays no frame behind it, wherever in a turn it arrives', async () => {
  const LARGE = 16_384
  for (let before = 200; before < MAX_FRAMES; before++) {
    const { kernel, seen, link } = running(CHANNELS[0]![1]())
    for (const sourcePort of [1, 2]) kernel.send({ operation: Op.REQUEST, sourcePort })
    const [, read] = await until(() => seen.sockets.length === 2 && seen.sockets)
    await tasks(3)
    // Everything has arrived before the read, and nothing later rings the bell again.
    for (let sent = 0; sent < before; sent++)
      kernel.send({ operation: Op.RW, sourcePort: 1 }, Uint8Array.of(1))
    kernel.send({ operation: Op.RW, sourcePort: 2 }, new Uint8Array(LARGE))
    kernel.send({ operation: Op.RW, sourcePort: 2 }, Uint8Array.of(2))
    const reader = read!.readable.getReader()
    for (let left = LARGE + 1; left > 0; ) left -= (await reader.read()).value!.byteLength
    expect(seen.sockets[0]!.bytesReceived).toBe(before)
    link.close()
  }
})

test('console output in shared memory wakes nobody', async () => {
  const { channel, kernel } = running(CHANNELS[0]![1]())
  await tasks(5)
  const mark = channel.mark()
  for (let count = 0; count < FRAMES; count++) kernel.print(Uint8Array.of(65))
  expect(channel.readConsole().total).toBe(FRAMES)
  expect(channel.mark()).toBe(mark)
})
