/**
 * The kernel's channel to its hypervisor: vsock packets in both directions, the security module, the console, and the
 * enclave's phase. The other end is `hypervisor-channel.ts`.
 */
import type { Bytes } from '../base/bytes.ts'
import type { Packet, PacketHeader } from '../vsock/packet.ts'

/** The kernel's end of the channel. Only `sleep` waits for long. */
export interface KernelChannel {
  /** Number of payload bytes that the next packet may have; negative if there is no room for a packet. */
  readonly room: number
  /**
   * Sends a packet; returns false if there is no room for it now. If more follows at once, the peer may be notified
   * later: at the last packet, or by `acknowledge`.
   */
  push(header: PacketHeader, payload: Uint8Array, isMoreToCome?: boolean): boolean
  /** Takes the next packet of the hypervisor. Its payload is valid until the next one is taken. */
  pop(): Packet | undefined
  /** Notifies the hypervisor that its packets were taken, and of what was sent and not announced yet. */
  acknowledge(): void
  /** Sends a request to the security module. */
  ask(request: Bytes): void
  /** Takes the security module's response, if it has arrived. */
  takeAnswer(): Bytes | undefined
  /** Writes to the console. */
  print(bytes: Uint8Array): void
  /** Reports the size of the program's linear memories, in pages of 64 KiB. */
  tellMemory(pages: number): void
  /** Reports that the program is about to run. */
  tellRunning(): void
  /** Reports how it ended: `End`, and an exit status or a message. */
  tellEnd(end: number, detail: number | string): void
  /** A mark of the current state, for `sleep`. */
  mark(): number
  /**
   * Sleeps until something has arrived since `mark` (returns at once if it already has), or for at most `time`
   * milliseconds.
   */
  sleep(mark: number, time: number): void
}
