/**
 * An image in a file, read at once: what follows waits for it anyway, and asking another thread for the bytes takes
 * longer than reading them.
 */
import { type BigIntStats, closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { EnclaveError } from '../base/error.ts'
import type { ReadableHandle } from '../image/source.ts'

/** An open file. */
export class ImageFile implements ReadableHandle, AsyncDisposable {
  readonly size: number
  /** Which file it is, and when it was last changed: another one for another content, unless somebody sees to that. */
  readonly identity: string
  readonly #descriptor: number

  private constructor(descriptor: number, { size, dev, ino, mtimeNs }: BigIntStats) {
    this.#descriptor = descriptor
    this.size = Number(size)
    this.identity = [dev, ino, size, mtimeNs].join('-')
  }

  /** @throws {EnclaveError} E_FILE for what is no file, or cannot be read. */
  static open(path: string): ImageFile {
    let descriptor: number | undefined
    try {
      descriptor = openSync(path, 'r')
      const file = fstatSync(descriptor, { bigint: true })
      if (file.isFile()) return new ImageFile(descriptor, file)
      throw new Error(`${path} is no file`)
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
