/** A SHA-384 of JavaScript alone: slow, yet it streams everywhere. Its tables take a while to make; loaded when needed. */
import { sha384 } from '@noble/hashes/sha2.js'
import type { Bytes } from '../../base/bytes.ts'
import type { StreamingSha384 } from './hash-tools.ts'

/** A new one. */
export function nobleSha384(): StreamingSha384 {
  const hash = sha384.create()
  return {
    update: (bytes) => {
      hash.update(bytes)
    },
    digest: async () => hash.clone().digest() as Bytes,
  }
}
