/**
 * Random access to an image wherever it lies: in memory, in a dropped `File`, in an open file of Node. An image
 * of 1 GiB is then read piece by piece; nothing here ever holds more than one piece.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'

/** Bytes at known places, `size` of them. What it gives is hostile until checked. */
export interface ImageSource {
  readonly size: number
  /**
   * The `length` bytes from `offset` on; the caller has checked that they exist.
   * What `scratch` gives, where it is asked, is at least `length` long and holds the answer: it saves an allocation a piece.
   */
  read(offset: number, length: number, scratch?: () => Bytes): Promise<Bytes>
}

/** The part of a Node `FileHandle` that is used, so that this file needs no Node. */
export interface ReadableHandle {
  stat(): Promise<{ size: number }>
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
}

/** Anything an image can be read from. */
export type ImageInput = Uint8Array | Blob | ReadableHandle | ImageSource

/**
 * A source over `input`: bytes, a `Blob` or `File`, an open Node file, or a source already.
 *
 * @example
 * const source = await openSource(new Uint8Array([1, 2, 3]))
 * await source.read(1, 2) // Uint8Array [2, 3]
 */
export async function openSource(input: ImageInput): Promise<ImageSource> {
  if (input instanceof Uint8Array) return bytesSource(input)
  if (typeof Blob !== 'undefined' && input instanceof Blob) return blobSource(input)
  if ('stat' in input) return handleSource(input, (await input.stat()).size)
  return input as ImageSource
}

/** `length` bytes of `source` from `offset` on, as a source of their own. */
export function sliceSource(source: ImageSource, offset: number, length: number): ImageSource {
  return { size: length, read: (at, count, scratch) => source.read(offset + at, count, scratch) }
}

function bytesSource(bytes: Uint8Array): ImageSource {
  // WebCrypto takes no shared memory, and another thread could change it under us: copy it out once.
  const own = (bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice()) as Bytes
  return {
    size: own.byteLength,
    read: async (offset, length) => own.subarray(offset, offset + length),
  }
}

function blobSource(blob: Blob): ImageSource {
  return {
    size: blob.size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer())
      return whole(bytes, offset, length)
    },
  }
}

function handleSource(handle: ReadableHandle, size: number): ImageSource {
  return {
    size,
    read: async (offset, length, scratch) => {
      const target = scratch ? scratch().subarray(0, length) : new Uint8Array(length)
      let filled = 0
      while (filled < length) {
        const { bytesRead } = await handle.read(target, filled, length - filled, offset + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return whole(target.subarray(0, filled), offset, length)
    },
  }
}

/** A file may shrink while it is read. */
function whole(bytes: Bytes, offset: number, length: number): Bytes {
  if (bytes.byteLength === length) return bytes
  throw new EnclaveError('E_IMAGE_TRUNCATED', {
    what: `the image became shorter while it was read, at byte ${offset}`,
    expected: `${length} bytes`,
    got: `${bytes.byteLength}`,
  })
}
