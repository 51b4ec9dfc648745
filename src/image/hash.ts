/**
 * SHA-384 over a stream. WebCrypto cannot stream and JavaScript is slow at it, so there are three: Node's own
 * (`node-hash.ts`), and elsewhere WebCrypto for what fits in a buffer and @noble/hashes for the rest (`web-hash.ts`).
 */
import type { Bytes } from '../base/bytes.ts'
import { crc32 } from './crc32.ts'

/** Bytes of a SHA-384 digest, and of a PCR. */
export const DIGEST_SIZE = 48

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

/** The fastest tools of the runtime this runs in. */
export async function fastestTools(): Promise<HashTools> {
  if (typeof process !== 'undefined' && process.versions?.node) {
    // Behind a condition and a dynamic import, so that a page never asks for it.
    const { nodeHashTools } = await import('./node-hash.ts')
    return nodeHashTools
  }
  const { webSha384 } = await import('./web-hash.ts')
  return { sha384: () => webSha384(), crc32 }
}
