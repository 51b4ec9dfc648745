/** The component that an image had last time: a link, which is believed only where it leads among the components. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { expectComponent, expectedComponent } from '../../src/keeper/expected-component.ts'
import { openDescriptors } from '../support/descriptors.ts'
import { useHome } from './own-home.ts'

const home = useHome()
const images = (...names: string[]) => home.cache('images', ...names)
const components = (...names: string[]) => home.cache('components', ...names)

/** A component of that name. */
function keep(name: string): void {
  mkdirSync(components(), { recursive: true, mode: 0o700 })
  writeFileSync(components(name), name)
}

/** The name of what the image probably has. */
function expected(eif = '/a.eif', memoryMiB = 128): string | undefined {
  using found = expectedComponent(eif, memoryMiB)
  if (found) expect(readFileSync(found.descriptor, 'utf8')).toBe(found.name)
  return found?.name
}

describe('what an image had last time', () => {
  test('is known by its path and its memory', () => {
    keep('one')
    keep('two')
    expectComponent('/a.eif', 128, 'one')
    expectComponent('/a.eif', 256, 'two')
    expect([expected(), expected('/a.eif', 256), expected('/a.eif', 512), expected('/b.eif')]).toEqual([
      'one',
      'two',
      undefined,
      undefined,
    ])
    expect(readlinkSync(images('%a.eif-128'))).toBe('../components/one')
  })

  test('is by the path as it was given, from here', () => {
    keep('one')
    vi.spyOn(process, 'cwd').mockReturnValue('/some/where')
    expectComponent('x/../a.eif', 128, 'one')
    vi.restoreAllMocks()
    expect(readdirSync(images())).toEqual(['%some%where%x%..%a.eif-128'])
    expect(expected('/some/where/x/../a.eif')).toBe('one')
  })

  test('may be another one next time', () => {
    keep('one')
    keep('two')
    expectComponent('/a.eif', 128, 'one')
    expectComponent('/a.eif', 128, 'two')
    expect(expected()).toBe('two')
  })

  test('is written once as long as it is the same', () => {
    keep('one')
    expectComponent('/a.eif', 128, 'one')
    const before = statSync(images()).mtimeMs
    utimesSync(images(), 1000, 1000)
    expectComponent('/a.eif', 128, 'one')
    expect(statSync(images()).mtimeMs).toBe(1_000_000)
    expect(before).not.toBe(1_000_000)
  })

  test('is closed at its end', () => {
    keep('one')
    expectComponent('/a.eif', 128, 'one')
    const found = expectedComponent('/a.eif', 128)!
    expect(openDescriptors(components('one'))).toBe(1)
    found[Symbol.dispose]()
    expect(openDescriptors(components('one'))).toBe(0)
  })
})

describe('nothing is known', () => {
  test('where the component is gone', () => {
    mkdirSync(components(), { recursive: true, mode: 0o700 })
    expectComponent('/a.eif', 128, 'one')
    expect(expected()).toBeUndefined()
  })

  test('where the link leads elsewhere', () => {
    keep('one')
    mkdirSync(images(), { mode: 0o700 })
    writeFileSync(join(home.path, 'other'), 'other')
    symlinkSync(join(home.path, 'other'), images('%a.eif-128'))
    expect(expected()).toBeUndefined()
    keep('other')
    expect(expected()).toBe('other')
  })

  test('where it is no link', () => {
    keep('one')
    mkdirSync(images(), { mode: 0o700 })
    writeFileSync(images('%a.eif-128'), 'one')
    expect(expected()).toBeUndefined()
  })

  test.each([
    ['images', images],
    ['components', components],
  ] as const)('where others may write: %s', (_, folder) => {
    keep('one')
    expectComponent('/a.eif', 128, 'one')
    chmodSync(folder(), 0o770)
    expect(expected()).toBeUndefined()
    chmodSync(folder(), 0o700)
    expect(expected()).toBe('one')
  })

  test('where it cannot be kept, and that is no fault', () => {
    mkdirSync(home.cache(), { recursive: true })
    writeFileSync(images(), '')
    expect(() => expectComponent('/a.eif', 128, 'one')).not.toThrow()
  })
})

test('of 64 images it is known, and no more', () => {
  keep('one')
  for (let at = 0; at < 64; at++) expectComponent(`/${at}.eif`, 128, 'one')
  expect(readdirSync(images())).toHaveLength(64)
  expectComponent('/another.eif', 128, 'one')
  expect(readdirSync(images())).toHaveLength(64)
})
