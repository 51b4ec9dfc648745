/**
 * The memory that an enclave's link uses at the parent: shared memory, buffers, connections, console, requests and
 * pipes.
 */
import { duplexPair } from 'node:stream'
import { setImmediate as task } from 'node:timers/promises'
import { encodeFrame, Frame, MAX_FRAME_LENGTH } from '../../src/boundary/frames.ts'
import { createSharedMemory, MAILBOX_LENGTH, SHARED_LENGTH } from '../../src/boundary/shared-memory.ts'
import { FaultyChannel } from '../../src/hypervisor/faulty-channel.ts'
import { FrameChannel } from '../../src/hypervisor/frame-channel.ts'
import { FrameReader } from '../../src/hypervisor/frame-reader.ts'
import { HypervisorLink } from '../../src/hypervisor/link.ts'
import { readPipe } from '../../src/platform/pipe.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { encodeRequest } from '../../src/qtsm/protocol.ts'
import { SecurityModule } from '../../src/qtsm/security-module.ts'
import { MAX_CONNECTIONS } from '../../src/vsock/endpoint.ts'
import { Faults } from '../../src/vsock/faults.ts'
import { MAX_PAYLOAD, Op, Shutdown } from '../../src/vsock/packet.ts'
import { VsockSocket } from '../../src/vsock/socket.ts'
import { Trace } from '../../src/vsock/trace.ts'
import { CHANNELS, CID, type Ends, headerOf } from '../hypervisor/kernel-ends.ts'
import { breathe, DRIVEN, KIB, type MemoryRow, MIB } from './row.ts'

const [shared, framed] = [CHANNELS[0]![1], CHANNELS[1]![1]]
/** An enclave's memory, and the limit for the parent's receive buffers, which is a fraction of it. */
const ENCLAVE_MEMORY = 64 * MIB
const BUFFER_POOL = ENCLAVE_MEMORY / 16
const PAYLOAD = new Uint8Array(MAX_PAYLOAD).fill(1)
const TRACED = { packets: 256, bytes: 65_536 }

/** A link to a running enclave, whose connections nobody reads. */
function linked({ channel, kernel }: Ends, bufferPool: number) {
  const sockets: VsockSocket[] = []
  const link: HypervisorLink = new HypervisorLink({
    channel,
    cid: CID,
    bufferPool,
    heartbeat: false,
    security: new SecurityModule({
      profile: 'qingtian',
      moduleId: 'memory.enc-0',
      pcrs: new PcrBank(new Map()),
      attest: async () => new Uint8Array(MAILBOX_LENGTH - KIB),
    }),
    acceptorOf: (_, carrier) => ({
      hasRoom: () => true,
      accept: (connection) => void sockets.push(new VsockSocket(connection, carrier)),
    }),
    onRunning: () => link.open(),
    onEnd: ({ kind }) => {
      throw new Error(`the enclave ended: ${kind}`)
    },
  })
  kernel.tellRunning()
  const push = async (header: Parameters<typeof kernel.send>[0], payload?: Uint8Array) => {
    while (!kernel.send(header, payload)) {
      while (kernel.next());
      await task()
    }
  }
  return { link, kernel, sockets, push }
}

/** A channel to a process that writes as fast as possible and reads nothing, and from which nothing is taken. */
function unattended() {
  const [own, far] = duplexPair()
  const reader = new FrameReader()
  const channel = new FrameChannel(readPipe(own, reader), own, reader)
  const frame = encodeFrame(Frame.PACKET, new Uint8Array(MAX_FRAME_LENGTH))
  return {
    channel,
    async write() {
      if (!far.writableNeedDrain) far.write(frame)
      await task()
    },
  }
}

export const linkRows: Readonly<Record<string, MemoryRow>> = {
  'shared memory': {
    bound: SHARED_LENGTH,
    async drive() {
      const memory = createSharedMemory()
      for (let done = 0; done < DRIVEN; done += SHARED_LENGTH) new Uint8Array(memory.buffer).fill(1)
      return memory
    },
  },
  'receive buffers': {
    bound: BUFFER_POOL,
    async drive() {
      const { link, sockets, push } = linked(shared(), BUFFER_POOL)
      let sent = 0
      for (let port = 0; sent < DRIVEN; port++) {
        await push({ operation: Op.REQUEST, sourcePort: port })
        for (let count = 0; count < 4; count++, sent += MAX_PAYLOAD)
          await push({ operation: Op.RW, sourcePort: port }, PAYLOAD)
      }
      return { link, sockets }
    },
  },
  'unread data of closed connections': {
    bound: BUFFER_POOL,
    async drive() {
      const { link, sockets, push } = linked(shared(), BUFFER_POOL)
      for (let sent = 0, port = 0; sent < DRIVEN; port++) {
        await push({ operation: Op.REQUEST, sourcePort: port })
        for (let count = 0; count < 4; count++, sent += MAX_PAYLOAD)
          await push({ operation: Op.RW, sourcePort: port }, PAYLOAD)
        await push({ operation: Op.SHUTDOWN, sourcePort: port, flags: Shutdown.BOTH })
      }
      return { link, sockets }
    },
  },
  connections: {
    bound: MAX_CONNECTIONS * 24 * KIB,
    async drive() {
      const { link, sockets, push } = linked(shared(), 1024 * MIB)
      for (let port = 0; port < DRIVEN / (8 * KIB); port++)
        await push({ operation: Op.REQUEST, sourcePort: port })
      if (sockets.length !== MAX_CONNECTIONS) throw new Error(`${sockets.length} connections`)
      return { link, sockets }
    },
  },
  'resets for packets without a connection': {
    bound: 64 * KIB,
    async drive() {
      const ends = shared()
      const { link, kernel } = linked(ends, BUFFER_POOL)
      for (let sent = 0; sent < DRIVEN / 256; sent++)
        while (!kernel.send({ operation: Op.RW, sourcePort: sent })) await task()
      return link
    },
  },
  'console of a process': {
    bound: 64 * KIB,
    async drive() {
      const { link, kernel } = linked(framed(), BUFFER_POOL)
      for (let sent = 0; sent < DRIVEN; sent += MAX_PAYLOAD) {
        kernel.print(PAYLOAD)
        await task()
      }
      return link
    },
  },
  'frames from a process that are not yet processed': {
    bound: MIB,
    async drive() {
      const { channel, write } = unattended()
      for (let sent = 0; sent < DRIVEN; sent += MAX_FRAME_LENGTH) await write()
      return channel
    },
  },
  'frames to a process that does not read': {
    bound: 512 * KIB,
    async drive() {
      const { channel } = unattended()
      for (let sent = 0; sent < DRIVEN; sent += MAX_PAYLOAD) {
        channel.push(headerOf({ operation: Op.RW }, MAX_PAYLOAD), PAYLOAD)
        if (sent % (4 * MIB) === 0) await task()
      }
      return channel
    },
  },
  'requests and answers of the security module': {
    bound: 32 * KIB,
    async drive() {
      const { link, kernel } = linked(shared(), BUFFER_POOL)
      const request = encodeRequest({ call: 'Attestation' })
      for (let asked = 0; asked < DRIVEN; asked += MAILBOX_LENGTH) {
        kernel.ask(request)
        await task()
      }
      return link
    },
  },
  'trace, if the parent enables it': {
    bound: TRACED.packets * (TRACED.bytes + KIB),
    async drive() {
      const trace = new Trace(TRACED)
      for (let sent = 0; sent < DRIVEN; sent += MAX_PAYLOAD) {
        trace.record('in', headerOf({ operation: Op.RW }, MAX_PAYLOAD), PAYLOAD)
        if (sent % (8 * MIB) === 0) await breathe()
      }
      return trace
    },
  },
  'delayed packets, if the parent injects faults': {
    bound: 2 * (512 + 64) * KIB,
    async drive() {
      const { channel: below, kernel } = shared()
      const faults = new Faults()
      faults.delay = 3_600_000
      const channel = new FaultyChannel(below, faults)
      for (let sent = 0; sent < DRIVEN; sent += MAX_PAYLOAD) {
        kernel.send({ operation: Op.RW }, PAYLOAD)
        channel.pop()
        channel.push(headerOf({ operation: Op.RW }, MAX_PAYLOAD), PAYLOAD)
      }
      return channel
    },
  },
}
