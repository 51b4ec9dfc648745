/** The options and callbacks of a hypervisor's link. */
import type { EnclaveChannel } from '../boundary/hypervisor-channel.ts'
import type { SecurityModule } from '../qtsm/security-module.ts'
import type { Acceptor } from '../vsock/acceptor.ts'
import type { SocketCarrier } from '../vsock/socket-carrier.ts'
import type { EndReason } from './end-reason.ts'

/** Options of a link. */
export interface LinkOptions {
  channel: EnclaveChannel
  /** The enclave's CID. */
  cid: number
  /** Total bytes for the receive buffers of this end's connections. */
  bufferPool: number
  security: Pick<SecurityModule, 'answer'>
  /** Who listens at the parent. */
  acceptorOf: (port: number, carrier: SocketCarrier) => Acceptor | undefined
  /** Whether it counts as running only after its kernel has sent the heartbeat; a heartbeat is answered in any case. */
  heartbeat: boolean
  /** Called when the program is about to run and waits for `open`. */
  onRunning(): void
  /** Called when the enclave has reported its end or violated the protocol. */
  onEnd(reason: EndReason): void
}
