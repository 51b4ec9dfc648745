/** What a kernel is given to begin with: the one message to a Worker, or the BOOT frame of a process. */
import type { Bytes } from '../base/bytes.ts'

/** The name of the engine's crypto module among its core modules. */
export const CRYPTO_MODULE = 'webclave-crypto.wasm'

/** What the hypervisor gives to a new enclave. */
export interface BootMessage {
  /** The memory shared with the hypervisor; without it the host has another channel. */
  shared?: SharedArrayBuffer
  cid: number
  /** Whether the monotonic clock shows microseconds. Default no: milliseconds. */
  fineClock?: boolean
  /** Bytes for the receive buffers of this end's connections. */
  bufferPool: number
  /** Whether the console is kept. */
  debug: boolean
  /** The component's core modules by the names that the glue asks for; the engine's crypto module beside them. */
  modules: ReadonlyMap<string, WebAssembly.Module>
  args: readonly string[]
  env: readonly (readonly [string, string])[]
  /** The image's read-only files by relative path. */
  files: ReadonlyMap<string, Bytes>
  /** The application's source, UTF-8, where the component is the JavaScript engine. */
  source: Bytes | undefined
}
