/** What the network's client needs of its enclave. */
import type { Bytes } from '../base/bytes.ts'

/** A connection: `Socket` of `webclave/sdk` is one. */
export interface ByteSocket {
  /** The next bytes, at most `length`; undefined once the peer has closed its half. */
  read(length?: number): Promise<Uint8Array<ArrayBuffer> | undefined>
  write(bytes: Uint8Array): Promise<void>
  /** False once the peer reads no more. */
  readonly writable?: boolean
  /** Closes the writing half. */
  end(): void
  close(): void
}

/** webclave:engine/tls: see guests/engine/engine.wit. */
export interface TlsFunctions {
  begin(seed: Uint8Array, roots: Uint8Array): Uint8Array | undefined
  open(seed: Uint8Array, name: Uint8Array, address: Uint8Array, protocol: Uint8Array): Uint8Array | undefined
  run(
    handle: number,
    seconds: number,
    steps: number,
    received: Uint8Array,
    text: Uint8Array,
  ): Uint8Array | undefined
  close(handle: number): boolean
}

/** The members of an image's manifest that concern the network. */
export interface NetworkManifest {
  /** The image's file with the root certificates. */
  readonly roots?: string
  /** Vsock ports of the parent instance that lead to one host each, `HOST:PORT`, without a proxy's protocol. */
  readonly relays?: Readonly<Record<string, number>>
  /** The vsock port of the proxy at the parent instance. @default 8000 */
  readonly proxyPort?: number
  /** Whether a page that is the parent may make requests with https, which it then reads. */
  readonly pageFetch?: boolean
}

/** An enclave, as the client sees it. */
export interface NetworkHost {
  /** Connects to a port of the parent instance. */
  open(port: number): Promise<ByteSocket>
  readonly tls: TlsFunctions
  random(length: number): Uint8Array
  /** Calls back after so many milliseconds, for which the enclave does not keep running. Returns what prevents it. */
  later(callback: () => void, milliseconds: number): () => void
  manifest(): NetworkManifest
  file(path: string): Bytes | undefined
}
