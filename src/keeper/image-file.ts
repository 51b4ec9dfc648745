/**
 * An image file, read synchronously: everything else waits for it anyway, and asynchronous reads take
 * longer.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { EnclaveError } from '../base/error.ts'
import type { ReadableHandle } from '../image/eif/source.ts'

/** An open file. */
export class ImageFile implements ReadableHandle, AsyncDisposable {
  /** The path, as given. */
  readonly path: string
  readonly size: number
  readonly #descriptor: number

  private constructor(path: string, descriptor: number, size: number) {
    this.path = path
    this.#descriptor = descriptor
    this.size = size
  }

  /** @throws {EnclaveError} E_FILE if it is not a regular file, or cannot be read. */
  static open(path: string): ImageFile {
    let descriptor: number | undefined
    try {
      descriptor = openSync(path, 'r')
      const file = fstatSync(descriptor)
      if (file.isFile()) return new ImageFile(path, descriptor, file.size)
      throw new Error(`${path} is not a regular file`)
    } catch (cause) {
      if (descriptor !== undefined) closeSync(descriptor)
      throw new EnclaveError('E_FILE', {
        what: 'the image cannot be opened',
        got: (cause as Error).message,
        cause,
      })
    }
  }

  async stat(): Promise<{ size: number }> {
    return { size: this.size }
  }

  async read(
    into: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number }> {
    return { bytesRead: readSync(this.#descriptor, into, offset, length, position) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    closeSync(this.#descriptor)
  }
}
