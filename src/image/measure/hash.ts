/**
 * SHA-384 over a stream. WebCrypto cannot stream and JavaScript is slow at it, so there are three: Node's own
 * (`node-hash.ts`, loaded by `fastestTools` where there is a Node), WebCrypto for what fits in a buffer, and
 * @noble/hashes (`noble-hash.ts`, loaded with the first byte beyond that) for the rest.
 */
import type { Bytes } from '../../base/bytes.ts'
import { isNode } from '../../platform/environment.ts'
import { crc32 } from '../eif/crc32.ts'
import type { HashTools, StreamingSha384 } from './hash-tools.ts'

/** WebCrypto hashes ten times as fast as JavaScript, but wants everything at once: up to this much is held. */
const BUFFER_LIMIT = 16 * 1024 * 1024

/** A SHA-384 that gives small inputs to WebCrypto and grows into `nobleSha384` for large ones. */
export function webSha384(limit: number = BUFFER_LIMIT): StreamingSha384 {
  let held: Uint8Array[] = []
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
      // A copy: the caller may use the buffer of this piece again for the next.
      if (spilled) spilled.update(bytes)
      else held.push(bytes.slice())
    },
    digest: async () => {
      if (spilled) return spilled.digest()
      const whole = await new Blob(held as Bytes[]).arrayBuffer()
      return new Uint8Array(await crypto.subtle.digest('SHA-384', whole))
    },
  }
}

/** The fastest tools of the runtime this runs in. */
export async function fastestTools(): Promise<HashTools> {
  if (isNode) {
    // Behind a condition and a dynamic import, so that a page never asks for it.
    const { nodeHashTools } = await import('./node-hash.ts')
    return nodeHashTools
  }
  return { sha384: () => webSha384(), crc32 }
}

/** SHA-256: a name for what is kept, in half the time. Nothing is measured with it. */
export async function sha256(bytes: Bytes): Promise<Bytes> {
  if (!isNode) return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const { nodeSha256 } = await import('./node-hash.ts')
  return nodeSha256(bytes)
}

/** The digest of bytes that are all there. */
export async function sha384(bytes: Uint8Array): Promise<Bytes> {
  const hash = (await fastestTools()).sha384()
  await hash.update(bytes)
  return hash.digest()
}
