/**
 * What joins a hypervisor to one enclave, wherever that runs: vsock packets both ways, the security module's requests,
 * how far the enclave has come, and its console. Everything read from it is the enclave's claim.
 */
import type { Bytes } from '../base/bytes.ts'
import type { Packet, PacketHeader } from '../vsock/packet.ts'

/** How an enclave says that it ended: `End`, and an exit status or a message. */
export interface ClaimedEnd {
  end: number
  status: number
  message: Bytes
}

/** The hypervisor's end. Nothing in it waits but `sleep`. */
export interface EnclaveChannel {
  /** Payload bytes that the next packet may have; negative where there is room for none. */
  readonly room: number
  /** Sends a packet; false where there is no room for it now. @throws {EnclaveError} E_VSOCK_RING. */
  push(header: PacketHeader, payload: Uint8Array): boolean
  /**
   * The next packet of the enclave; `'other'` where something else came in its place and was taken in, for that takes its
   * time, too. @throws {EnclaveError} E_VSOCK_RING, E_CHANNEL_FRAME.
   */
  pop(): Packet | 'other' | undefined
  /** Whether nothing waits to be taken. */
  readonly isDrained: boolean
  /** Gives no packet that is sent from now on, until the next call of this, or of `lift`. */
  fence(): void
  /** Gives every packet again. */
  lift(): void
  /** Tells the enclave that its packets were taken. */
  acknowledge(): void
  /** A request to the security module, once. @throws {EnclaveError} E_QTSM_MAILBOX. */
  takeRequest(): Bytes | undefined
  /** Answers the request that was taken. */
  respond(response: Bytes): void
  /** `Phase`: how far the enclave has come. */
  readonly phase: number
  /** How it ended, once the phase says that it has. */
  readEnd(): ClaimedEnd
  /** The newest bytes that it printed, and how many it ever printed, modulo 2^32. */
  readConsole(): { bytes: Bytes; total: number }
  /** A mark of now, for `sleep`. */
  mark(): number
  /** Resolves once something has changed since `mark`, at once where it has, or after `timeout` milliseconds. */
  sleep(mark: number, timeout: number): Promise<void>
  /** Wakes this end's own sleeper. */
  interrupt(): void
}
