/**
 * What joins a kernel to its hypervisor: vsock packets both ways, the security module, the console, and how far the
 * enclave has come. The other end is `src/boundary/hypervisor-channel.ts`.
 */
import type { Bytes } from '../base/bytes.ts'
import type { Packet, PacketHeader } from '../vsock/packet.ts'

/** The kernel's end. Nothing in it waits for long but `sleep`. */
export interface KernelChannel {
  /** Payload bytes that the next packet may have; negative where there is room for none. */
  readonly room: number
  /** Sends a packet; false where there is no room for it now. */
  push(header: PacketHeader, payload: Uint8Array): boolean
  /** The next packet of the hypervisor. Its payload lasts until the next one is taken. */
  pop(): Packet | undefined
  /** Tells the hypervisor that its packets were taken. */
  acknowledge(): void
  /** Asks the security module. */
  ask(request: Bytes): void
  /** The security module's answer, once, where it has come. */
  takeAnswer(): Bytes | undefined
  /** Keeps what was printed. */
  print(bytes: Uint8Array): void
  /** Tells that the program is about to run. */
  tellRunning(): void
  /** Tells how it ended: `End`, and an exit status or a message. */
  tellEnd(end: number, detail: number | string): void
  /** A mark of now, for `sleep`. */
  mark(): number
  /** Sleeps until something has come since `mark`, at once where it has, or for `time` milliseconds; perhaps for less. */
  sleep(mark: number, time: number): void
}
