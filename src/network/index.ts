/** The network of an enclave: hosts beyond its parent instance, through the proxy there. */
export {
  type ConnectOptions,
  type OpenConnection,
  openConnection,
  type TlsOptions,
} from './connect.ts'
export type { ByteSocket, NetworkHost } from './host.ts'
export { type HttpAnswer, type HttpCall, HttpClient } from './http-client.ts'
export { authorityOf, type Destination } from './proxy.ts'
