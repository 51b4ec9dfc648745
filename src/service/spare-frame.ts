/**
 * Memory for large frames, used again: a new megabyte for each call keeps the garbage collector busy. What is not in use
 * the collector may take.
 */
import type { Bytes } from '../base/bytes.ts'

/** Frames from this length on are worth it, in bytes. */
const LARGE = 64 * 1024
/** How many times longer than the frame the memory may be. */
const MOST = 4

let spare: WeakRef<ArrayBuffer> | undefined

/** Memory for a frame, with any contents. */
export function memoryFor(length: number): Bytes {
  const buffer = length < LARGE ? undefined : spare?.deref()
  if (!buffer || buffer.byteLength < length || buffer.byteLength > MOST * length)
    return new Uint8Array(length)
  spare = undefined
  return new Uint8Array(buffer, 0, length)
}

/** Nobody has `frame` any more: its memory may be used again. */
export function reuse(frame: Bytes): void {
  if (frame.length >= LARGE) spare = new WeakRef(frame.buffer)
}
