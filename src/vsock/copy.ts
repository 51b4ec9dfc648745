/**
 * Copies bytes from and to shared memory. Engines copy shared memory in words, but byte by byte, ten times slower, if
 * source and target have different alignment. Other memory is copied at full speed in any case.
 */

const WORD = 8
const PART = 65536
/** Below this length the extra copy costs more than it saves. */
const FEW = 256

let scratch: Uint8Array | undefined

const isShared = ({ buffer }: Uint8Array) => buffer instanceof SharedArrayBuffer

/** Copies `source` to `target` at offset `at`; each byte is read exactly once. `target` must have room for it. */
export function copyBytes(source: Uint8Array, target: Uint8Array, at: number): void {
  const liesAlike = (source.byteOffset - target.byteOffset - at) % WORD === 0
  if (liesAlike || source.byteLength < FEW || isShared(source) === isShared(target)) {
    return target.set(source, at)
  }
  scratch ??= new Uint8Array(PART + WORD)
  for (let done = 0; done < source.byteLength; done += PART) {
    const part = source.subarray(done, done + PART)
    // The intermediate buffer has the alignment of the shared side.
    const shared = isShared(source) ? part.byteOffset : target.byteOffset + at + done
    const between = scratch.subarray(shared % WORD, (shared % WORD) + part.byteLength)
    between.set(part)
    target.set(between, at + done)
  }
}
