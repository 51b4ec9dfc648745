/** The hash functions that measuring needs: a streaming SHA-384, and CRC-32. */
import type { Bytes } from '../../base/bytes.ts'

/** A streaming SHA-384. */
export interface StreamingSha384 {
  /** Adds bytes. Their buffer may be reused once this has returned or its promise has settled. */
  update(bytes: Uint8Array): void | Promise<void>
  /** The digest of all bytes so far. More bytes may follow, unless it runs in a thread. */
  digest(): Promise<Bytes>
  /** Releases its resources if the digest is no longer needed. */
  end?(): Promise<void>
}

/** The hash functions for one pass over a file. */
export interface HashTools {
  sha384(): StreamingSha384
  /** The same in another thread, if the runtime supports it; worthwhile only for large files. */
  threadSha384?(): StreamingSha384
  /** CRC-32 of `bytes`, continuing from `seed`. */
  crc32(bytes: Uint8Array, seed: number): number
}
