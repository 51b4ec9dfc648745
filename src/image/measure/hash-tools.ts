/** What measuring needs of whoever hashes: a SHA-384 over a stream, and a CRC-32. */
import type { Bytes } from '../../base/bytes.ts'

/** A running SHA-384. */
export interface StreamingSha384 {
  /** The bytes may be used again once this has returned, or its promise has settled. */
  update(bytes: Uint8Array): void | Promise<void>
  /** The digest of all bytes so far; more may follow, unless it runs in a thread. */
  digest(): Promise<Bytes>
  /** Gives back what it holds, where nobody will ask for the digest any more. */
  end?(): Promise<void>
}

/** The tools of one pass over a file. */
export interface HashTools {
  sha384(): StreamingSha384
  /** The same beside the caller's own thread, where the runtime can: worth it for many megabytes only. */
  threadSha384?(): StreamingSha384
  /** CRC-32 of `bytes` going on from `seed`. */
  crc32(bytes: Uint8Array, seed: number): number
}
