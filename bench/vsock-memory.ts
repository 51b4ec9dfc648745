/**
 * The memory of an idle connection, besides its receive buffers: both ends with everything that they refer to, at the
 * parent including the streams, in one heap, where they can be measured.
 */
import type { Connection } from '../src/vsock/connection.ts'
import { Endpoint } from '../src/vsock/endpoint.ts'
import { PARENT_CID, type Packet } from '../src/vsock/packet.ts'
import { VsockSocket } from '../src/vsock/socket.ts'
import type { SocketCarrier } from '../src/vsock/socket-carrier.ts'
import { WriteQueue } from '../src/vsock/write-queue.ts'
import { type Benchmark, collectGarbage } from './harness.ts'

const ENCLAVE_CID = 4
const PORT = 5000
const CONNECTIONS = 500
const KIB = 1024

function heapLength(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Two ends of a link, connected only by a queue. */
function join(): { parent: Endpoint; accepted: Connection[]; settle(): void } {
  const accepted: Connection[] = []
  const travelling: (() => void)[] = []
  const end = (localCid: number, remoteCid: number, other: () => Endpoint): Endpoint =>
    new Endpoint({
      localCid,
      remoteCid,
      send(header, payload) {
        const packet: Packet = { header, payload: new Uint8Array(payload) }
        travelling.push(() => other().receive(packet))
        return true
      },
      acceptorOf: (port) =>
        port === PORT
          ? { hasRoom: () => true, accept: (connection) => accepted.push(connection) }
          : undefined,
      bufferPool: 1 << 30,
      now: () => 0,
    })
  const parent: Endpoint = end(PARENT_CID, ENCLAVE_CID, () => enclave)
  const enclave: Endpoint = end(ENCLAVE_CID, PARENT_CID, () => parent)
  return {
    parent,
    accepted,
    settle() {
      for (let next = travelling.shift(); next; next = travelling.shift()) next()
    },
  }
}

/** KiB per idle connection. */
function weigh(): number {
  const { parent, accepted, settle } = join()
  const carrier: SocketCarrier = {
    room: () => 65536,
    writers: new WriteQueue(),
    catchUp() {},
    announce() {},
    closeConnection: (connection) => parent.closeConnection(connection),
  }
  const before = heapLength()
  const sockets: VsockSocket[] = []
  while (sockets.length < CONNECTIONS) sockets.push(new VsockSocket(parent.connect(PORT), carrier))
  settle()
  const after = heapLength()
  if (accepted.length + sockets.length !== 2 * CONNECTIONS)
    throw new Error('bench: not all connections were established')
  return (after - before) / CONNECTIONS / KIB
}

export const vsockMemory: Benchmark = {
  room: 'vsock',
  async measurements() {
    return {
      rows: [
        {
          name: 'an idle connection, both ends, besides its buffers',
          unit: 'KiB',
          samples: 5,
          subject: weigh,
          goal: { atMost: 8 },
        },
      ],
      tearDown: async () => {},
    }
  },
}
