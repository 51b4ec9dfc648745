/** The input with which a kernel starts: the only message to a Worker, or the BOOT frame of a process. */
import type { Bytes } from '../base/bytes.ts'
import type { CompiledModule } from '../base/compiled-module.ts'

/** The name of the engine's crypto module among its core modules. */
export const CRYPTO_MODULE = 'webclave-crypto.wasm'

/** What a new enclave gets from the hypervisor. */
export interface BootMessage {
  /** The memory shared with the hypervisor; absent if the enclave runs in a process and uses another channel. */
  shared?: SharedArrayBuffer
  cid: number
  /** Whether the monotonic clock has microsecond resolution. Default: no, milliseconds. */
  fineClock?: boolean
  /** Where its wall clock stands, in milliseconds since 1970, for tests. Default: it goes with that of its host. */
  wallClock?: number | undefined
  /** Total bytes for the receive buffers of this end's connections. */
  bufferPool: number
  /** Whether console output is kept. */
  debug: boolean
  /** The component's core modules by the names that the glue uses, and the engine's crypto module. */
  modules: ReadonlyMap<string, CompiledModule>
  args: readonly string[]
  env: readonly (readonly [string, string])[]
  /** The image's read-only files by relative path. */
  files: ReadonlyMap<string, Bytes>
  /** The image's manifest as JSON. Default: an empty one. */
  manifest?: string
  /** Bytes of memory for TLS. Default: none, and no TLS. */
  tlsMemory?: number
  /** The application's source in UTF-8, if the component is the JavaScript engine. */
  source: Bytes | undefined
}
