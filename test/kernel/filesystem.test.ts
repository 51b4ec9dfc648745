/** The image's files as a guest sees them: one read-only tree, and nothing outside it. */
import { describe, expect, test } from 'vitest'
import { at, code, type Entries, FILES, filesystem, long, namesIn, root } from './filesystem-rig.ts'

describe('the tree', () => {
  test('has one root, named /', () => {
    const { opened } = filesystem()
    expect(opened).toHaveLength(1)
    expect(opened[0]![1]).toBe('/')
  })

  test('has one directory for each step of a path', () => {
    expect(namesIn(root)).toEqual([
      { name: 'a', type: 'regular-file' },
      { name: 'long', type: 'regular-file' },
      { name: 'd', type: 'directory' },
      { name: '__proto__', type: 'regular-file' },
      { name: 'foobar', type: 'regular-file' },
    ])
    expect(namesIn(at('d'))).toEqual([
      { name: 'e', type: 'directory' },
      { name: 'g', type: 'regular-file' },
    ])
    expect(namesIn(at('d/e'))).toEqual([{ name: 'f', type: 'regular-file' }])
  })

  test('replaces a file by a directory of the same name', () => {
    const { root: odd } = filesystem(new Map([...FILES, ['a/b', Uint8Array.of(7)]]))
    expect(odd.openAt({}, 'a/b', {}, {}).read(9n, 0n)[0]).toEqual(Uint8Array.of(7))
  })

  test('has at most 16,384 directories', () => {
    const tree = (count: number) =>
      filesystem(
        new Map(Array.from({ length: count / 128 }, (_, at) => [`${at}/${'d/'.repeat(127)}f`, long])),
      )
    expect(tree(16_384).opened).toHaveLength(1)
    expect(() => tree(16_384 + 128)).toThrow('more than 16384 directories')
  })

  test('reports type and size of its entries', () => {
    expect(at('a').stat()).toEqual({ type: 'regular-file', linkCount: 1n, size: 5n })
    expect(root.statAt({}, 'd')).toEqual({ type: 'directory', linkCount: 1n, size: 0n })
    expect([at('d').getType(), at('d/g').getType()]).toEqual(['directory', 'regular-file'])
    expect(at('a').getFlags()).toEqual({ read: true })
  })
})

describe('reading', () => {
  test.each([
    [5n, 0n, [1, 2, 3, 4, 5], true],
    [4n, 0n, [1, 2, 3, 4], false],
    [2n, 3n, [4, 5], true],
    [2n, 2n, [3, 4], false],
    [0n, 0n, [], false],
    [1n, 5n, [], true],
    [1n, 2n ** 63n, [], true],
  ])('%d bytes from %d returns the bytes and whether the end was reached', (length, offset, bytes, end) => {
    expect(at('a').read(length, offset)).toEqual([Uint8Array.from(bytes), end])
  })

  test('returns at most 65,536 bytes at once', () => {
    expect(at('long').read(65_535n, 0n)).toEqual([long.slice(0, 65_535), false])
    expect(at('long').read(65_537n, 0n)).toEqual([long.slice(0, 65_536), false])
    expect(at('long').read(2n ** 64n - 1n, 4_464n)).toEqual([long.slice(4_464), true])
  })

  test('returns a copy: changing it does not change the file', () => {
    at('a').read(1n, 0n)[0].fill(77)
    expect(at('a').read(1n, 0n)[0]).toEqual(Uint8Array.of(1))
  })

  test('as a stream continues where it stopped, and ends with a closed stream', () => {
    const stream = at('a').readViaStream(1n)
    expect([...stream.read(3n)]).toEqual([2, 3, 4])
    expect([...stream.read(3n)]).toEqual([5])
    expect(() => stream.read(1n)).toThrow(expect.objectContaining({ payload: { tag: 'closed' } }))
  })

  test.each([5n, 6n, 2n ** 64n - 1n])('as a stream from %d is at the end', (offset) => {
    const stream = at('a').readViaStream(offset)
    expect(() => stream.read(1n)).toThrow(expect.objectContaining({ payload: { tag: 'closed' } }))
  })

  test('of a directory returns one entry after the other, for each reader, without copying it', () => {
    const [one, two] = [root.readDirectory(), root.readDirectory()]
    const names = (entries: Entries, count: number) =>
      Array.from({ length: count }, () => entries.readDirectoryEntry()?.name)
    expect(names(one, 2)).toEqual(['a', 'long'])
    expect(names(two, 1)).toEqual(['a'])
    expect(names(one, 4)).toEqual(['d', '__proto__', 'foobar', undefined])
    expect(one.readDirectoryEntry()).toBeUndefined()
    expect(names(two, 1)).toEqual(['long'])
  })

  test('works on files, and listing on directories', () => {
    expect(() => at('d').read(1n, 0n)).toThrow(code('is-directory'))
    expect(() => at('d').readViaStream(0n)).toThrow(code('is-directory'))
    expect(() => at('a').readDirectory()).toThrow(code('not-directory'))
    expect(() => root.readlinkAt('a')).toThrow(code('invalid'))
  })
})

describe('modifying', () => {
  const CALLS = [
    ...['writeViaStream', 'appendViaStream', 'setSize', 'setTimes', 'write', 'createDirectoryAt'],
    ...['setTimesAt', 'linkAt', 'removeDirectoryAt', 'renameAt', 'symlinkAt', 'unlinkFileAt'],
  ]
  test.each(CALLS)('with %s is rejected', (name) => {
    expect(() => (at('a') as unknown as Record<string, () => void>)[name]!()).toThrow(code('read-only'))
  })

  test.each([
    [{ create: true }, {}],
    [{ truncate: true }, {}],
    [{}, { write: true }],
    [{}, { mutateDirectory: true }],
  ])('by opening with %j and %j is rejected', (open, flags) => {
    expect(() => root.openAt({}, 'a', open, flags)).toThrow(code('read-only'))
  })

  test('does not include opening a directory', () => {
    expect(root.openAt({}, 'd', { directory: true }, { read: true }).getType()).toBe('directory')
    expect(() => root.openAt({}, 'a', { directory: true }, {})).toThrow(code('not-directory'))
  })

  test('calls that change nothing are accepted', () => {
    for (const name of ['advise', 'syncData', 'sync'])
      expect((at('a') as unknown as Record<string, () => void>)[name]!()).toBeUndefined()
  })
})

describe('a file’s identity', () => {
  test('is the same for the same file only', () => {
    expect(at('a').isSameObject(at('a'))).toBe(true)
    expect(at('a').isSameObject(at('d/g'))).toBe(false)
  })

  test('is FNV-1a of the path in 64 bits, from two seeds', () => {
    // The first value is FNV-1a itself; its description contains the values for no bytes, for `a` and for `foobar`.
    expect(root.metadataHash()).toEqual({ upper: 0xcbf29ce484222325n, lower: 0x84222325cbf29ce4n })
    expect(at('a').metadataHash().upper).toBe(0xaf63dc4c8601ec8cn)
    expect(at('foobar').metadataHash().upper).toBe(0x85944171f73967e8n)
    expect(at('d/e/f').metadataHash().lower).not.toBe(at('d/g').metadataHash().lower)
  })
})
