/**
 * Reads a tar archive as a stream: ustar, with the long names and sizes of pax and GNU. Input is hostile. A reader of our
 * own, because those on npm take what this one refuses (sparse files, names that leave the archive, broken ends), and an
 * image may not mean two things to two tools.
 */
import { Turns } from '../platform/yield.ts'
import { collect, type Input } from './input.ts'
import type { OciLimits } from './limits.ts'
import { partsOf } from './paths.ts'
import { badTar, shown, tooMuch } from './refusal.ts'
import { BLOCK, readHeader, type TarHeader, textOf } from './tar-header.ts'

type Kind = 'file' | 'folder' | 'hard link' | 'link' | 'device'

/** One entry; its content is the next `size` bytes of the input. */
export interface TarEntry {
  readonly kind: Kind
  /** The parts of its path; none for the root. */
  readonly path: readonly string[]
  readonly size: number
  /** Where a link points to, as the archive says it. */
  readonly target: string
  /** Where its content begins. */
  readonly offset: number
}

const KINDS: Readonly<Record<string, Kind>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hard link',
  '2': 'link',
  '3': 'device',
  '4': 'device',
  '5': 'folder',
  '6': 'device',
}
/** Bytes of a pax header or a long name. */
const MAX_EXTENSION = 1024 * 1024

/** What the headers before an entry say about it. */
interface Extension {
  path?: string
  linkpath?: string
  size?: number
}

/**
 * The entries of the archive in `input`. What the caller does not read of an entry is skipped.
 *
 * @param item the archive's name in errors.
 * @param most how many headers it may have: also those that only describe others take time.
 * @throws {EnclaveError} E_OCI_TAR, E_OCI_LIMIT.
 */
export async function* readTar(
  input: Input,
  item: string,
  limits: OciLimits,
  most: number,
): AsyncGenerator<TarEntry> {
  const turns = new Turns()
  let extension: Extension = {}
  for (let headers = 0; ; headers++) {
    await turns.next()
    const at = input.position
    const block = await collect(input, BLOCK)
    if (block.length < BLOCK) throw truncated(item, block.length)
    if (block.every((byte) => byte === 0)) return assertEnd(input, item)
    if (headers >= most) throw tooMuch(`${item} has too many members`, most)
    const header = readHeader(block, item, at)
    const { type } = header
    if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
      const bytes = await extensionIn(input, header, item)
      // A global header of git's names a commit, and concerns no file.
      const found = type === 'L' || type === 'K' ? longName(type, bytes, item) : readPax(bytes, item)
      if (type !== 'g') extension = { ...extension, ...found }
      else if (Object.keys(found).length > 0)
        throw badTar(item, 'a global header names files', 'a header for each file', 'one for all')
      continue
    }
    const entry = entryOf(header, extension, input.position, item, limits)
    extension = {}
    yield entry
    const end = entry.offset + Math.ceil(entry.size / BLOCK) * BLOCK
    const left = end - input.position
    const skipped = await input.skip(left)
    if (skipped < left) throw truncated(item, skipped)
  }
}

function entryOf(header: TarHeader, extension: Extension, offset: number, item: string, limits: OciLimits) {
  const name = extension.path ?? header.name
  // Before there was a type for folders, they were files with such a name.
  const kind = KINDS[header.type === '\0' && name.endsWith('/') ? '5' : header.type]
  if (header.type === 'S') throw sparse(item)
  if (!kind)
    throw badTar(item, `${shown(name)} has an unknown type`, 'files, folders and links', shown(header.type))
  const path = partsOf(name, item, limits)
  const size = extension.size ?? header.size
  if (kind === 'file') return { kind, path, size, target: '', offset }
  if (size !== 0) throw badTar(item, `${shown(name)} is a ${kind} with content`, '0 bytes', `${size}`)
  return { kind, path, size: 0, target: extension.linkpath ?? header.link, offset }
}

async function extensionIn(input: Input, { size }: TarHeader, item: string): Promise<Uint8Array> {
  if (size > MAX_EXTENSION) throw tooMuch(`${item}: a header is too long`, `${MAX_EXTENSION} bytes`, size)
  const padded = Math.ceil(size / BLOCK) * BLOCK
  const bytes = await collect(input, padded)
  if (bytes.length < padded) throw truncated(item, bytes.length)
  return bytes.subarray(0, size)
}

const longName = (type: 'L' | 'K', bytes: Uint8Array, item: string): Extension =>
  type === 'L' ? { path: textOf(bytes, item) } : { linkpath: textOf(bytes, item) }

/** Records `LENGTH KEY=VALUE\n`. */
function readPax(bytes: Uint8Array, item: string): Extension {
  const found: Extension = {}
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const digits = space < 0 || space - at > 8 ? '' : String.fromCharCode(...bytes.subarray(at, space))
    const end = /^[1-9]\d*$/.test(digits) ? at + Number(digits) : Number.NaN
    const equals = bytes.indexOf(0x3d, at)
    if (!(end <= bytes.length && equals > space && equals < end && bytes[end - 1] === 0x0a))
      throw badTar(item, 'a pax header is malformed', 'records of a length, a key and a value', 'others')
    const key = textOf(bytes.subarray(space + 1, equals), item)
    const value = bytes.subarray(equals + 1, end - 1)
    if (key.startsWith('GNU.sparse.')) throw sparse(item)
    if (key === 'path' || key === 'linkpath') {
      if (value.includes(0)) throw badTar(item, 'a name has a NUL', 'none', 'one')
      // For some readers it means the name in the header, for others none.
      if (value.length === 0) throw badTar(item, 'a pax header has an empty name', 'a name', 'none')
      found[key] = textOf(value, item)
    }
    if (key === 'size') found.size = sizeOf(textOf(value, item), item)
    at = end
  }
  return found
}

function sizeOf(text: string, item: string): number {
  const size = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(size)) return size
  throw badTar(item, 'a pax header has an invalid size', 'a number', shown(text))
}

/** After the first block of zeros, only zeros. */
async function assertEnd(input: Input, item: string): Promise<void> {
  for (;;) {
    const bytes = await input.some(BLOCK * BLOCK)
    if (bytes.length === 0) return
    if (bytes.some((byte) => byte !== 0))
      throw badTar(item, 'there is data after the end of the archive', 'zeros', 'data')
  }
}

const truncated = (item: string, got: number) =>
  badTar(item, 'the archive is truncated', `${BLOCK} bytes or more`, `${got}`)

const sparse = (item: string) =>
  badTar(item, 'it contains a sparse file', 'files with all their bytes', 'one with holes')
