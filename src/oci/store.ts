/** The files that make up a container image: those of a folder, or the members of a tar archive. */
import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { EnclaveError } from '../base/error.ts'
import { type ImageSource, openSource, sliceSource } from '../image/eif/source.ts'
import { piecesOf, SourceInput } from './input.ts'
import type { OciLimits } from './limits.ts'
import { targetOf } from './paths.ts'
import { badTar, shown } from './refusal.ts'
import { readTar } from './tar.ts'

/** Files by their paths, with `/` between folders. */
export interface Store {
  /** The size of a file; undefined if there is no such file. */
  size(path: string): Promise<number | undefined>
  /** The content of a file that exists. What it opens is closed at its end, or when the caller stops. */
  pieces(path: string): AsyncGenerator<Uint8Array>
  close(): Promise<void>
}

/** Opens the folder or archive at `path`. @throws {EnclaveError} E_OCI_REFERENCE, E_OCI_TAR, E_OCI_LIMIT */
export async function openStore(path: string, isFolder: boolean, limits: OciLimits): Promise<Store> {
  if (isFolder) {
    const folder = await realpath(path).catch(() => undefined)
    if (folder === undefined) throw unreadable(path)
    return new FolderStore(folder)
  }
  const handle = await openFile(path)
  if (!handle) throw unreadable(path)
  try {
    return await archiveStore(await openSource(handle), limits, () => handle.close())
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Opens a regular file; undefined if there is no such file. A pipe is opened without waiting for its other end. */
async function openFile(path: string): Promise<FileHandle | undefined> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined)
  if (!handle || (await handle.stat()).isFile()) return handle
  await handle.close()
  return undefined
}

class FolderStore implements Store {
  /** Its real path. */
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** A link may lead to another file of the folder, never to one of this machine. */
  async #open(path: string): Promise<FileHandle | undefined> {
    const real = await realpath(join(this.#folder, path)).catch(() => undefined)
    if (real === undefined) return undefined
    if (real.startsWith(this.#folder === sep ? sep : this.#folder + sep)) return openFile(real)
    throw new EnclaveError('E_OCI_REFERENCE', {
      what: `a link of the image leads out of its folder: ${shown(path)}`,
      expected: 'a file of the folder',
      got: 'another one of this machine',
      hint: 'copy the file into the folder',
    })
  }

  async size(path: string): Promise<number | undefined> {
    const handle = await this.#open(path)
    if (!handle) return undefined
    try {
      return (await handle.stat()).size
    } finally {
      await handle.close()
    }
  }

  async *pieces(path: string): AsyncGenerator<Uint8Array> {
    const handle = await this.#open(path)
    if (!handle) throw unreadable(path)
    try {
      yield* piecesOf(await openSource(handle))
    } finally {
      await handle.close()
    }
  }

  async close(): Promise<void> {}
}

type Member = { readonly offset: number; readonly size: number } | { readonly link: string }

/** The members of an archive, found once by its headers. */
async function archiveStore(
  source: ImageSource,
  limits: OciLimits,
  close: () => Promise<void>,
): Promise<Store> {
  await assertPlain(source)
  const members = new Map<string, Member>()
  const repeated = new Set<string>()
  for await (const entry of readTar(new SourceInput(source), 'the archive', limits, limits.members)) {
    const { kind, offset, size, target } = entry
    if (kind !== 'file' && kind !== 'link') continue
    const path = entry.path.join('/')
    if (members.has(path)) repeated.add(path)
    // Older releases of Docker write a layer that occurs twice as a link.
    const link = kind === 'link' && targetOf(entry.path.slice(0, -1), target).join('/')
    members.set(path, link === false ? { offset, size } : { link })
  }
  const one = (path: string) => {
    if (!repeated.has(path)) return members.get(path)
    // Of two files with a name, one tool takes the first, and another the last.
    throw badTar('the archive', `it has ${shown(path)} twice`, 'each name once', 'more than one')
  }
  const find = (path: string) => {
    const member = one(path)
    const found = member && 'link' in member ? one(member.link) : member
    return found && 'size' in found ? found : undefined
  }
  return {
    size: async (path) => find(path)?.size,
    pieces: (path) => {
      const { offset, size } = find(path)!
      return piecesOf(sliceSource(source, offset, size))
    },
    close,
  }
}

/** How compressed files begin, and what decompresses them. */
const COMPRESSED: readonly (readonly [form: string, hint: string, ...start: number[]])[] = [
  ['gzip', 'gunzip it', 0x1f, 0x8b],
  ['zstd', 'decompress it with unzstd', 0x28, 0xb5, 0x2f, 0xfd],
  ['xz', 'decompress it with unxz', 0xfd, 0x37, 0x7a, 0x58, 0x5a],
  ['bzip2', 'decompress it with bunzip2', 0x42, 0x5a, 0x68],
]

/** @throws {EnclaveError} E_OCI_REFERENCE for an archive that is empty, or compressed as a whole. */
async function assertPlain(source: ImageSource): Promise<void> {
  const expected = 'a tar archive, whose layers may be compressed'
  if (source.size === 0)
    throw new EnclaveError('E_OCI_REFERENCE', {
      what: 'the file is empty',
      expected,
      got: '0 bytes',
      hint: 'save the image again: a docker save that fails leaves such a file',
    })
  const head = await source.read(0, Math.min(8, source.size))
  const found = COMPRESSED.find(([, , ...start]) => start.every((byte, at) => head[at] === byte))
  if (!found) return
  const [got, hint] = found
  throw new EnclaveError('E_OCI_REFERENCE', {
    what: 'the archive is compressed as a whole',
    expected,
    got,
    hint,
  })
}

const unreadable = (path: string) =>
  new EnclaveError('E_OCI_REFERENCE', { what: `${path} cannot be read`, expected: 'a file that is there' })
