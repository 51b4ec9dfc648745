/** Sockets whose peer and carrier are the test: what is sent is kept, and what comes, the test says. */
import { Connection } from '../../src/vsock/connection.ts'
import { Op, type PacketHeader, Shutdown } from '../../src/vsock/packet.ts'
import { VsockSocket } from '../../src/vsock/socket.ts'
import { WriteQueue } from '../../src/vsock/write-queue.ts'

const BUFFER_LENGTH = 262_144
const NO_BYTES = new Uint8Array(0)

/** What the sockets of one link share. */
export class Carrier {
  readonly writers: WriteQueue = new WriteQueue()
  /** Bytes that the ring has room for. */
  left = 65_536
  /** Connections that were closed in order, and how often that which has come was asked for. */
  readonly closed: Connection[] = []
  asked = 0
  /** What comes when it is asked for. */
  onAsked: () => void = () => {}

  room(): number {
    return this.left
  }

  catchUp(): void {
    this.asked += 1
    this.onAsked()
  }

  closeConnection(connection: Connection): void {
    this.closed.push(connection)
    connection.shutdown(Shutdown.BOTH)
  }
}

/** One socket; its peer has room for 100 bytes at first. */
export class Rig {
  readonly carrier: Carrier
  readonly connection: Connection
  readonly socket: VsockSocket
  /** Operations that were sent, and payloads. */
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
    if (isOpen) this.come(Op.RESPONSE)
    this.operations.length = 0
  }

  /** A packet of the peer's. */
  come(
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

  /** Bytes of the peer's: so many, each `byte`. */
  data(length: number, byte = 7): void {
    this.come(Op.RW, {}, new Uint8Array(length).fill(byte))
  }

  /** The peer will send no more. */
  end(): void {
    this.come(Op.SHUTDOWN, { flags: Shutdown.SEND })
  }
}

/** Whether `promise` is settled once all that can go on by now has gone on. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const settle = () => {
    settled = true
  }
  promise.then(settle, settle)
  await new Promise((resolve) => setImmediate(resolve))
  return settled
}
