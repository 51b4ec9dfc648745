/** SHA-384 where there is no Node: WebCrypto's, and JavaScript's for what that cannot do. */
import { sha384 } from '@noble/hashes/sha2.js'
import type { Bytes } from '../base/bytes.ts'
import type { StreamingSha384 } from './hash.ts'

/** WebCrypto hashes ten times as fast as JavaScript, but wants everything at once: up to this much is held. */
const BUFFER_LIMIT = 16 * 1024 * 1024

/** A SHA-384 of JavaScript alone. */
export function nobleSha384(): StreamingSha384 {
  const hash = sha384.create()
  return {
    update: (bytes) => {
      hash.update(bytes)
    },
    digest: async () => hash.clone().digest() as Bytes,
  }
}

/** A SHA-384 that gives small inputs to WebCrypto and grows into `nobleSha384` for large ones. */
export function webSha384(limit: number = BUFFER_LIMIT): StreamingSha384 {
  let held: Uint8Array[] = []
  let size = 0
  let spilled: StreamingSha384 | undefined
  return {
    update: (bytes) => {
      size += bytes.byteLength
      if (!spilled && size > limit) {
        spilled = nobleSha384()
        for (const part of held) spilled.update(part)
        held = []
      }
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
