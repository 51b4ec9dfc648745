/**
 * Copying bytes from and to shared memory. Engines copy shared memory in words, and byte by byte, ten times slower,
 * where source and target do not lie alike; any other memory they copy at full speed in any place.
 */

const WORD = 8
const PART = 65536
/** Below this a detour costs more than it saves. */
const FEW = 256

let scratch: Uint8Array | undefined

const isShared = ({ buffer }: Uint8Array) => buffer instanceof SharedArrayBuffer

/** Copies `source` to `target` from `at` on, each byte read once. There must be room for it. */
export function copyBytes(source: Uint8Array, target: Uint8Array, at: number): void {
  const liesAlike = (source.byteOffset - target.byteOffset - at) % WORD === 0
  if (liesAlike || source.byteLength < FEW || isShared(source) === isShared(target)) {
    return target.set(source, at)
  }
  scratch ??= new Uint8Array(PART + WORD)
  for (let done = 0; done < source.byteLength; done += PART) {
    const part = source.subarray(done, done + PART)
    // Here the bytes lie as they do on the shared side.
    const shared = isShared(source) ? part.byteOffset : target.byteOffset + at + done
    const between = scratch.subarray(shared % WORD, (shared % WORD) + part.byteLength)
    between.set(part)
    target.set(between, at + done)
  }
}
