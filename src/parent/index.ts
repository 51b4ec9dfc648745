/**
 * `webclave`: starts enclaves and connects to them. An enclave is a WebAssembly component that is isolated in a Worker
 * or a separate process, measured, and able to attest what it is. Runs in Node and in a page.
 *
 * @example
 * import { createParent } from 'webclave'
 * import { buildImage } from 'webclave/image'
 *
 * const { eif } = await buildImage({ app: { source: 'setTimeout(() => {}, 60_000)' } })
 * await using parent = await createParent({ vcpus: 2, memoryMiB: 256 })
 * const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
 * enclave.cid // 4
 * await enclave.stop()
 *
 * @module
 */
export {
  type AttestationRoot,
  createRoot,
  type ExportedRoot,
  exportRoot,
  importRoot,
  type RootOptions,
} from '../attestation/issue/authority.ts'
export type { Bytes } from '../base/bytes.ts'
export { EnclaveError, type ErrorParts } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'
export { type Pcrs, type PcrTexts, pcrHex, pcrsFromHex, pcrsToHex } from '../base/pcrs.ts'
export type { ProfileName } from '../base/profile.ts'
export type { CallRequest, CallResult, Handler, ServiceCalls } from '../client/calls.ts'
export type { CallOptions, ClientOptions } from '../client/options.ts'
export type { Connection, ServiceClient } from '../client/service-client.ts'
export { describeEnd, type EndReason } from '../hypervisor/end-reason.ts'
export type { Isolation } from '../hypervisor/start-host.ts'
export type { ImageInput, ImageSource, ReadableHandle } from '../image/eif/source.ts'
export type { CallLog, QtsmCall } from '../qtsm/call-log.ts'
export type { QtsmRequest } from '../qtsm/protocol.ts'
export type { CallContext, Handlers } from '../service/handlers.ts'
export type { Address, CloseReason } from '../vsock/address.ts'
export { Faults } from '../vsock/faults.ts'
export type { PacketHeader } from '../vsock/packet.ts'
export type { RecordedPacket } from '../vsock/pcapng.ts'
export { VsockSocket } from '../vsock/socket.ts'
export { Trace, type TraceCounters, type TraceOptions } from '../vsock/trace.ts'
export { createParent } from './create-parent.ts'
export {
  type ConnectOptions,
  Enclave,
  type EnclaveClientOptions,
  type EnclaveDescription,
  type EnclaveState,
} from './enclave.ts'
export type { Listener, Listening, ListenOptions, PortResolver, SocketHandler } from './listeners.ts'
export type { ParentOptions, PrepareOptions, StartOptions } from './options.ts'
export type { Parent } from './parent.ts'
export type { PreparedImage } from './prepared-image.ts'
export type { RootOption } from './root.ts'
