/** Files that are written completely or not at all, and folders that keep only a number of files. */
import {
  fsyncSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { keepNewest, readOrWrite, writeWhole } from '../../src/keeper/private-file.ts'
import { useHome } from './own-home.ts'

vi.mock(import('node:fs'), async (original) => {
  const real = await original()
  return {
    ...real,
    fsyncSync: vi.fn(real.fsyncSync),
    readdirSync: vi.fn(real.readdirSync) as unknown as typeof real.readdirSync,
    writeSync: vi.fn(real.writeSync) as unknown as typeof real.writeSync,
  }
})

const home = useHome()
afterEach(() => vi.clearAllMocks())

const there = (...names: string[]) => join(home.path, 'run', ...names)
const names = () => readdirSync(there()).toSorted()

describe('writing atomically', () => {
  test.each([
    ['a text', 'grün'],
    ['bytes', Buffer.from('grün')],
    ['an empty text', ''],
  ])('replaces the file with %s, for this user only', (_, text) => {
    writeFileSync(there('a'), 'what was there', { mode: 0o644 })
    writeWhole(there('a'), text)
    expect(readFileSync(there('a'), 'utf8')).toBe(String(text))
    expect(statSync(there('a')).mode & 0o777).toBe(0o600)
    expect(names()).toEqual(['a'])
  })

  test('works if the system writes a few bytes at a time', async () => {
    const real = await vi.importActual<typeof import('node:fs')>('node:fs')
    const few = (file: number, bytes: Uint8Array, at: number) => real.writeSync(file, bytes, at, 1)
    vi.mocked(writeSync as typeof few)
      .mockImplementationOnce(few)
      .mockImplementationOnce(few)
    writeWhole(there('a'), 'abcdef')
    expect(readFileSync(there('a'), 'utf8')).toBe('abcdef')
    expect(writeSync).toHaveBeenCalledTimes(3)
  })

  test('syncs files to disk unless they need not survive a reboot', () => {
    writeWhole(there('a'), 'x')
    expect(fsyncSync).toHaveBeenCalledTimes(1)
    writeWhole(there('a'), 'y', true)
    expect(fsyncSync).toHaveBeenCalledTimes(2)
    writeWhole(there('a'), 'z', false)
    expect(fsyncSync).toHaveBeenCalledTimes(2)
  })

  test('leaves nothing after a failure', () => {
    mkdirSync(there('a'))
    expect(() => writeWhole(there('a'), 'x')).toThrow(/E_STATE_FILE: .*a cannot be written/)
    expect(() => writeWhole(there('none', 'a'), 'x')).toThrow(/E_STATE_FILE: .*a cannot be written/)
    expect(names()).toEqual(['a'])
  })
})

describe('reading a file, or creating it if it is missing', () => {
  test('keeps the first text, and does not compute the second', () => {
    expect(readOrWrite(there('a'), () => 'first')).toBe('first')
    const second = vi.fn(() => 'second')
    expect(readOrWrite(there('a'), second)).toBe('first')
    expect(second).not.toHaveBeenCalled()
    expect(names()).toEqual(['a'])
    expect(fsyncSync).toHaveBeenCalledTimes(1)
  })

  test('accepts an empty file', () => {
    writeFileSync(there('a'), '')
    expect(readOrWrite(there('a'), () => 'text')).toBe('')
  })

  test('gives the first text to all concurrent writers', () => {
    const text = () => {
      writeFileSync(there('a'), 'the other’s')
      return 'mine'
    }
    expect(readOrWrite(there('a'), text)).toBe('the other’s')
    expect(names()).toEqual(['a'])
  })

  test('reports failures', () => {
    expect(() => readOrWrite(there(), () => 'x')).toThrow(/E_STATE_FILE: .*run cannot be read/)
    expect(() => readOrWrite(there('none', 'a'), () => 'x')).toThrow(/E_STATE_FILE: .*a cannot be written/)
    expect(names()).toEqual([])
  })

  test('leaves nothing if the disk is full', () => {
    vi.mocked(fsyncSync).mockImplementationOnce(() => {
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
    })
    expect(() => readOrWrite(there('a'), () => 'x')).toThrow(/no room; the disk is full/)
    expect(names()).toEqual([])
  })
})

describe('limiting the files of a folder', () => {
  const make = (...files: string[]) => {
    for (const [age, name] of files.entries()) {
      writeFileSync(there(name), '')
      utimesSync(there(name), 1000 + age, 1000 + age)
    }
  }

  test('keeps the newest, whatever their names', () => {
    make('b', 'd', 'a', 'c')
    keepNewest(there(), 2)
    expect(names()).toEqual(['a', 'c'])
    make('1', '2', '3')
    keepNewest(there(), 1)
    expect(names()).toEqual(['c'])
  })

  test('removes none up to the limit', () => {
    make('c', 'b', 'a')
    keepNewest(there(), 3)
    expect(names()).toEqual(['a', 'b', 'c'])
    keepNewest(there(), 2)
    expect(names()).toEqual(['a', 'b'])
  })

  test('treats a broken link as the oldest', () => {
    make('b', 'a')
    symlinkSync('nowhere', there('link'))
    keepNewest(there(), 2)
    expect(names()).toEqual(['a', 'b'])
  })

  test('ignores a file that another process removes meanwhile', () => {
    make('a', 'b')
    vi.mocked(readdirSync as (folder: string) => string[]).mockReturnValueOnce(['gone', 'a', 'b'])
    keepNewest(there(), 1)
    expect(names()).toEqual(['b'])
  })

  test('reports a missing folder', () => {
    expect(() => keepNewest(there('none'), 2)).toThrow('ENOENT')
  })
})
