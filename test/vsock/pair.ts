/** The endpoints of a parent instance and an enclave, connected by two rings, with a clock that the test sets. */

import { RingConsumer, RingProducer } from '../../src/boundary/ring.ts'
import type { Acceptor } from '../../src/vsock/acceptor.ts'
import type { Connection } from '../../src/vsock/connection.ts'
import { Endpoint } from '../../src/vsock/endpoint.ts'

export const PARENT = 3
export const ENCLAVE = 4

/** Reads at most `limit` available bytes of a connection. */
export function readBytes(connection: Connection, limit: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.min(limit, connection.readable))
  connection.read(bytes)
  return bytes
}

/** One side of the pair. */
export interface Side {
  endpoint: Endpoint
  listening: Map<number, Acceptor>
  out: RingProducer
  receive(): boolean
}

/** The two endpoints. `settle` delivers packets until none is left. */
export class Pair {
  time = 0
  readonly parent: Side
  readonly enclave: Side

  readonly #bufferPool: number

  constructor(ringLength: number = 1 << 18, bufferPool: number = 1 << 30) {
    this.#bufferPool = bufferPool
    const words = new Int32Array(new SharedArrayBuffer(64))
    const down = { words, at: 0, bytes: new Uint8Array(new SharedArrayBuffer(ringLength)) }
    const up = { words, at: 2, bytes: new Uint8Array(new SharedArrayBuffer(ringLength)) }
    this.parent = this.#side(PARENT, ENCLAVE, new RingProducer(down), new RingConsumer(up))
    this.enclave = this.#side(ENCLAVE, PARENT, new RingProducer(up), new RingConsumer(down))
  }

  #side(localCid: number, remoteCid: number, out: RingProducer, incoming: RingConsumer): Side {
    const listening = new Map<number, Acceptor>()
    const endpoint = new Endpoint({
      localCid,
      remoteCid,
      send: (header, payload) => out.push(header, payload),
      acceptorOf: (port) => listening.get(port),
      bufferPool: this.#bufferPool,
      now: () => this.time,
    })
    const receive = () => {
      const packet = incoming.pop()
      if (packet) endpoint.receive(packet)
      return packet !== undefined
    }
    return { endpoint, listening, out, receive }
  }

  settle(): void {
    for (let moved = true; moved; ) {
      moved = false
      for (const side of [this.parent, this.enclave]) {
        while (side.receive()) moved = true
        side.endpoint.flush()
      }
    }
  }
}
