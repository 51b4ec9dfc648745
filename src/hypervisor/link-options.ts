/** What a hypervisor's link takes, and whom it tells. */
import type { EnclaveChannel } from '../boundary/hypervisor-channel.ts'
import type { SecurityModule } from '../qtsm/security-module.ts'
import type { Acceptor } from '../vsock/acceptor.ts'
import type { SocketCarrier } from '../vsock/socket.ts'
import type { EndReason } from './end-reason.ts'

/** What a link is made with. */
export interface LinkOptions {
  channel: EnclaveChannel
  /** The enclave's CID. */
  cid: number
  /** Bytes for the receive buffers of this end's connections. */
  bufferPool: number
  security: SecurityModule
  /** Who listens at the parent. */
  acceptorOf: (port: number, carrier: SocketCarrier) => Acceptor | undefined
  /** Whether it runs only once its kernel has sent the heartbeat; it is answered in any case. */
  heartbeat: boolean
  /** The program is about to run, and waits to be heard (`open`). */
  onRunning(): void
  /** The enclave said, or showed, that it is over. */
  onEnd(reason: EndReason): void
}
