/** Sockets whose peer and carrier are the test: sent packets are recorded, and the test passes received ones. */
import { Connection } from '../../src/vsock/connection.ts'
import { Op, type PacketHeader, Shutdown } from '../../src/vsock/packet.ts'
import { VsockSocket } from '../../src/vsock/socket.ts'
import { WriteQueue } from '../../src/vsock/write-queue.ts'

const BUFFER_LENGTH = 262_144
const NO_BYTES = new Uint8Array(0)

/** The simulated carrier, which the sockets of one link share. */
export class Carrier {
  readonly writers: WriteQueue = new WriteQueue()
  /** Bytes that the ring has room for. */
  left = 65_536
  /** Connections that were closed, and the number of calls of `catchUp`. */
  readonly closed: Connection[] = []
  catchUps = 0
  announcements = 0
  /** Called by `catchUp`, to pass received packets. */
  onCatchUp: () => void = () => {}

  room(): number {
    return this.left
  }

  catchUp(): void {
    this.catchUps += 1
    this.onCatchUp()
  }

  announce(): void {
    this.announcements += 1
  }

  closeConnection(connection: Connection): void {
    this.closed.push(connection)
    connection.shutdown(Shutdown.BOTH)
  }
}

/** One socket, whose peer initially has room for 100 bytes. */
export class Rig {
  readonly carrier: Carrier
  readonly connection: Connection
  readonly socket: VsockSocket
  /** The sent operations and payloads. */
  readonly operations: number[] = []
  readonly payloads: Uint8Array[] = []

  constructor(carrier: Carrier = new Carrier(), isOpen = true) {
    this.carrier = carrier
    this.connection = new Connection(
      { cid: 3, port: 49_152 },
      { cid: 4, port: 5000 },
      BUFFER_LENGTH,
      ({ operation }, payload) => {
        this.operations.push(operation)
        if (operation === Op.RW) this.payloads.push(payload.slice())
        return true
      },
    )
    this.socket = new VsockSocket(this.connection, carrier)
    this.connection.request()
    if (isOpen) this.receive(Op.RESPONSE)
    this.operations.length = 0
  }

  /** Passes a packet from the peer. */
  receive(
    operation: number,
    more: Partial<PacketHeader> = {},
    payload: Uint8Array<ArrayBuffer> = NO_BYTES,
  ): void {
    this.connection.receive({
      header: {
        ...{ sourceCid: 4, destinationCid: 3, sourcePort: 5000, destinationPort: 49_152, type: 1 },
        ...{ length: payload.byteLength, operation, flags: 0, bufferAllocation: 100, forwardCount: 0 },
        ...more,
      },
      payload,
    })
  }

  /** Passes `length` bytes from the peer, each of them `byte`. */
  data(length: number, byte = 7): void {
    this.receive(Op.RW, {}, new Uint8Array(length).fill(byte))
  }

  /** The peer ends its side. */
  end(): void {
    this.receive(Op.SHUTDOWN, { flags: Shutdown.SEND })
  }
}

/** Whether `promise` is settled after all pending promise jobs have run. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const settle = () => {
    settled = true
  }
  promise.then(settle, settle)
  await new Promise((resolve) => setImmediate(resolve))
  return settled
}
