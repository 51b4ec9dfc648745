/** Node's native SHA-384 and CRC-32, far faster than JavaScript. Loaded by `hash.ts` only in Node. */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Bytes } from '../../base/bytes.ts'
import { threadSha384 } from './hash-thread.ts'
import type { HashTools } from './hash-tools.ts'

/** The SHA-256 of `bytes`. */
export const nodeSha256 = (bytes: Uint8Array): Bytes =>
  new Uint8Array(createHash('sha256').update(bytes).digest())

export const nodeHashTools: HashTools = {
  sha384: () => {
    const hash = createHash('sha384')
    return {
      update: (bytes) => {
        hash.update(bytes)
      },
      digest: async () => new Uint8Array(hash.copy().digest()),
    }
  },
  threadSha384,
  crc32: (bytes, seed) => crc32(bytes, seed),
}
