/**
 * The component that an image had at its last start, stored as a link, which is followed only into the component
 * folder.
 */
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

/** Writes a component with that name. */
function writeComponent(name: string): void {
  mkdirSync(components(), { recursive: true, mode: 0o700 })
  writeFileSync(components(name), name)
}

/** The name of the component that is expected for the image. */
function expected(eif = '/a.eif', memoryMiB = 128): string | undefined {
  using found = expectedComponent(eif, memoryMiB)
  if (found) expect(readFileSync(found.descriptor, 'utf8')).toBe(found.name)
  return found?.name
}

describe('the component of the last start', () => {
  test('is stored by the image’s path and memory size', () => {
    writeComponent('one')
    writeComponent('two')
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

  test('is stored by the absolute path, not normalised', () => {
    writeComponent('one')
    vi.spyOn(process, 'cwd').mockReturnValue('/some/where')
    expectComponent('x/../a.eif', 128, 'one')
    vi.restoreAllMocks()
    expect(readdirSync(images())).toEqual(['%some%where%x%..%a.eif-128'])
    expect(expected('/some/where/x/../a.eif')).toBe('one')
  })

  test('may change', () => {
    writeComponent('one')
    writeComponent('two')
    expectComponent('/a.eif', 128, 'one')
    expectComponent('/a.eif', 128, 'two')
    expect(expected()).toBe('two')
  })

  test('is written only if it changed', () => {
    writeComponent('one')
    expectComponent('/a.eif', 128, 'one')
    const before = statSync(images()).mtimeMs
    utimesSync(images(), 1000, 1000)
    expectComponent('/a.eif', 128, 'one')
    expect(statSync(images()).mtimeMs).toBe(1_000_000)
    expect(before).not.toBe(1_000_000)
  })

  test('is a file that is closed when it is disposed of', () => {
    writeComponent('one')
    expectComponent('/a.eif', 128, 'one')
    const found = expectedComponent('/a.eif', 128)!
    expect(openDescriptors(components('one'))).toBe(1)
    found[Symbol.dispose]()
    expect(openDescriptors(components('one'))).toBe(0)
  })
})

describe('no component is expected', () => {
  test('if the component was removed', () => {
    mkdirSync(components(), { recursive: true, mode: 0o700 })
    expectComponent('/a.eif', 128, 'one')
    expect(expected()).toBeUndefined()
  })

  test('if the link leads to another folder', () => {
    writeComponent('one')
    mkdirSync(images(), { mode: 0o700 })
    writeFileSync(join(home.path, 'other'), 'other')
    symlinkSync(join(home.path, 'other'), images('%a.eif-128'))
    expect(expected()).toBeUndefined()
    writeComponent('other')
    expect(expected()).toBe('other')
  })

  test('if it is a file and not a link', () => {
    writeComponent('one')
    mkdirSync(images(), { mode: 0o700 })
    writeFileSync(images('%a.eif-128'), 'one')
    expect(expected()).toBeUndefined()
  })

  test.each([
    ['images', images],
    ['components', components],
  ] as const)('if other users may write to the folder %s', (_, folder) => {
    writeComponent('one')
    expectComponent('/a.eif', 128, 'one')
    chmodSync(folder(), 0o770)
    expect(expected()).toBeUndefined()
    chmodSync(folder(), 0o700)
    expect(expected()).toBe('one')
  })

  test('if the link could not be written, which is not an error', () => {
    mkdirSync(home.cache(), { recursive: true })
    writeFileSync(images(), '')
    expect(() => expectComponent('/a.eif', 128, 'one')).not.toThrow()
  })
})

test('the last component is stored for up to 64 images', () => {
  writeComponent('one')
  for (let at = 0; at < 64; at++) expectComponent(`/${at}.eif`, 128, 'one')
  expect(readdirSync(images())).toHaveLength(64)
  expectComponent('/another.eif', 128, 'one')
  expect(readdirSync(images())).toHaveLength(64)
})
