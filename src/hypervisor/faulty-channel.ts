/** A channel that injects `Faults`: packets wait here until they are due, or are dropped. */

import type { EnclaveChannel } from '../boundary/hypervisor-channel.ts'
import { Phase } from '../boundary/shared-memory.ts'
import type { Faults } from '../vsock/faults.ts'
import { HEADER_LENGTH, MAX_PAYLOAD, type Packet, type PacketHeader } from '../vsock/packet.ts'
import { ChannelLayer } from './channel-layer.ts'

/** Maximum number of bytes in flight in one direction; beyond that it counts as full. */
const MAX_HELD = 524288

/** Maximum number of packets and other frames that one call processes. */
const MAX_CARRIED = 256

/** One direction: packets and when each is due. */
class Lane {
  readonly #faults: Faults
  readonly #held: { due: number; packet: Packet }[] = []
  #bytes = 0
  #free = 0
  #last = 0

  constructor(faults: Faults) {
    this.#faults = faults
  }

  get full(): boolean {
    return this.#bytes >= MAX_HELD
  }

  get empty(): boolean {
    return this.#held.length === 0
  }

  /** When the oldest packet is due; infinity if there is none. */
  get due(): number {
    return this.#held[0]?.due ?? Number.POSITIVE_INFINITY
  }

  get oldest(): Packet | undefined {
    return this.#held[0]?.packet
  }

  add(packet: Packet): void {
    const length = HEADER_LENGTH + packet.payload.byteLength
    this.#free = Math.max(performance.now(), this.#free) + (length * 1000) / this.#faults.bytesPerSecond
    this.#last = Math.max(this.#last, this.#free + this.#faults.delay)
    this.#held.push({ due: this.#last, packet })
    this.#bytes += length
  }

  take(): Packet | undefined {
    const packet = this.#held.shift()?.packet
    if (packet) this.#bytes -= HEADER_LENGTH + packet.payload.byteLength
    return packet
  }

  clear(): void {
    this.#held.length = 0
    this.#bytes = 0
  }
}

/** A channel with faults. */
export class FaultyChannel extends ChannelLayer {
  readonly #faults: Faults
  readonly #in: Lane
  readonly #out: Lane

  constructor(below: EnclaveChannel, faults: Faults) {
    super(below)
    this.#faults = faults
    this.#in = new Lane(faults)
    this.#out = new Lane(faults)
  }

  override get room(): number {
    return this.#out.full ? -1 : MAX_PAYLOAD
  }

  override push(header: PacketHeader, payload: Uint8Array): boolean {
    if (this.#faults.isCut) return true
    if (this.#out.full) return false
    this.#out.add({ header, payload: new Uint8Array(payload) })
    this.#carryOut()
    // Wakes the sleeper, which does not know when this packet is due.
    if (!this.#out.empty) this.below.interrupt()
    return true
  }

  override pop(): Packet | 'other' | undefined {
    this.#carryIn()
    // What an enclave sent before its end is due immediately, because its host is about to go.
    const over = this.below.phase > Phase.RUNNING
    return over || this.#in.due <= performance.now() ? this.#in.take() : undefined
  }

  override get isDrained(): boolean {
    return this.#in.empty && this.below.isDrained
  }

  override sleep(mark: number, timeout: number): Promise<void> {
    this.#carryOut()
    const now = performance.now()
    // For due packets that wait for room, the channel below will wake this end.
    const due = Math.min(this.#in.due, this.#out.due > now ? this.#out.due : Number.POSITIVE_INFINITY)
    return this.below.sleep(mark, Math.min(timeout, Math.max(0, Math.ceil(due - now))))
  }

  #carryOut(): void {
    if (this.#faults.isCut) this.#out.clear()
    for (let packet = this.#out.oldest; packet; packet = this.#out.oldest) {
      if (this.#out.due > performance.now() || !this.below.push(packet.header, packet.payload)) return
      this.#out.take()
    }
  }

  #carryIn(): void {
    if (this.#faults.isCut) this.#in.clear()
    let taken = false
    let count = 0
    for (; count < MAX_CARRIED && !this.#in.full; count++) {
      const packet = this.below.pop()
      if (!packet) break
      if (packet === 'other') continue
      taken = true
      // Dropped, so that a cut link always takes what the enclave sends.
      if (this.#faults.isCut) continue
      this.#in.add({ header: packet.header, payload: new Uint8Array(packet.payload) })
    }
    // There may be more: makes the caller come back at once.
    if (count === MAX_CARRIED) this.below.interrupt()
    if (taken) this.below.acknowledge()
    this.#carryOut()
  }
}
