/**
 * SHA-384 in JavaScript: slow, but it can stream in every runtime. Loaded on demand, because making its tables takes
 * time.
 */
import { sha384 } from '@noble/hashes/sha2.js'
import type { Bytes } from '../../base/bytes.ts'
import type { StreamingSha384 } from './hash-tools.ts'

/** Starts a SHA-384. */
export function nobleSha384(): StreamingSha384 {
  const hash = sha384.create()
  return {
    update: (bytes) => {
      hash.update(bytes)
    },
    digest: async () => hash.clone().digest() as Bytes,
  }
}
