/**
 * The files in memory as esbuild's WebAssembly sees them. It is a Go program, which calls Node's `fs` with callbacks
 * (Go's syscall/fs_js.go) if the global scope has one; esbuild then resolves modules by the same code as its program for
 * a machine. In a page it would have no files.
 */
import { FILES, missing } from './file-tree.ts'

type Callback = (error: Error | null, result?: unknown) => void
type Read = (
  descriptor: number,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number | null,
  callback: Callback,
) => void

const FOLDER_MODE = 0o40555
const FILE_MODE = 0o100444
const STANDARD_INPUT = 0

function stateOf(path: string): object | undefined {
  const found = FILES.find(path)
  if (!found) return undefined
  const isFolder = found.kind === 'folder'
  return {
    dev: 1,
    ino: 1,
    mode: isFolder ? FOLDER_MODE : FILE_MODE,
    nlink: 1,
    uid: 0,
    gid: 0,
    rdev: 0,
    size: isFolder ? 0 : found.bytes.length,
    blksize: 4096,
    blocks: 1,
    atimeMs: 0,
    mtimeMs: 0,
    ctimeMs: 0,
    isDirectory: () => isFolder,
  }
}

/** Node's `fs`, as far as esbuild uses it. Everything is read-only. */
export class GoFiles {
  // Go asks for these numbers once; files are opened only for reading.
  readonly constants = {
    O_WRONLY: 1,
    O_RDWR: 2,
    O_CREAT: 64,
    O_EXCL: 128,
    O_TRUNC: 512,
    O_APPEND: 1024,
    O_DIRECTORY: 65_536,
  }
  readonly #open = new Map<number, { readonly path: string; position: number }>()
  #nextDescriptor = 3
  #readInput: Read | undefined
  /** esbuild replaces it by what sends messages to its caller. */
  writeSync = (_descriptor: number, buffer: Uint8Array): number => buffer.length

  /** esbuild sets it to what receives messages as the standard input, which stays so. */
  set read(input: Read) {
    this.#readInput = input
  }

  get read(): Read {
    return (descriptor, buffer, offset, length, position, callback) => {
      if (descriptor === STANDARD_INPUT) {
        this.#readInput!(descriptor, buffer, offset, length, position, callback)
        return
      }
      const open = this.#open.get(descriptor)
      const found = open && FILES.find(open.path)
      if (found?.kind !== 'file') return callback(missing(open?.path ?? `${descriptor}`, 'read'))
      const from = position ?? open!.position
      const bytes = found.bytes.subarray(from, from + length)
      buffer.set(bytes, offset)
      if (position === null) open!.position += bytes.length
      callback(null, bytes.length)
    }
  }

  write(
    descriptor: number,
    buffer: Uint8Array,
    _offset: number,
    _length: number,
    _position: null,
    callback: Callback,
  ): void {
    callback(null, this.writeSync(descriptor, buffer))
  }

  open(path: string, _flags: number, _mode: number, callback: Callback): void {
    if (!FILES.find(path)) return callback(missing(path, 'open'))
    const descriptor = this.#nextDescriptor++
    this.#open.set(descriptor, { path, position: 0 })
    callback(null, descriptor)
  }

  close(descriptor: number, callback: Callback): void {
    this.#open.delete(descriptor)
    callback(null)
  }

  fstat(descriptor: number, callback: Callback): void {
    this.stat(this.#open.get(descriptor)?.path ?? '', callback)
  }

  stat(path: string, callback: Callback): void {
    const state = stateOf(path)
    if (state) callback(null, state)
    else callback(missing(path, 'stat'))
  }

  /** Nothing here is a link. */
  lstat(path: string, callback: Callback): void {
    this.stat(path, callback)
  }

  readdir(path: string, callback: Callback): void {
    const names = FILES.list(path)
    if (names) callback(null, names)
    else callback(missing(path, 'scandir'))
  }

  fsync(_descriptor: number, callback: Callback): void {
    callback(null)
  }
}
