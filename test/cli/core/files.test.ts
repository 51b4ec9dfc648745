/** Files that a command writes: complete or not at all, and never through a symbolic link of an attacker. */
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openInput, writeOutput } from '../../../src/cli/core/files.ts'
import { draftOf } from '../../../src/keeper/private-file.ts'

vi.mock(import('../../../src/keeper/private-file.ts'), async (original) => {
  const real = await original()
  return { ...real, draftOf: vi.fn(real.draftOf) }
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-files-'))
})
afterEach(() => rm(folder, { recursive: true }))

const bytes = new TextEncoder().encode('new')

describe('openInput', () => {
  it('opens a regular file, and rejects a directory', async () => {
    await writeFile(join(folder, 'in'), 'old')
    await (await openInput(join(folder, 'in'), 'the file')).close()
    await expect(openInput(folder, 'the image')).rejects.toMatchObject({
      code: 'E_FILE',
      message: expect.stringContaining('not a regular file'),
    })
  })
})

describe('writeOutput', () => {
  it('replaces an existing file and leaves no draft', async () => {
    const path = join(folder, 'out')
    await writeFile(path, 'old')
    await writeOutput(path, bytes, 'the file')
    expect(await readFile(path, 'utf8')).toBe('new')
    expect(await readdir(folder)).toEqual(['out'])
  })

  it('keeps the existing file and leaves no draft if it fails', async () => {
    await expect(writeOutput(folder, bytes, 'the file')).rejects.toMatchObject({
      code: 'E_FILE',
      message: expect.stringContaining('the file cannot be written'),
    })
    expect((await stat(folder)).isDirectory()).toBe(true)
    expect(await readdir(folder)).toEqual([])
    const beside = await readdir(join(folder, '..'))
    expect(beside.filter((name) => name.startsWith(folder.slice(folder.lastIndexOf('/') + 1)))).toHaveLength(
      1,
    )
  })

  it('does not follow a symbolic link with the name of its draft', async () => {
    const target = join(folder, 'target')
    await writeFile(target, 'precious')
    await symlink(target, join(folder, 'guessed'))
    vi.mocked(draftOf).mockReturnValueOnce(join(folder, 'guessed'))
    await expect(writeOutput(join(folder, 'out'), bytes, 'the file')).rejects.toMatchObject({
      code: 'E_FILE',
    })
    expect(await readFile(target, 'utf8')).toBe('precious')
    expect((await readdir(folder)).toSorted()).toEqual(['guessed', 'target'])
    await writeOutput(join(folder, 'out'), bytes, 'the file')
    expect(await readFile(join(folder, 'out'), 'utf8')).toBe('new')
  })
})

it('a draft has a random name in the folder of its file', () => {
  const names = new Set(Array.from({ length: 100 }, () => draftOf('/a/b')))
  expect(names.size).toBe(100)
  for (const name of names) expect(name).toMatch(/^\/a\/b\.[0-9a-f]{24}\.part$/)
})
