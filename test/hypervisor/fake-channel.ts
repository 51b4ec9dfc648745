/** A channel controlled by a test: the test sets what it returns, and it records what is called. */
import type { Bytes } from '../../src/base/bytes.ts'
import type { ClaimedEnd, EnclaveChannel } from '../../src/boundary/hypervisor-channel.ts'
import { Phase } from '../../src/boundary/shared-memory.ts'
import type { Packet, PacketHeader } from '../../src/vsock/packet.ts'
import { headerOf } from './kernel-ends.ts'

/** A packet with a payload of `length` bytes. */
export const packetOf = (length: number, fields: Partial<PacketHeader> = {}): Packet => ({
  header: headerOf(fields, length),
  payload: Uint8Array.from({ length }, (_, at) => at % 251),
})

/** A channel without an enclave. */
export class FakeChannel implements EnclaveChannel {
  room = 1000
  phase: number = Phase.RUNNING
  isDrained = true
  /** What `pop` returns, in order. */
  readonly waiting: (Packet | 'other')[] = []
  /** Whether `push` accepts packets. */
  takes = true
  readonly pushed: Packet[] = []
  readonly requests: Bytes[] = []
  readonly responses: Bytes[] = []
  /** The names of the other calls, followed by their arguments. */
  readonly calls: (string | number)[] = []

  push(header: PacketHeader, payload: Uint8Array): boolean {
    if (this.takes) this.pushed.push({ header, payload: new Uint8Array(payload) })
    return this.takes
  }
  pop(): Packet | 'other' | undefined {
    return this.waiting.shift()
  }
  fence(): void {
    this.calls.push('fence')
  }
  lift(): void {
    this.calls.push('lift')
  }
  acknowledge(): void {
    this.calls.push('acknowledge')
  }
  takeRequest(): Bytes | undefined {
    return this.requests.shift()
  }
  respond(response: Bytes): void {
    this.responses.push(response)
  }
  readEnd(): ClaimedEnd {
    return { end: 1, status: 7, message: new Uint8Array(1) }
  }
  readConsole(): { bytes: Bytes; total: number } {
    return { bytes: new Uint8Array(2), total: 2 }
  }
  mark(): number {
    return 5
  }
  async sleep(mark: number, timeout: number): Promise<void> {
    this.calls.push('sleep', mark, timeout)
  }
  interrupt(): void {
    this.calls.push('interrupt')
  }
}
