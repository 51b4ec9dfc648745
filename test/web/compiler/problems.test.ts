/** Applications that do not build in a tab: the error has a code, what to do, and its place in the source. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Compiler } from '../../../web/compiler/compiler.ts'
import type { Problem } from '../../../web/compiler/problem.ts'
import { type BuildRequest, MAX_BYTES, MAX_FILES } from '../../../web/compiler/request.ts'
import { createCompiler } from './support.ts'

let compiler: Compiler

beforeAll(async () => {
  compiler = await createCompiler()
})

async function problemOf(files: Record<string, string>, more: Partial<BuildRequest> = {}): Promise<Problem> {
  const answer = await compiler.build({ files, ...more })
  if (answer?.kind !== 'refused') throw new Error('it was built')
  return answer.problem
}

describe('errors in the source', () => {
  test.each([
    ['a syntax error', { 'index.ts': 'const a = 1\nlet b = ;\n' }, 2, 8, 1],
    ['columns count UTF-16 code units', { 'index.ts': 'const s = "é🔑"; let b = ;' }, 1, 25, 1],
    ['top-level await', { 'index.ts': 'export {}\nawait null' }, 2, 0, 5],
    ['an unknown file', { 'index.ts': "\n\n  import './missing'" }, 3, 9, 11],
    [
      'an export that is missing',
      { 'index.ts': "import { b } from './a'\nb()", 'a.ts': 'export const a = 1' },
      1,
      9,
      1,
    ],
  ])('%s', async (_, files, line, column, length) => {
    const { place, code } = await problemOf(files)
    expect(place).toEqual({ file: 'index.ts', line, column, length })
    expect(code).toMatch(/^E_APP_(?:SYNTAX|IMPORT)$/)
  })

  test('in another file than the entry', async () => {
    const files = { 'index.ts': "import './lib/a.ts'", 'lib/a.ts': 'function f() {' }
    expect((await problemOf(files)).place).toMatchObject({ file: 'lib/a.ts', line: 1 })
  })
})

test('a package: the tab has none, and the message says where to build instead', async () => {
  const problem = await problemOf({ 'index.ts': "import pad from 'left-pad'\nconsole.log(pad)" })
  expect(problem).toMatchObject({
    code: 'E_APP_IMPORT',
    place: { file: 'index.ts', line: 1, column: 16 },
    hint: expect.stringContaining('this tab has no packages: build the application with qt enclave make-img'),
  })
})

test('a missing file is not called a package', async () => {
  expect((await problemOf({ 'index.ts': "import './missing'" })).hint).not.toContain(
    'this tab has no packages',
  )
})

test('an application that runs nothing', async () => {
  expect(await problemOf({ 'index.ts': 'export const a = 1' })).toMatchObject({ code: 'E_APP_EMPTY' })
})

test('no application at all: the message names no folder of the compiler', async () => {
  const problem = await problemOf({})
  expect(problem.code).toBe('E_APP_NOT_FOUND')
  expect(JSON.stringify(problem)).not.toContain('/app')
  const other = await problemOf({ 'a.ts': 'run()' }, { entry: 'b.ts' })
  expect(other.what).toBe('there is no application at b.ts')
})

test('a manifest of another form', async () => {
  const manifest = { define: 'all' } as never
  expect(await problemOf({ 'index.ts': 'run()' }, { manifest })).toMatchObject({ code: 'E_IMAGE_CONTENT' })
})

describe('bounds', () => {
  const half = 'x'.repeat(MAX_BYTES / 2)

  test('the size of the files, in bytes', async () => {
    const problem = await problemOf({ 'index.ts': 'run()', 'a.txt': half, 'b.txt': half })
    expect(problem).toMatchObject({ code: 'E_APP_FILE', expected: `at most ${MAX_BYTES} bytes` })
    const characters = await problemOf({ 'index.ts': 'run()', 'a.txt': half.replaceAll('x', '→') })
    expect(characters.code).toBe('E_APP_FILE')
  })

  test('their number', async () => {
    const files = Object.fromEntries(Array.from({ length: MAX_FILES + 1 }, (_, at) => [`${at}.ts`, '']))
    expect(await problemOf(files)).toMatchObject({ code: 'E_APP_FILE', got: `${MAX_FILES + 1}` })
  })

  test('read-only files as well', async () => {
    const imageFiles = { a: new Uint8Array(MAX_BYTES + 1) }
    expect(await problemOf({ 'index.ts': 'run()' }, { imageFiles })).toMatchObject({ code: 'E_APP_FILE' })
  })

  test.each(['../a.ts', '/a.ts', 'a//b.ts', './a.ts', 'a/../b.ts', '', 'a/', 'x'.repeat(201)])(
    'the path %j',
    async (path) => {
      const problem = await problemOf({ 'index.ts': 'run()', [path]: '' })
      expect(problem).toMatchObject({
        code: 'E_APP_FILE',
        what: 'a file of the application has an invalid path',
      })
      expect(await problemOf({ 'index.ts': 'run()' }, { entry: path })).toMatchObject({ code: 'E_APP_FILE' })
    },
  )

  test('a file that is a folder as well', async () => {
    expect(await problemOf({ 'index.ts': 'run()', lib: '', 'lib/a.ts': '' })).toMatchObject({
      code: 'E_APP_FILE',
    })
  })

  test('code that is nested too deeply for the stack; the compiler still works afterwards', async () => {
    const problem = await problemOf({ 'index.ts': `x = ${'('.repeat(1_000_000)}` })
    expect(problem).toMatchObject({
      code: 'E_APP_SYNTAX',
      hint: expect.stringContaining('qt enclave make-img'),
    })
    expect(await compiler.build({ files: { 'index.ts': 'console.log(1)' } })).toMatchObject({ kind: 'built' })
  })
})

test('a request that another replaces is dropped, also while it is built', async () => {
  const requests = [1, 2, 3, 4].map((number) => ({ files: { 'index.ts': `console.log(${number})` } }))
  const first = compiler.build(requests[0]!)
  await new Promise((resolve) => setTimeout(resolve))
  const answers = await Promise.all([first, ...requests.slice(1).map((request) => compiler.build(request))])
  expect(answers.map((answer) => answer?.kind)).toEqual([undefined, undefined, undefined, 'built'])
})
