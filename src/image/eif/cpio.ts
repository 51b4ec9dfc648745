/**
 * The archive inside a ramdisk: cpio "newc", the format of a Linux initramfs (kernel documentation,
 * driver-api/early-userspace/buffer-format). There is only one way to write it: regular files, sorted by name, mode
 * 0444, owner 0, time 0, inodes counted from 1, so that the same files give the same bytes on every machine. The reader
 * is as strict: input is hostile, and everything that the writer does not produce is rejected.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { yieldToTasks } from '../../platform/yield.ts'
import type { ImageSource } from './source.ts'

const MAGIC = '070701'
const HEADER_LENGTH = 110
const TRAILER = 'TRAILER!!!'
/** A regular file that everyone may read. */
const MODE = 0o100444
const MAX_NAME = 1024
const MAX_ENTRIES = 16_384
/** Number of files that are read before yielding to other tasks. */
const TURN = 128
const FIELDS = [
  'inode',
  'mode',
  'uid',
  'gid',
  'links',
  'time',
  'size',
  'devMajor',
  'devMinor',
  'rdevMajor',
  'rdevMinor',
  'nameSize',
  'check',
] as const

type Fields = Record<(typeof FIELDS)[number], number>

/** One file of an archive: its name and the position of its bytes. */
export interface ArchiveEntry {
  readonly name: string
  readonly offset: number
  readonly size: number
}

/**
 * Writes an archive of `files`.
 *
 * @throws {EnclaveError} E_ARCHIVE for more than 16,384 files, E_ARCHIVE_NAME for a name that the reader would reject.
 * @example
 * const archive = writeArchive(new Map([['app.js', new TextEncoder().encode('run()')]]))
 */
export function writeArchive(files: ReadonlyMap<string, Uint8Array>): Bytes {
  const names = [...files.keys()].sort(compareNames)
  if (names.length > MAX_ENTRIES)
    throw bad('the archive', 'too many files', `${MAX_ENTRIES} or fewer`, names.length)
  const parts = names.flatMap((name, at) => {
    checkName(name)
    return entry(name, files.get(name)!, { inode: at + 1, mode: MODE, links: 1 })
  })
  return concatBytes(...parts, ...entry(TRAILER, new Uint8Array(), { links: 1 }))
}

/**
 * Lists the files of the archive in `source`, without their contents. `item` is the archive's name in errors.
 *
 * @throws {EnclaveError} E_ARCHIVE, E_ARCHIVE_NAME
 */
export async function readArchive(source: ImageSource, item: string): Promise<ArchiveEntry[]> {
  const entries: ArchiveEntry[] = []
  let offset = 0
  while (entries.length <= MAX_ENTRIES) {
    const { name, fields, dataOffset } = await readEntry(source, offset, item)
    const end = dataOffset + align(fields.size)
    if (dataOffset + fields.size > source.size || (name !== TRAILER && end > source.size)) {
      throw bad(
        item,
        `the file ${JSON.stringify(name)} extends beyond the end`,
        source.size - dataOffset,
        fields.size,
      )
    }
    if (name === TRAILER) {
      await checkEntry(source, offset, dataOffset, item, { name, size: 0, links: 1 })
      if (dataOffset !== source.size) throw bad(item, 'trailing bytes after its end', dataOffset, source.size)
      return entries
    }
    checkName(name)
    const previous = entries.at(-1)
    if (previous && compareNames(previous.name, name) >= 0) {
      throw bad(item, `${JSON.stringify(name)} is repeated or out of order`, 'sorted names', previous.name)
    }
    await checkEntry(source, offset, dataOffset, item, {
      name,
      inode: entries.length + 1,
      mode: MODE,
      links: 1,
      size: fields.size,
    })
    await checkPadding(source, dataOffset + fields.size, end, item)
    entries.push({ name, offset: dataOffset, size: fields.size })
    if (entries.length % TURN === 0) await yieldToTasks()
    offset = end
  }
  throw bad(item, 'too many files', `${MAX_ENTRIES} or fewer`, 'more')
}

async function readEntry(source: ImageSource, offset: number, item: string) {
  if (source.size - offset < HEADER_LENGTH) {
    throw bad(item, `it ends inside a file's header at byte ${offset}`, HEADER_LENGTH, source.size - offset)
  }
  const text = ascii(await source.read(offset, HEADER_LENGTH))
  if (!text.startsWith(MAGIC)) {
    throw bad(
      item,
      `missing file header at byte ${offset}`,
      `the six characters ${MAGIC}`,
      JSON.stringify(text.slice(0, 6)),
    )
  }
  if (!/^[0-9A-F]{104}$/.test(text.slice(6))) {
    throw bad(
      item,
      `the file header at byte ${offset} is not hexadecimal`,
      'upper-case hexadecimal digits',
      'others',
    )
  }
  const fields = Object.fromEntries(
    FIELDS.map((field, at) => [field, Number.parseInt(text.slice(6 + 8 * at, 14 + 8 * at), 16)]),
  ) as Fields
  const left = source.size - offset - HEADER_LENGTH
  if (fields.nameSize < 2 || fields.nameSize > Math.min(MAX_NAME, left)) {
    throw bad(
      item,
      `the file name at byte ${offset} is too long or empty`,
      `2 to ${Math.min(MAX_NAME, left)} bytes`,
      fields.nameSize,
    )
  }
  const nameBytes = await source.read(offset + HEADER_LENGTH, fields.nameSize)
  if (nameBytes.indexOf(0) !== fields.nameSize - 1) {
    throw bad(
      item,
      `the file name at byte ${offset} must end with its only NUL`,
      'NUL as the last byte',
      'another',
    )
  }
  return {
    fields,
    name: decodeName(nameBytes.subarray(0, -1), item),
    dataOffset: offset + align(HEADER_LENGTH + fields.nameSize),
  }
}

/** The header must equal, byte for byte, the one that the writer produces: no other mode, owner, time or padding. */
async function checkEntry(
  source: ImageSource,
  offset: number,
  dataOffset: number,
  item: string,
  { name, ...fields }: Partial<Fields> & { name: string },
): Promise<void> {
  const expected = head(name, fields)
  const actual = dataOffset <= source.size ? await source.read(offset, dataOffset - offset) : new Uint8Array()
  if (expected.length !== actual.length || expected.some((byte, at) => byte !== actual[at])) {
    throw bad(
      item,
      `the header of ${JSON.stringify(name)} is not a plain file's`,
      'mode 0100444, owner 0, time 0, one link, inodes counted from 1',
      'something else',
    )
  }
}

async function checkPadding(source: ImageSource, from: number, to: number, item: string): Promise<void> {
  const padding = await source.read(from, to - from)
  if (padding.some((byte) => byte !== 0)) throw bad(item, 'its padding is not zero', 'zeros', 'data')
}

function entry(name: string, data: Uint8Array, fields: Partial<Fields>): Bytes[] {
  const padding = new Uint8Array(align(data.length) - data.length)
  return [head(name, { ...fields, size: data.length }), data as Bytes, padding]
}

function head(name: string, fields: Partial<Fields>): Bytes {
  const nameBytes = new TextEncoder().encode(`${name}\0`)
  const all: Partial<Fields> = { ...fields, nameSize: nameBytes.length }
  const text = FIELDS.map((field) => (all[field] ?? 0).toString(16).toUpperCase().padStart(8, '0')).join('')
  const bytes = new Uint8Array(align(HEADER_LENGTH + nameBytes.length))
  bytes.set(new TextEncoder().encode(MAGIC + text))
  bytes.set(nameBytes, HEADER_LENGTH)
  return bytes
}

function align(size: number): number {
  return Math.ceil(size / 4) * 4
}

/** Compares by code point, as `LC_ALL=C sort` orders UTF-8. */
function compareNames(left: string, right: string): number {
  const [a, b] = [new TextEncoder().encode(left), new TextEncoder().encode(right)]
  for (let at = 0; at < Math.min(a.length, b.length); at++) if (a[at] !== b[at]) return a[at]! - b[at]!
  return a.length - b.length
}

/**
 * Checks that a name is relative, without empty, "." or ".." parts and without control characters.
 * @param what says in the error whose name it is.
 * @throws {EnclaveError} E_ARCHIVE_NAME
 */
export function checkName(name: string, what: string = 'invalid name of a file in an image'): void {
  const parts = name.split('/')
  const length = new TextEncoder().encode(name).length
  // Compared as numbers because biome forbids control characters in patterns.
  const control = [...name].some((character) => character.charCodeAt(0) < 0x20 || character === '\x7f')
  if (
    name !== TRAILER &&
    length < MAX_NAME &&
    !control &&
    !name.includes('\\') &&
    name.isWellFormed() &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..')
  ) {
    return
  }
  throw new EnclaveError('E_ARCHIVE_NAME', {
    what,
    expected: `a relative path of at most ${MAX_NAME - 1} bytes without "..", empty parts, "\\" or control characters`,
    got: JSON.stringify(name.slice(0, 100)),
  })
}

function decodeName(bytes: Uint8Array, item: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new EnclaveError('E_ARCHIVE', { what: `${item}: a file name is not UTF-8`, cause })
  }
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function bad(item: string, what: string, expected: string | number, got: string | number): EnclaveError {
  return new EnclaveError('E_ARCHIVE', { what: `${item}: ${what}`, expected: `${expected}`, got: `${got}` })
}
