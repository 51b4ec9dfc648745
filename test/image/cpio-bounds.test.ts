/** The limits of an archive: names, counts, padding and headers, each at the limit and one beyond. */
import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/base/bytes.ts'
import { readArchive, writeArchive } from '../../src/image/eif/cpio.ts'
import { openSource } from '../../src/image/index.ts'
import { codeOf, errorOf, text } from './support.ts'

const read = async (bytes: Uint8Array) => readArchive(await openSource(bytes), 'disk')
const write = (...names: string[]) => writeArchive(new Map(names.map((name) => [name, text('')] as const)))

it('has the bytes of the format, including padding', () => {
  const header = (...fields: string[]) => `070701${fields.map((field) => field.padStart(8, '0')).join('')}`
  const file = header('1', '8124', '0', '0', '1', '0', '5', '0', '0', '0', '0', '3', '0')
  const end = header('0', '0', '0', '0', '1', '0', '0', '0', '0', '0', '0', 'B', '0')
  const archive = writeArchive(new Map([['ab', text('hello')]]))
  expect(new TextDecoder().decode(archive)).toBe(`${file}ab\0\0\0\0hello\0\0\0${end}TRAILER!!!\0\0\0\0`)
})

describe('names', () => {
  it.each([
    ['of 1023 bytes', 'x'.repeat(1023)],
    ['of one', 'x'],
    ['with a space', ' '],
    ['with a tilde', '~'],
    ['with a byte beyond ASCII', '\u0080'],
    ['with dots', '...'],
    ['with a dot before', '.a/..b'],
  ])('may be %s', async (_, name) => {
    expect(await read(write(name))).toMatchObject([{ name, size: 0 }])
  })

  it.each([
    ['of 1024 bytes', 'x'.repeat(1024)],
    ['of 1024 bytes in fewer characters', `ü${'x'.repeat(1022)}`],
    ['of nothing', ''],
    ['of the end', 'TRAILER!!!'],
    ['with a NUL', 'a\0'],
    ['with a last control character', '\u001f'],
    ['with DEL', '\u007f'],
    ['with a back slash', '\\'],
    ['with a part of one dot', 'a/.'],
    ['with a part of two dots', 'a/..'],
  ])('may not be %s', async (_, name) => {
    expect(await codeOf(() => write(name))).toBe('E_ARCHIVE_NAME')
  })

  it('are sorted by their bytes', async () => {
    const sorted = ['A', 'a', 'a.b', 'a/b', 'aa', 'b', 'é', '\uffff', '😀']
    expect((await read(write(...sorted.toReversed()))).map(({ name }) => name)).toEqual(sorted)
  })
})

it('may be 16,384, but not more', async () => {
  const names = Array.from({ length: 16_385 }, (_, at) => `${at}`.padStart(5, '0'))
  const most = write(...names.slice(0, -1))
  expect(await read(most)).toHaveLength(16_384)
  expect(await errorOf(() => write(...names))).toMatchObject({
    code: 'E_ARCHIVE',
    expected: '16384 or fewer',
  })
  const end = most.byteLength - 124
  const header = most.slice(end - 116, end)
  // One more file, with its inode number, before the end.
  header.set(text('00004001'), 6)
  header.set(text('16384'), 110)
  const more = concatBytes(most.subarray(0, end), header, most.subarray(end))
  expect(await errorOf(() => read(more))).toMatchObject({
    code: 'E_ARCHIVE',
    message: expect.stringContaining('too many files'),
  })
})

describe('reading', () => {
  const GOOD = writeArchive(new Map([['ab', text('hello')]]))
  const changed = (at: number, bytes: string) => {
    const copy = GOOD.slice()
    copy.set(text(bytes), at)
    return copy
  }
  const words = async (bytes: Uint8Array) => {
    const error = await errorOf(() => read(bytes))
    expect(error.code).toBe('E_ARCHIVE')
    return error.message
  }

  it('returns the position of each file', async () => {
    const [entry] = await read(GOOD)
    expect(entry).toEqual({ name: 'ab', offset: 116, size: 5 })
    expect(toHex(GOOD.subarray(116, 121))).toBe('68656c6c6f')
  })

  it('rejects any other byte in a header, a name or padding', async () => {
    for (let at = 0; at < GOOD.byteLength; at++) {
      // Skip the bytes that may differ: the file's content and its name.
      if ((at >= 116 && at < 121) || (at >= 110 && at < 112)) continue
      await words(changed(at, GOOD[at] === 0x31 ? '2' : '1'))
    }
    expect(await read(changed(110, 'zz'))).toMatchObject([{ name: 'zz' }])
  })

  it.each<[string, Uint8Array, string]>([
    ['109 bytes', GOOD.subarray(0, 109), "ends inside a file's header at byte 0; expected 110; got 109"],
    ['a header alone', GOOD.subarray(0, 110), 'the file name at byte 0 is too long or empty'],
    ['a header and half a name', GOOD.subarray(0, 112), 'the file name at byte 0 is too long or empty'],
    ['no padding of the name', GOOD.subarray(0, 113), 'extends beyond the end'],
    ['a cut file', GOOD.subarray(0, 120), 'extends beyond the end'],
    ['a cut padding', GOOD.subarray(0, 123), 'extends beyond the end'],
    ['no end', GOOD.subarray(0, 124), "ends inside a file's header at byte 124; expected 110; got 0"],
    ['a cut end', GOOD.subarray(0, GOOD.byteLength - 1), 'extends beyond the end'],
    ['a name of one byte', changed(94, '00000001'), 'too long or empty'],
    ['a name of 1025 bytes', concatBytes(changed(94, '00000401'), new Uint8Array(2000)), '2 to 1024 bytes'],
    [
      'a name of 1024 bytes, half of it missing',
      concatBytes(changed(94, '00000400'), new Uint8Array(2000)),
      'its only NUL',
    ],
    ['a size with a first digit', changed(54, '10000005'), 'extends beyond the end'],
    ['a name size with a first digit', changed(94, '10000003'), 'too long or empty'],
    ['padding of a name', changed(113, 'x'), "is not a plain file's"],
    ['padding of a file', changed(123, 'x'), 'its padding is not zero'],
    ['four bytes behind', concatBytes(GOOD, new Uint8Array(4)), 'trailing bytes after its end'],
  ])('rejects %s', async (_, bytes, expected) => expect(await words(bytes)).toContain(expected))
})
