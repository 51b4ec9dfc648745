/**
 * The hypervisor's channel to one enclave, in a Worker or a process: vsock packets in both directions, requests to the
 * security module, the enclave's phase, and its console. Everything read from it is an untrusted claim of the enclave.
 */
import type { Bytes } from '../base/bytes.ts'
import type { Packet, PacketHeader } from '../vsock/packet.ts'

/** How an enclave claims to have ended: `End`, and an exit status or a message. */
export interface ClaimedEnd {
  end: number
  status: number
  message: Bytes
}

/** The hypervisor's end of the channel. Only `sleep` waits. */
export interface EnclaveChannel {
  /** Number of payload bytes that the next packet may have; negative if there is no room for a packet. */
  readonly room: number
  /**
   * Sends a packet; returns false if there is no room for it now. If more follows at once, the peer may be notified
   * later: at the last packet, or by `acknowledge`. @throws {EnclaveError} E_VSOCK_RING.
   */
  push(header: PacketHeader, payload: Uint8Array, isMoreToCome?: boolean): boolean
  /**
   * Takes the next packet of the enclave; returns `'other'` if something other than a packet was processed, because
   * that takes time too. @throws {EnclaveError} E_VSOCK_RING, E_CHANNEL_FRAME.
   */
  pop(): Packet | 'other' | undefined
  /** Whether there is nothing to take. */
  readonly isDrained: boolean
  /**
   * From now on `pop` returns only packets that were sent before this call, until the next call of `fence` or `lift`.
   */
  fence(): void
  /** Removes the fence. */
  lift(): void
  /** Notifies the enclave that its packets were taken, and of what was sent and not announced yet. */
  acknowledge(): void
  /** Takes a request to the security module, if there is one. @throws {EnclaveError} E_QTSM_MAILBOX. */
  takeRequest(): Bytes | undefined
  /** Sends the response to the request that was taken. */
  respond(response: Bytes): void
  /** The enclave's `Phase`. */
  readonly phase: number
  /** How it ended; call it once the phase says that it has ended. */
  readEnd(): ClaimedEnd
  /** The most recent bytes that it printed, and the number of all bytes that it printed, modulo 2^32. */
  readConsole(): { bytes: Bytes; total: number }
  /** Size of its linear memories in pages of 64 KiB; undefined if it cannot be known. */
  readonly memoryPages?: number | undefined
  /** A mark of the current state, for `sleep`. */
  mark(): number
  /** Resolves when something has changed since `mark` (at once if it already has), or after `timeout` milliseconds. */
  sleep(mark: number, timeout: number): Promise<void>
  /** Wakes this end's own `sleep`. */
  interrupt(): void
}
