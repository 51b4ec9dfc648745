/** A channel that wraps another one and delegates everything to it; subclasses change only what they need. */
import type { Bytes } from '../base/bytes.ts'
import type { ClaimedEnd, EnclaveChannel } from '../boundary/hypervisor-channel.ts'
import type { Packet, PacketHeader } from '../vsock/packet.ts'
import type { Trace } from '../vsock/trace.ts'

/** Delegates everything. */
export class ChannelLayer implements EnclaveChannel {
  protected readonly below: EnclaveChannel

  constructor(below: EnclaveChannel) {
    this.below = below
  }

  get room(): number {
    return this.below.room
  }
  push(header: PacketHeader, payload: Uint8Array, isMoreToCome?: boolean): boolean {
    return this.below.push(header, payload, isMoreToCome)
  }
  pop(): Packet | 'other' | undefined {
    return this.below.pop()
  }
  get isDrained(): boolean {
    return this.below.isDrained
  }
  fence(): void {
    this.below.fence()
  }
  lift(): void {
    this.below.lift()
  }
  acknowledge(): void {
    this.below.acknowledge()
  }
  takeRequest(): Bytes | undefined {
    return this.below.takeRequest()
  }
  respond(response: Bytes): void {
    this.below.respond(response)
  }
  get phase(): number {
    return this.below.phase
  }
  readEnd(): ClaimedEnd {
    return this.below.readEnd()
  }
  get memoryPages(): number | undefined {
    return this.below.memoryPages
  }
  readConsole(): { bytes: Bytes; total: number } {
    return this.below.readConsole()
  }
  mark(): number {
    return this.below.mark()
  }
  sleep(mark: number, timeout: number): Promise<void> {
    return this.below.sleep(mark, timeout)
  }
  interrupt(): void {
    this.below.interrupt()
  }
}

/** Records every packet in a trace. */
export class TracedChannel extends ChannelLayer {
  readonly #trace: Trace

  constructor(below: EnclaveChannel, trace: Trace) {
    super(below)
    this.#trace = trace
  }

  override push(header: PacketHeader, payload: Uint8Array): boolean {
    const sent = this.below.push(header, payload)
    if (sent) this.#trace.record('out', header, payload)
    return sent
  }

  override pop(): Packet | 'other' | undefined {
    const packet = this.below.pop()
    if (!packet || packet === 'other') return packet
    // Copies the payload first, because the enclave can still change it: what is delivered must equal what is recorded.
    const { header, payload } = packet
    this.#trace.record('in', header, payload)
    return { header, payload }
  }
}
