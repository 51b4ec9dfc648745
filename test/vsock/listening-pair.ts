/** Two endpoints in one thread, of which the enclave's listens on a port, and forged packets of the parent. */
import { beforeEach } from 'vitest'
import { BUFFER_LENGTH } from '../../src/vsock/buffer-pool.ts'
import type { Connection } from '../../src/vsock/connection.ts'
import { MAX_CONNECTIONS } from '../../src/vsock/endpoint.ts'
import { Op, type PacketHeader, TYPE_STREAM } from '../../src/vsock/packet.ts'
import { ENCLAVE, PARENT, Pair } from './pair.ts'

/** Its endpoints are created anew before each test of a file. */
export class ListeningPair {
  readonly port = 5000
  pair: Pair = new Pair()
  accepted: Connection[] = []

  constructor() {
    beforeEach(() => {
      this.pair = new Pair()
      this.accepted = []
      this.pair.enclave.listening.set(this.port, {
        hasRoom: () => this.accepted.length < MAX_CONNECTIONS,
        accept: (connection) => this.accepted.push(connection),
      })
    })
  }

  /** Both ends of a new connection: the parent's, which connected, and the enclave's. */
  connected(): [Connection, Connection] {
    const parentEnd = this.pair.parent.endpoint.connect(this.port)
    this.pair.settle()
    return [parentEnd, this.accepted.at(-1)!]
  }

  /** Passes a packet to the enclave's endpoint, as if the parent had sent it. */
  inject(header: Partial<PacketHeader>, payload: Uint8Array<ArrayBuffer> = new Uint8Array(0)): void {
    const whole = {
      sourceCid: PARENT,
      destinationCid: ENCLAVE,
      sourcePort: 1,
      destinationPort: this.port,
      length: payload.byteLength,
      type: TYPE_STREAM,
      operation: Op.RW,
      flags: 0,
      bufferAllocation: BUFFER_LENGTH,
      forwardCount: 0,
      ...header,
    }
    this.pair.enclave.endpoint.receive({ header: whole, payload })
    this.pair.settle()
  }
}
