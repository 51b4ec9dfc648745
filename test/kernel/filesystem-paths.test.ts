/** Paths in the image's files: how they are resolved, and that none leads outside. */
import { describe, expect, test } from 'vitest'
import { at, code, root } from './filesystem-rig.ts'

describe('a path', () => {
  test.each([
    ['d/e/f', 'd/e/f'],
    ['./d//e/./f', 'd/e/f'],
    ['d/../a', 'a'],
    ['d/e/../../d/e/f', 'd/e/f'],
    ['d/e/..', 'd'],
    ['.', ''],
  ])('%s leads to "%s"', (path, plain) => {
    expect(root.metadataHashAt({}, path)).toEqual(root.metadataHashAt({}, plain))
    expect(at(path).isSameObject(at(plain))).toBe(true)
  })

  test.each([
    ['/a', 'not-permitted'],
    ['..', 'not-permitted'],
    ['d/../..', 'not-permitted'],
    ['d/../../a', 'not-permitted'],
    ['nothing', 'no-entry'],
    ['d/nothing/f', 'no-entry'],
    ['constructor', 'no-entry'],
    ['a/b', 'not-directory'],
  ])('%s fails with %s', (path, payload) => {
    expect(() => at(path)).toThrow(code(payload))
    expect(() => root.statAt({}, path)).toThrow(code(payload))
  })

  /** Every function that takes a path, called with `path`. */
  const FUNCTIONS: Record<string, (path: string) => unknown[]> = {
    statAt: (path) => [{}, path],
    openAt: (path) => [{}, path, {}, {}],
    metadataHashAt: (path) => [{}, path],
    readlinkAt: (path) => [path],
    createDirectoryAt: (path) => [path],
    setTimesAt: (path) => [{}, path, { tag: 'now' }, { tag: 'now' }],
    linkAt: (path) => [{}, 'a', root, path],
    removeDirectoryAt: (path) => [path],
    renameAt: (path) => ['a', root, path],
    symlinkAt: (path) => ['a', path],
    unlinkFileAt: (path) => [path],
  }
  const taker = (name: string, path: string) => () =>
    (root[name] as (...args: unknown[]) => unknown).apply(root, FUNCTIONS[name]!(path))

  test.each(Object.keys(FUNCTIONS))('passed to %s has at most 4,096 bytes', (name) => {
    const longest = `${'./'.repeat(2047)}/d`
    expect(longest).toHaveLength(4096)
    const outcome = (path: string) => {
      try {
        taker(name, path)()
        return 'done'
      } catch (error) {
        return (error as { payload?: string }).payload
      }
    }
    expect(outcome(longest)).toBe(outcome('d'))
    expect(outcome(longest)).not.toBe('name-too-long')
    expect(outcome(`.${longest}`)).toBe('name-too-long')
    // One character of three bytes.
    expect(outcome('\u20ac'.repeat(1365))).not.toBe('name-too-long')
    expect(outcome('\u20ac'.repeat(1366))).toBe('name-too-long')
  })

  test('is a parameter of no other function', () => {
    const taking = Object.getOwnPropertyNames(Object.getPrototypeOf(root)).filter((name) =>
      /At$|link|rename/.test(name),
    )
    expect(taking.toSorted()).toEqual(Object.keys(FUNCTIONS).toSorted())
  })

  test('is relative to its descriptor, and cannot leave it', () => {
    const inner = at('d')
    expect(at('e/f', inner).metadataHash()).toEqual(at('d/e/f').metadataHash())
    expect(at('e/../g', inner).metadataHash()).toEqual(at('d/g').metadataHash())
    expect(() => at('..', inner)).toThrow(code('not-permitted'))
    expect(() => at('../a', at('d/e'))).toThrow(code('not-permitted'))
  })
})
