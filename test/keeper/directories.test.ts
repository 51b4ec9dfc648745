/** The directories of a parent instance: their paths, owners and modes. */
import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  assertPrivate,
  componentFolder,
  directories,
  makePrivate,
  stateFailure,
} from '../../src/keeper/directories.ts'
import { useHome } from './own-home.ts'

const home = useHome()
afterEach(() => vi.restoreAllMocks())

describe('the paths', () => {
  beforeEach(() => {
    vi.stubEnv('HOME', '/home/somebody')
    vi.stubEnv('TMPDIR', '/elsewhere')
  })

  test('are set by environment variables', () => {
    const env = {
      XDG_RUNTIME_DIR: '/r',
      XDG_STATE_HOME: '/s',
      XDG_CACHE_HOME: '/c',
      XDG_CONFIG_HOME: '/o',
    }
    expect(directories(env)).toEqual({
      runtime: '/r/webclave',
      state: '/s/webclave',
      cache: '/c/webclave',
      config: '/o/webclave',
    })
  })

  const otherwise = {
    runtime: `/elsewhere/webclave-${process.getuid!()}`,
    state: '/home/somebody/.local/state/webclave',
    cache: '/home/somebody/.cache/webclave',
    config: '/home/somebody/.config/webclave',
  }

  test.each<[string, NodeJS.ProcessEnv]>([
    ['no variables', {}],
    ['empty values', { XDG_RUNTIME_DIR: '', XDG_STATE_HOME: '', XDG_CACHE_HOME: '', XDG_CONFIG_HOME: '' }],
    [
      'relative paths',
      { XDG_RUNTIME_DIR: 'r', XDG_STATE_HOME: 's', XDG_CACHE_HOME: './c', XDG_CONFIG_HOME: '../o' },
    ],
  ])('are in the home and temporary directory if the environment contains %s', (_, env) => {
    expect(directories(env)).toEqual(otherwise)
  })

  test('include a runtime directory for each user', () => {
    vi.spyOn(process, 'getuid').mockReturnValue(4321)
    expect(directories({}).runtime).toBe('/elsewhere/webclave-4321')
  })

  test('use user 0 on systems without user IDs', () => {
    vi.spyOn(process, 'getuid').mockReturnValue(undefined as unknown as number)
    expect(directories({}).runtime).toBe('/elsewhere/webclave-0')
  })

  test('of components are in the cache', () => {
    expect(componentFolder()).toBe(join(home.path, 'cache', 'webclave', 'components'))
  })
})

describe('a private directory', () => {
  test('is created with its parents, for this user only', () => {
    const path = join(home.path, 'a', 'b')
    expect(makePrivate(path)).toBe(path)
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(assertPrivate(path)).toBe(true)
    expect(makePrivate(path)).toBe(path)
  })

  test('may be missing', () => {
    expect(assertPrivate(join(home.path, 'none'))).toBe(false)
  })

  test('that cannot be created causes an error', () => {
    writeFileSync(join(home.path, 'file'), '')
    expect(() => makePrivate(join(home.path, 'file', 'below'))).toThrow(
      /E_STATE_FILE: the directory .*below cannot be created; got ENOTDIR/,
    )
  })

  test.each([0o701, 0o702, 0o704, 0o710, 0o720, 0o740])('with mode %o is rejected', (mode) => {
    chmodSync(home.path, mode)
    const words = new RegExp(`E_STATE_MODE: .* mode 700; got mode ${mode.toString(8)}; run chmod 700 /`)
    expect(() => assertPrivate(home.path)).toThrow(words)
    expect(() => makePrivate(home.path)).toThrow(words)
  })

  test.each([0o700, 0o500])('with mode %o is accepted', (mode) => {
    chmodSync(home.path, mode)
    expect(assertPrivate(home.path)).toBe(true)
  })

  test('must not be a file or a link to a directory', () => {
    const [file, link] = [join(home.path, 'file'), join(home.path, 'link')]
    writeFileSync(file, '', { mode: 0o600 })
    mkdirSync(join(home.path, 'directory'), { mode: 0o700 })
    symlinkSync(join(home.path, 'directory'), link)
    for (const path of [file, link])
      expect(() => assertPrivate(path)).toThrow(/E_STATE_OWNER: .* got another type of file/)
  })

  test('must not belong to another user', () => {
    vi.spyOn(process, 'getuid').mockReturnValue(4321)
    const words = `expected a directory of user 4321; got a directory of user ${statSync(home.path).uid}; set XDG_`
    expect(() => assertPrivate(home.path)).toThrow(words)
  })

  test.runIf(process.getuid?.() === 0)('must not belong to another user who gave it away', () => {
    chownSync(home.path, 65534, 65534)
    expect(() => assertPrivate(home.path)).toThrow(/E_STATE_OWNER: .* got a directory of user 65534/)
    chownSync(home.path, 0, 0)
  })
})

describe('a file that cannot be read or written', () => {
  test.each([
    ['ENOSPC', 'the disk is full: free some space and try again'],
    ['EROFS', /^the file system is read-only: set XDG_RUNTIME_DIR and XDG_STATE_HOME/],
    ['EACCES', 'set XDG_RUNTIME_DIR and XDG_STATE_HOME to directories that you own'],
  ])('causes an error with a hint for %s', (code, hint) => {
    const cause = Object.assign(new Error('no'), { code })
    expect(stateFailure('the file', cause)).toMatchObject({
      code: 'E_STATE_FILE',
      what: 'the file',
      got: 'no',
      hint: expect.stringMatching(hint),
      cause,
    })
  })

  test.each([
    [Object.assign(new Error('causes an error without a hint otherwise'), { code: 'EIO' })],
    [new Error('no')],
  ])('has none otherwise', (cause) => expect(stateFailure('the file', cause).hint).toBeUndefined())
})
