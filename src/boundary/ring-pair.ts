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
  /** Bytes that were sent without waking the peer. */
  #untold = 0
  /** With so many bytes it is woken although more is to come, and reads them meanwhile. */
  readonly #enough: number

  constructor(out: RingPlace, incoming: RingPlace, peer: PeerWords) {
    this.#out = new RingProducer(out)
    this.#in = new RingConsumer(incoming)
    this.#peer = peer
    this.#enough = out.bytes.byteLength / 4
  }

  get room(): number {
    return this.#out.room
  }

  /** If more follows at once, a sleeping peer is not woken yet: to be woken for each packet takes longer than to read it. */
  push(header: PacketHeader, payload: Uint8Array, isMoreToCome = false): boolean {
    if (!this.#out.push(header, payload)) return false
    this.#untold += payload.byteLength
    this.#tell(!isMoreToCome || this.#untold >= this.#enough)
    return true
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

  acknowledge(): void {
    // Of what was taken, only if the peer may wait for the room.
    this.#tell(this.#in.takeRoom() || this.#untold > 0)
  }

  /** Notifies the peer of a change. */
  protected ring(): void {
    this.#tell(true)
  }

  #tell(isUrgent: boolean): void {
    const { words, bell, asleep } = this.#peer
    if (isUrgent) {
      this.#untold = 0
      ringIfAsleep(words, bell, asleep)
    } else {
      // A peer that is awake sees it.
      Atomics.add(words, bell, 1)
    }
  }
}
