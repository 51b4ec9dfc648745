/** One end of an enclave's shared memory: an outgoing ring, an incoming ring, and the peer's bell. */
import type { Packet, PacketHeader } from '../vsock/packet.ts'
import { RingConsumer, type RingPlace, RingProducer } from './ring.ts'
import { ringIfAsleep } from './shared-memory.ts'

/** The peer's control words: the `Word` of its bell, and the `Word` that says that it sleeps. */
export interface PeerWords {
  words: Int32Array
  bell: number
  asleep: number
}

/** One end's rings. */
export class RingPair {
  readonly #out: RingProducer
  readonly #in: RingConsumer
  readonly #peer: PeerWords

  constructor(out: RingPlace, incoming: RingPlace, peer: PeerWords) {
    this.#out = new RingProducer(out)
    this.#in = new RingConsumer(incoming)
    this.#peer = peer
  }

  get room(): number {
    return this.#out.room
  }

  push(header: PacketHeader, payload: Uint8Array): boolean {
    const sent = this.#out.push(header, payload)
    if (sent) this.acknowledge()
    return sent
  }

  pop(): Packet | undefined {
    return this.#in.pop()
  }

  get isDrained(): boolean {
    return this.#in.isDrained
  }

  fence(): void {
    this.#in.fence()
  }

  lift(): void {
    this.#in.lift()
  }

  /** Notifies the peer of a change. */
  acknowledge(): void {
    const { words, bell, asleep } = this.#peer
    ringIfAsleep(words, bell, asleep)
  }
}
