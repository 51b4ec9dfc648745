/**
 * Reads and writes a guest's linear memory by the canonical ABI. Pointers and lengths are hostile: each is checked
 * against the current memory, because `realloc` may grow it or lie.
 */
import type { LowerContext } from './resource.ts'

/** A view of the bytes at `pointer`, valid until the guest runs again. */
export function guestBytes(
  memory: WebAssembly.Memory,
  pointer: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const start = pointer >>> 0
  // A length from the guest has 32 bits; a product of one may be larger and must not wrap.
  const size = length < 0 ? length >>> 0 : length
  if (start + size > memory.buffer.byteLength)
    throw new WebAssembly.RuntimeError('out of bounds memory access')
  return new Uint8Array(memory.buffer as ArrayBuffer, start, size)
}

/** A record in a guest's memory, little-endian; offsets are relative to its start. Valid until the guest runs again. */
export class GuestRecord {
  readonly #view: DataView
  readonly #at: number

  constructor(view: DataView, at: number) {
    this.#view = view
    this.#at = at
  }

  setUint8(offset: number, value: number): void {
    this.#view.setUint8(this.#at + offset, value)
  }

  setUint32(offset: number, value: number): void {
    this.#view.setUint32(this.#at + offset, value, true)
  }

  setInt32(offset: number, value: number): void {
    this.#view.setInt32(this.#at + offset, value, true)
  }

  setBigUint64(offset: number, value: bigint): void {
    this.#view.setBigUint64(this.#at + offset, value, true)
  }

  getInt32(offset: number): number {
    return this.#view.getInt32(this.#at + offset, true)
  }
}

/** The most recent view of a memory, reused so that calls need not create one. */
let whole = new DataView(new ArrayBuffer(0))

/** The record of `length` bytes at `pointer`. */
export function guestRecord(memory: WebAssembly.Memory, pointer: number, length: number): GuestRecord {
  const { buffer } = memory
  if (whole.buffer !== buffer) whole = new DataView(buffer)
  const start = pointer >>> 0
  if (start + length > buffer.byteLength) throw new WebAssembly.RuntimeError('out of bounds memory access')
  return new GuestRecord(whole, start)
}

/** Allocates `length` bytes with the guest's `realloc`; `guestBytes` must check the pointer. */
export function allocate({ realloc }: LowerContext, length: number, alignment: number): number {
  if (length === 0) return alignment
  const pointer = realloc(0, 0, alignment, length) >>> 0
  if (pointer % alignment !== 0) throw new WebAssembly.RuntimeError('realloc returned an unaligned pointer')
  return pointer
}

/** Copies `bytes` into memory allocated by the guest's `realloc`, and returns the pointer. */
export function giveBytes(context: LowerContext, bytes: Uint8Array, alignment: number): number {
  const pointer = allocate(context, bytes.byteLength, alignment)
  guestBytes(context.memory, pointer, bytes.byteLength).set(bytes)
  return pointer
}
