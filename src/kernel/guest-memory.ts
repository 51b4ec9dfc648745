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

/** The pointer to `length` bytes that the guest's `realloc` gives; whether they are there, `guestBytes` checks. */
export function allocate({ realloc }: LowerContext, length: number, alignment: number): number {
  if (length === 0) return alignment
  const pointer = realloc(0, 0, alignment, length) >>> 0
  if (pointer % alignment !== 0) throw new WebAssembly.RuntimeError('realloc gave an unaligned pointer')
  return pointer
}

/** Copies `bytes` into memory that the guest's `realloc` gives, and returns its pointer. */
export function giveBytes(context: LowerContext, bytes: Uint8Array, alignment: number): number {
  const pointer = allocate(context, bytes.byteLength, alignment)
  guestBytes(context.memory, pointer, bytes.byteLength).set(bytes)
  return pointer
}
