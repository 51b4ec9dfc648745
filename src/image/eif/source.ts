/**
 * Random access to an image in memory, in a `File` of a page, or in an open file of Node. A large image is read piece
 * by piece; nothing here holds more than one piece in memory.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { typeName } from '../../base/type-name.ts'

/** Random access to `size` bytes. The bytes are hostile until checked. */
export interface ImageSource {
  readonly size: number
  /**
   * Reads `length` bytes from `offset` on; the caller has checked that they exist. `scratch`, if given, returns a
   * buffer of at least `length` bytes that may be used for the result, which saves an allocation per piece.
   */
  read(offset: number, length: number, scratch?: () => Bytes): Promise<Bytes>
}

/** The part of Node's `FileHandle` that is used, declared here so that this file does not depend on Node. */
export interface ReadableHandle {
  stat(): Promise<{ size: number }>
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
}

/** Anything that an image can be read from. */
export type ImageInput = Uint8Array | Blob | ReadableHandle | ImageSource

/**
 * Opens `input` as a source: bytes, a `Blob` or `File`, an open Node file, or a source.
 *
 * @throws {EnclaveError} E_IMAGE_INPUT for anything else, such as a path.
 * @example
 * const source = await openSource(new Uint8Array([1, 2, 3]))
 * await source.read(1, 2) // Uint8Array [2, 3]
 */
export async function openSource(input: ImageInput): Promise<ImageSource> {
  if (input instanceof Uint8Array) return bytesSource(input)
  if (typeof Blob !== 'undefined' && input instanceof Blob) return blobSource(input)
  if (typeof (input as Partial<ReadableHandle> | null)?.read !== 'function') throw noImage(input)
  if ('stat' in input) return handleSource(input, (await input.stat()).size)
  return input as ImageSource
}

function noImage(given: unknown): EnclaveError {
  return new EnclaveError('E_IMAGE_INPUT', {
    what: 'what was given as an image cannot be read',
    expected: 'its bytes as a Uint8Array, a Blob, an open file of Node, or an ImageSource',
    got: typeName(given),
    hint: 'of a file pass what readFile gives, and of an image that was built its eif',
  })
}

/** A source that consists of `length` bytes of `source` from `offset` on. */
export function sliceSource(source: ImageSource, offset: number, length: number): ImageSource {
  return { size: length, read: (at, count, scratch) => source.read(offset + at, count, scratch) }
}

function bytesSource(bytes: Uint8Array): ImageSource {
  // Copies shared memory: WebCrypto does not accept it, and another thread could change it.
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

/** Checks the length, because a file may shrink while it is read. */
function whole(bytes: Bytes, offset: number, length: number): Bytes {
  if (bytes.byteLength === length) return bytes
  throw new EnclaveError('E_IMAGE_TRUNCATED', {
    what: `the image file shrank while it was read, at byte ${offset}`,
    expected: `${length} bytes`,
    got: `${bytes.byteLength}`,
  })
}
