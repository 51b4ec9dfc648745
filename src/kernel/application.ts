/**
 * webclave:engine/application: gives the engine its application. The source is copied into the engine's memory as the
 * image's bytes, because a JavaScript string would only be encoded to bytes again.
 */
import type { Bytes } from '../base/bytes.ts'
import { giveBytes, guestRecord } from './guest-memory.ts'
import { withLowering } from './resource.ts'

/**
 * Creates the interface for `source`, in UTF-8, the image's `files` and `manifest`, and the bytes of stack that the engine may
 * use.
 */
export function createApplication(
  source: Bytes,
  files: ReadonlyMap<string, Bytes>,
  manifest: string,
  stackLength: number,
): Record<string, unknown> {
  return {
    source: withLowering(
      () => onlyLowered(),
      (context) => (result: number) => {
        const pointer = giveBytes(context, source, 1)
        const text = guestRecord(context.memory, result, 8)
        text.setUint32(0, pointer)
        text.setUint32(4, source.byteLength)
      },
    ),
    file: (path: string) => files.get(path),
    manifest: () => manifest,
    stackLength: () => stackLength,
  }
}

function onlyLowered(): never {
  throw new Error('the source is available only through the lowered function')
}
