/**
 * Both ends of an enclave's channel within one thread: the kernel's, which never sleeps here, and the hypervisor's.
 * Packets are copied on their way, as they would be between two memories.
 */
import type { Bytes } from '../base/bytes.ts'
import type { ClaimedEnd, EnclaveChannel } from '../boundary/hypervisor-channel.ts'
import type { KernelChannel } from '../boundary/kernel-channel.ts'
import { Phase } from '../boundary/shared-memory.ts'
import { HEADER_LENGTH, type Packet, type PacketHeader } from '../vsock/packet.ts'
import { later } from './clock.ts'

/**
 * Maximum number of bytes on the way in one direction: more than all credit of one end (`BUFFER_POOL`), because this
 * thread cannot wait for room.
 */
const CAPACITY = 33554432

/** One direction. */
class Lane {
  readonly #packets: Packet[] = []
  #bytes = 0

  get room(): number {
    return CAPACITY - this.#bytes - HEADER_LENGTH
  }

  get isEmpty(): boolean {
    return this.#packets.length === 0
  }

  push(header: PacketHeader, payload: Uint8Array): boolean {
    if (payload.byteLength > this.room) return false
    this.#packets.push({ header: { ...header }, payload: payload.slice() })
    this.#bytes += HEADER_LENGTH + payload.byteLength
    return true
  }

  pop(): Packet | undefined {
    const packet = this.#packets.shift()
    if (packet) this.#bytes -= HEADER_LENGTH + packet.payload.byteLength
    return packet
  }
}

/** Both ends of a channel. */
export interface LocalChannels {
  readonly kernel: KernelChannel
  readonly hypervisor: EnclaveChannel
}

/**
 * Creates a channel: `answer` is the security module, and `onArrival` is called when something arrives at the kernel.
 */
export function createLocalChannels(answer: (request: Bytes) => Bytes, onArrival: () => void): LocalChannels {
  const [toHypervisor, toKernel] = [new Lane(), new Lane()]
  const hypervisor = new HypervisorEnd(toKernel, toHypervisor, onArrival)
  return { kernel: new KernelEnd(toHypervisor, toKernel, answer, hypervisor), hypervisor }
}

class KernelEnd implements KernelChannel {
  readonly #out: Lane
  readonly #in: Lane
  readonly #answer: (request: Bytes) => Bytes
  readonly #peer: HypervisorEnd
  #answered: Bytes | undefined

  constructor(out: Lane, incoming: Lane, answer: (request: Bytes) => Bytes, peer: HypervisorEnd) {
    this.#out = out
    this.#in = incoming
    this.#answer = answer
    this.#peer = peer
  }

  get room(): number {
    return this.#out.room
  }

  push(header: PacketHeader, payload: Uint8Array): boolean {
    const isSent = this.#out.push(header, payload)
    if (isSent) this.#peer.interrupt()
    return isSent
  }

  pop(): Packet | undefined {
    return this.#in.pop()
  }

  acknowledge(): void {
    this.#peer.interrupt()
  }

  ask(request: Bytes): void {
    this.#answered = this.#answer(request)
  }

  takeAnswer(): Bytes | undefined {
    return this.#answered
  }

  print(): void {}
  tellMemory(): void {}
  tellRunning(): void {}
  tellEnd(): void {}

  mark(): number {
    return 0
  }

  sleep(): never {
    throw new Error('a test enclave cannot block its thread')
  }
}

class HypervisorEnd implements EnclaveChannel {
  readonly phase = Phase.RUNNING
  readonly #out: Lane
  readonly #in: Lane
  readonly #onArrival: () => void
  #count = 0
  #wake = () => {}

  constructor(out: Lane, incoming: Lane, onArrival: () => void) {
    this.#out = out
    this.#in = incoming
    this.#onArrival = onArrival
  }

  get room(): number {
    return this.#out.room
  }

  push(header: PacketHeader, payload: Uint8Array): boolean {
    const isSent = this.#out.push(header, payload)
    if (isSent) this.#onArrival()
    return isSent
  }

  pop(): Packet | undefined {
    return this.#in.pop()
  }

  get isDrained(): boolean {
    return this.#in.isEmpty
  }

  /** A test enclave is launched before it can send anything. */
  fence(): void {}
  lift(): void {}

  acknowledge(): void {
    this.#onArrival()
  }

  takeRequest(): undefined {}
  respond(): void {}

  readEnd(): ClaimedEnd {
    throw new Error('a test enclave does not end')
  }

  readConsole(): { bytes: Bytes; total: number } {
    return { bytes: new Uint8Array(0), total: 0 }
  }

  mark(): number {
    return this.#count
  }

  sleep(mark: number, timeout: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = later(resolve, mark === this.#count ? timeout : 0)
    })
  }

  interrupt(): void {
    this.#count++
    this.#wake()
  }
}
