/** A socket that the parent accepted, and the enclave's end of its connection, over two endpoints in one thread. */
import type { Connection } from '../../src/vsock/connection.ts'
import { VsockSocket } from '../../src/vsock/socket.ts'
import { WriteQueue } from '../../src/vsock/write-queue.ts'
import { Pair } from './pair.ts'

const PORT = 8000

export interface AcceptedSocket {
  pair: Pair
  /** The enclave's connection. */
  peer: Connection
  /** The parent's socket. */
  socket: VsockSocket
  /** The bytes that the parent's ring has room for. */
  ring: { room: number }
  writers: WriteQueue
}

export function acceptedSocket(): AcceptedSocket {
  const pair = new Pair()
  const sockets: VsockSocket[] = []
  const ring = { room: 65_536 }
  const carrier = {
    room: () => ring.room,
    writers: new WriteQueue(),
    catchUp: () => {},
    announce: () => {},
    closeConnection: (connection: Connection) => pair.parent.endpoint.closeConnection(connection),
  }
  pair.parent.listening.set(PORT, {
    hasRoom: () => true,
    accept: (connection) => sockets.push(new VsockSocket(connection, carrier)),
  })
  const peer = pair.enclave.endpoint.connect(PORT)
  pair.settle()
  return { pair, peer, ring, writers: carrier.writers, socket: sockets[0]! }
}
