/** The archive format of ramdisks: "newc" as the Linux kernel documents it, and nothing else. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.ts'
import { readArchive, writeArchive } from '../../../src/image/eif/cpio.ts'
import { openSource } from '../../../src/image/index.ts'
import { turnsDuring } from '../../support/turns.ts'
import { codeOf, errorOf, text } from '../support.ts'

const read = async (bytes: Uint8Array) => readArchive(await openSource(bytes), 'ramdisk 1')

/** One entry, written from the kernel's description of the format, with every field as eight hexadecimal digits. */
function entry(name: string, data: string, fields: Partial<Record<string, number>> = {}): string {
  const all: Record<string, number> = {
    ino: 1,
    mode: 0o100444,
    uid: 0,
    gid: 0,
    nlink: 1,
    mtime: 0,
    filesize: data.length,
    maj: 0,
    min: 0,
    rmaj: 0,
    rmin: 0,
    namesize: name.length + 1,
    check: 0,
    ...fields,
  }
  const header = `070701${Object.values(all)
    .map((value) => value.toString(16).toUpperCase().padStart(8, '0'))
    .join('')}`
  const pad = (part: string) => part.padEnd(Math.ceil(part.length / 4) * 4, '\0')
  return pad(`${header}${name}\0`) + pad(data)
}

const END = entry('TRAILER!!!', '', { ino: 0, mode: 0 })

describe('writing', () => {
  it('writes what the format describes', () => {
    const archive = writeArchive(
      new Map([
        ['b/c', text('hello')],
        ['a', text('')],
      ]),
    )
    expect(new TextDecoder().decode(archive)).toBe(entry('a', '') + entry('b/c', 'hello', { ino: 2 }) + END)
  })

  it('sorts names by bytes, whatever the input order and the locale', () => {
    const names = ['z', 'a', 'Z', 'ä', 'a/b', 'a.b', '😀', '￿']
    const files = (list: string[]) => new Map(list.map((name) => [name, text(name)] as const))
    expect(writeArchive(files(names))).toEqual(writeArchive(files(names.toReversed())))
  })
})

describe('reading', () => {
  it('reads back any files', async () => {
    const name = fc.stringMatching(/^[a-zA-Zé][a-z0-9._-]{0,20}(\/[a-z][a-z0-9]{0,9}){0,3}$/)
    const files = fc.dictionary(name, fc.uint8Array({ maxLength: 40 }), { maxKeys: 8 })
    await fc.assert(
      fc.asyncProperty(files, async (record) => {
        const archive = writeArchive(new Map(Object.entries(record)))
        const entries = await read(archive)
        const found = entries.map(({ name, offset, size }) => [name, archive.slice(offset, offset + size)])
        expect(Object.fromEntries(found)).toEqual({ ...record })
      }),
    )
  })

  it.each([
    ['no bytes', '', /ends inside/],
    ['no trailer', entry('a', 'x'), /ends inside/],
    ['another magic', `070702${END.slice(6)}`, /070701/],
    ['lower-case digits', entry('a', 'x'.repeat(10)).replace('0000000A', '0000000a') + END, /upper-case/],
    ['bytes after the trailer', `${END}\0\0\0\0`, /trailing bytes/],
    ['a size of 4 GiB', entry('a', 'x', { filesize: 0xffff_ffff }) + END, /extends beyond/],
    ['a name of 4 GiB', entry('a', 'x', { namesize: 0xffff_ffff }) + END, /file name/],
    ['an empty name', entry('', 'x') + END, /file name/],
    ['a name without a NUL', entry('ab', 'x').replace('ab\0', 'abc') + END, /NUL/],
    ['a NUL in a name', entry('a\0b', 'x') + END, /NUL/],
    ['a duplicate name', entry('a', 'x') + entry('a', 'y', { ino: 2 }) + END, /repeated/],
    ['names out of order', entry('b', 'x') + entry('a', 'y', { ino: 2 }) + END, /out of order/],
    ['a folder', entry('a', '', { mode: 0o040755 }) + END, /plain file/],
    ['a symbolic link', entry('a', '/etc/passwd', { mode: 0o120777 }) + END, /plain file/],
    ['a device', entry('a', '', { mode: 0o020666, rmaj: 1 }) + END, /plain file/],
    ['a set-uid file', entry('a', '', { mode: 0o104444 }) + END, /plain file/],
    ['an owner', entry('a', '', { uid: 1000 }) + END, /plain file/],
    ['a time', entry('a', '', { mtime: 1 }) + END, /plain file/],
    ['a hard link', entry('a', '', { nlink: 2 }) + END, /plain file/],
    ['another inode', entry('a', '', { ino: 7 }) + END, /plain file/],
    ['padding that is not zero', entry('a', 'x').replace(/x\0\0\0$/, 'xyz!') + END, /padding/],
    ['a trailer with data', entry('TRAILER!!!', 'x', { ino: 0, mode: 0 }), /follow|plain/],
  ])('refuses %s', async (_, archive, words) => {
    const error = await errorOf(() => read(text(archive)))
    expect(error.code).toBe('E_ARCHIVE')
    expect(error.message).toMatch(words)
    expect(error.message).toContain('ramdisk 1')
  })

  it('refuses a name that is not UTF-8', async () => {
    const archive = text(entry('ab', 'x') + END)
    archive[110] = 0xff
    expect(await codeOf(() => read(archive))).toBe('E_ARCHIVE')
  })

  it('refuses an archive of too many files', async () => {
    const one = Array.from({ length: 16_386 }, (_, at) =>
      entry(at.toString().padStart(6, '0'), '', { ino: at + 1 }),
    )
    expect(await codeOf(() => read(text(one.join('') + END)))).toBe('E_ARCHIVE')
    const files = new Map(Array.from({ length: 16_385 }, (_, at) => [`${at}`, text('')] as const))
    expect(await codeOf(() => writeArchive(files))).toBe('E_ARCHIVE')
  })

  it('refuses every truncation', async () => {
    const archive = concatBytes(text(entry('a', 'hello')), text(END))
    for (let length = 0; length < archive.length; length++) {
      expect(await codeOf(() => read(archive.subarray(0, length)))).toBe('E_ARCHIVE')
    }
  })
})

it('yields to other tasks while reading an archive of many files', async () => {
  const files = (count: number) =>
    writeArchive(
      new Map(Array.from({ length: count }, (_, at) => [`${at}`.padStart(6, '0'), new Uint8Array()])),
    )
  const turns = async (count: number) => {
    const archive = files(count)
    const { turns, result } = await turnsDuring(() => read(archive))
    expect(result).toHaveLength(count)
    return turns
  }
  expect(await turns(1000)).toBeGreaterThanOrEqual((await turns(10)) + 6)
})

describe('names', () => {
  const bad = [
    '..',
    '../a',
    'a/../b',
    '/a',
    'a/',
    'a//b',
    '.',
    './a',
    'a\\b',
    'a\nb',
    'a\x7f',
    'x'.repeat(1024),
    '\ud800',
  ]
  it.each(bad)('rejects %j in writing and reading', async (name) => {
    expect(await codeOf(() => writeArchive(new Map([[name, text('')]])))).toBe('E_ARCHIVE_NAME')
    if (name.length < 1000 && name.isWellFormed()) {
      expect(await codeOf(() => read(text(entry(name, '') + END)))).toBe('E_ARCHIVE_NAME')
    }
  })
})
