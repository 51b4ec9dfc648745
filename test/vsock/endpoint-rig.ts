/** An enclave's endpoint; the test is its peer, ring, clock and listeners. */

import type { Bytes } from '../../src/base/bytes.ts'
import type { Acceptor } from '../../src/vsock/acceptor.ts'
import type { Connection } from '../../src/vsock/connection.ts'
import { Endpoint } from '../../src/vsock/endpoint.ts'
import { Op, type PacketHeader } from '../../src/vsock/packet.ts'

export class EndpointRig {
  readonly sent: PacketHeader[] = []
  readonly accepted: Connection[] = []
  readonly listening: Map<number, Acceptor> = new Map()
  readonly endpoint: Endpoint
  /** Whether the ring is full. */
  isFull = false
  time = 0

  constructor(bufferPool: number = 1 << 30) {
    this.endpoint = new Endpoint({
      localCid: 4,
      remoteCid: 3,
      send: (header) => {
        if (!this.isFull) this.sent.push(header)
        return !this.isFull
      },
      acceptorOf: (port) => this.listening.get(port),
      bufferPool,
      now: () => this.time,
    })
  }

  listen(port: number): void {
    this.listening.set(port, {
      hasRoom: () => true,
      accept: (connection) => void this.accepted.push(connection),
    })
  }

  /** Passes a packet from the peer to the endpoint; returns whether a connection ended by it. */
  receive(more: Partial<PacketHeader>, payload: Bytes = new Uint8Array(0)): boolean {
    return this.endpoint.receive({
      header: {
        ...{ sourceCid: 3, destinationCid: 4, sourcePort: 1, destinationPort: 5000, type: 1 },
        ...{ length: payload.byteLength, operation: Op.RW, flags: 0, bufferAllocation: 77, forwardCount: 0 },
        ...more,
      },
      payload,
    })
  }

  /** Passes a packet of `connection` from the peer. */
  answer({ local, remote }: Connection, operation: number, more: Partial<PacketHeader> = {}): boolean {
    return this.receive({ sourcePort: remote.port, destinationPort: local.port, operation, ...more })
  }
}
