/**
 * Reading and writing a guest's linear memory by the canonical ABI. Pointers and lengths are the guest's: each
 * is held against the memory as it is now, for `realloc` may grow it or lie.
 */
import type { LowerContext } from './resource.ts'

/** The bytes at `pointer`, as a view that lasts until the guest runs again. */
export function guestBytes(
  memory: WebAssembly.Memory,
  pointer: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const start = pointer >>> 0
  // A guest's own length is one of 32 bits; a product of it may be longer, and must not wrap.
  const size = length < 0 ? length >>> 0 : length
  if (start + size > memory.buffer.byteLength)
    throw new WebAssembly.RuntimeError('out of bounds memory access')
  return new Uint8Array(memory.buffer as ArrayBuffer, start, size)
}

/** A view of `length` bytes at `pointer` for a record that is about to be written. */
export function guestView(memory: WebAssembly.Memory, pointer: number, length: number): DataView {
  const { buffer, byteOffset, byteLength } = guestBytes(memory, pointer, length)
  return new DataView(buffer, byteOffset, byteLength)
}

/** Copies `bytes` into memory that the guest's `realloc` gives, and returns its pointer. */
export function giveBytes({ memory, realloc }: LowerContext, bytes: Uint8Array, alignment: number): number {
  if (bytes.byteLength === 0) return alignment
  const pointer = realloc(0, 0, alignment, bytes.byteLength) >>> 0
  if (pointer % alignment !== 0) throw new WebAssembly.RuntimeError('realloc gave an unaligned pointer')
  guestBytes(memory, pointer, bytes.byteLength).set(bytes)
  return pointer
}
