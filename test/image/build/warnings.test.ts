/** What the bundler finds suspicious in an application's own modules is reported with file and line; builds go on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadPath } from '../../../src/image/build/bundle.ts'
import { Projects } from './project.ts'

let projects: Projects
beforeAll(async () => {
  projects = await Projects.create()
})
afterAll(() => projects.remove())

let count = 0
async function warningsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const root = await projects.write(`warnings-${count++}`, files)
  const loaded = await loadPath(root)
  return 'warnings' in loaded ? loaded.warnings : []
}
const ofMain = (main: string) => warningsOf({ 'index.ts': `export default 1\n${main}` })

describe('a warning', () => {
  it.each([
    ['import.meta', 'console.log(import.meta.url)', /^index\.ts:2: import\.meta is empty in an enclave/],
    [
      'a case that is there twice',
      'switch (Math.random()) {\n  case 1:\n  case 1:\n}',
      /^index\.ts:4: This case clause will never be evaluated/,
    ],
    ['a key that is there twice', 'console.log({ a: 1, a: 2 })', /^index\.ts:2: Duplicate key "a"/],
    [
      'a computed import',
      'export const load = (name: string) => import(name)',
      /^index\.ts:2: import\(\) of a computed name fails in an enclave: .*import\(`\.\/parts\/\$\{name\}\.ts`\)$/,
    ],
    [
      'a computed require',
      'export const load = (name: string) => require(name)',
      /^index\.ts:2: require\(\) of a computed name fails in an enclave: /,
    ],
  ])('tells of %s', async (_, main, text) => {
    expect(await ofMain(main)).toEqual([expect.stringMatching(text)])
  })

  it('names the module in a folder', async () => {
    const files = {
      'index.ts': "import './a/b.ts'\nexport default 1",
      'a/b.ts': '\n\nconsole.log({ a: 1, a: 2 })',
    }
    expect(await warningsOf(files)).toEqual([expect.stringMatching(/^a\/b\.ts:3: Duplicate key/)])
  })
})

it('a warning that a line has twice is told once', async () => {
  expect(await ofMain('console.log({ a: 1, a: 2 }, { a: 1, a: 2 })')).toHaveLength(1)
})

describe('there is no warning', () => {
  it('about a usual application, also one that uses Node’s globals', async () => {
    expect(
      await ofMain("console.log(Buffer.from('a'), process.env, await0())\nasync function await0() {}"),
    ).toEqual([])
  })

  it('about a package, whose author is another', async () => {
    const files = {
      'index.ts': "import one from 'one'\nconsole.log(one)",
      'node_modules/one/package.json': '{"name":"one","version":"1.0.0","type":"module"}',
      'node_modules/one/index.js': 'export default [{ a: 1, a: 2 }, (name) => import(name), import.meta.url]',
    }
    expect(await warningsOf(files)).toEqual([])
  })
})

it.each([
  [10, []],
  [12, ['2 more warnings of this kind']],
])('of %d warnings, the first ten are told, and how many more there are', async (count, more) => {
  const warnings = await ofMain(Array.from({ length: count }, () => 'console.log({ a: 1, a: 2 })').join('\n'))
  expect(warnings.slice(0, 10).every((warning) => warning.includes('Duplicate key'))).toBe(true)
  expect(warnings.slice(10)).toEqual(more)
})
