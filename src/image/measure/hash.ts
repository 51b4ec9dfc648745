/**
 * Streaming SHA-384. WebCrypto cannot stream and JavaScript is slow, so there are three implementations: Node's own
 * (`node-hash.ts`, loaded by `fastestTools` in Node), WebCrypto for input that fits in a buffer, and @noble/hashes
 * (`noble-hash.ts`, loaded when the input exceeds the buffer).
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { isNode } from '../../platform/environment.ts'
import { crc32 } from '../eif/crc32.ts'
import type { HashTools, StreamingSha384 } from './hash-tools.ts'

/**
 * Maximum number of bytes that are buffered for WebCrypto, which is ten times as fast as JavaScript but needs all input
 * at once.
 */
const BUFFER_LIMIT = 16 * 1024 * 1024

/** A SHA-384 that uses WebCrypto for small inputs and switches to `nobleSha384` for large ones. */
export function webSha384(limit: number = BUFFER_LIMIT): StreamingSha384 {
  let held: Bytes[] = []
  let size = 0
  let spilled: StreamingSha384 | undefined
  const spill = async () => {
    const { nobleSha384 } = await import('./noble-hash.ts')
    const hash = nobleSha384()
    for (const part of held) hash.update(part)
    held = []
    return hash
  }
  return {
    update: async (bytes) => {
      size += bytes.byteLength
      if (size > limit) spilled ??= await spill()
      // Copied, because the caller may reuse the buffer.
      if (spilled) spilled.update(bytes)
      else held.push(new Uint8Array(bytes))
    },
    digest: async () => {
      if (spilled) return spilled.digest()
      // Not as a Blob, whose bytes go through another process.
      if (held.length > 1) held = [concatBytes(...held)]
      return new Uint8Array(await crypto.subtle.digest('SHA-384', held[0] ?? new Uint8Array()))
    },
  }
}

/** The fastest hash functions of this runtime. */
export async function fastestTools(): Promise<HashTools> {
  if (isNode) {
    // A dynamic import behind a condition, so that a page never loads it.
    const { nodeHashTools } = await import('./node-hash.ts')
    return nodeHashTools
  }
  return { sha384: () => webSha384(), crc32 }
}

/** SHA-256, used as a key for cached files because it takes half the time of SHA-384. Nothing is measured with it. */
export async function sha256(bytes: Bytes): Promise<Bytes> {
  if (!isNode) return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const { nodeSha256 } = await import('./node-hash.ts')
  return nodeSha256(bytes)
}

/** The SHA-384 of `bytes`. */
export async function sha384(bytes: Uint8Array): Promise<Bytes> {
  const hash = (await fastestTools()).sha384()
  await hash.update(bytes)
  return hash.digest()
}
