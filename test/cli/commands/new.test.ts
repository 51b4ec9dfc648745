/** What `qt new` refuses, and that it then leaves nothing behind. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeProject } from '../../../src/cli/commands/new/write-project.ts'
import { newProject } from '../../../src/cli/commands/new.ts'
import { runCommand } from '../in-process.ts'

let folder: string
const before = process.cwd()
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'qt-new-')))
  process.chdir(folder)
})
afterEach(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

test('a project is written, and its files are listed', async () => {
  const { status, stdout, stderr } = await runCommand(newProject, ['my-signer', '--template', 'signer'])
  expect(status).toBe(0)
  const { Folder, Template, Files } = JSON.parse(stdout)
  expect({ Folder, Template }).toEqual({ Folder: join(folder, 'my-signer'), Template: 'signer' })
  expect(Files).toEqual(expect.arrayContaining(['.gitignore', 'guest/signer.ts', 'package.json']))
  const entries = readdirSync('my-signer', { recursive: true, withFileTypes: true })
  const written = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  expect(written.sort()).toEqual(Files.map((file: string) => join('my-signer', file)).sort())
  expect(stderr).toBe('next: cd my-signer && npm install && npm start\n')
})

test('an empty folder is filled', async () => {
  mkdirSync('empty')
  expect(await runCommand(newProject, ['empty'])).toMatchObject({ status: 0 })
  expect(readdirSync('empty')).toContain('package.json')
})

describe('the name', () => {
  test.each(['../outside', '/tmp/outside', 'inner/folder', '..', '.', 'back\\slash'])(
    '%s is refused as a path',
    async (name) => {
      const { error } = await runCommand(newProject, [name])
      expect(error).toMatchObject({ code: 'E_NEW_NAME', what: 'the name of a project is not a path' })
      expect(readdirSync('.')).toEqual([])
    },
  )

  test.each(['Upper', '.hidden', '_low', 'a b', 'é', '', 'a\n', '@scope', 'node_modules', 'a'.repeat(215)])(
    '%j is refused, because npm does not allow it',
    async (name) => {
      const { error } = await runCommand(newProject, [name])
      expect(error).toMatchObject({ code: 'E_NEW_NAME', what: 'npm does not allow this name' })
      expect(readdirSync('.')).toEqual([])
    },
  )

  test.each(['webclave', 'vitest', 'http'])('%s is refused, because something else has it', async (name) => {
    const { error } = await runCommand(newProject, [name])
    const what = 'a module of Node or a dependency of the project has this name'
    expect(error).toMatchObject({ code: 'E_NEW_NAME', what })
  })

  test('may have 214 characters', async () => {
    expect(await runCommand(newProject, ['a'.repeat(214)])).toMatchObject({ status: 0 })
  })
})

describe('something in its place', () => {
  test.each<[what: string, make: () => void]>([
    [
      'a folder with a file',
      () => {
        mkdirSync('taken')
        writeFileSync('taken/mine', '')
      },
    ],
    ['a file', () => writeFileSync('taken', 'mine')],
    [
      'a link to an empty folder elsewhere',
      () => {
        mkdirSync('elsewhere')
        symlinkSync('elsewhere', 'taken')
      },
    ],
  ])('is kept: %s', async (_, make) => {
    make()
    const found = readdirSync('.', { recursive: true })
    expect((await runCommand(newProject, ['taken'])).error).toMatchObject({ code: 'E_NEW_FOLDER' })
    expect(readdirSync('.', { recursive: true })).toEqual(found)
  })
})

test.each([
  ['tokeniser', 'perhaps tokenizer; '],
  ['python', 'for example'],
])('of an unknown template such as %s, the nearest is named', async (template, hint) => {
  const { status, error } = await runCommand(newProject, ['name', '--template', template])
  expect(status).toBe(2)
  expect(error).toMatchObject({
    code: 'E_USAGE',
    expected: 'echo, signer, tokenizer, c, rust',
    got: template,
  })
  expect(error?.hint?.startsWith(hint)).toBe(true)
  expect(readdirSync('.')).toEqual([])
})

test('a place where nothing can be written is reported', async () => {
  process.chdir('/proc')
  expect((await runCommand(newProject, ['name'])).error).toMatchObject({
    code: 'E_FILE',
    what: 'the project /proc/name cannot be written',
  })
})

test('a failure halfway leaves nothing behind', async () => {
  const files = new Map([
    ['first', ''],
    ['first/second', ''],
  ])
  await expect(writeProject(join(folder, 'half'), files)).rejects.toMatchObject({ code: 'E_FILE' })
  expect(readdirSync('.')).toEqual([])
})
