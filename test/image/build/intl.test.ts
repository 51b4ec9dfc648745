/** Uses of `Intl` that an enclave cannot serve are told at the build, with file and line. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadPath } from '../../../src/image/build/bundle.ts'
import { Projects } from './project.ts'

let projects: Projects
beforeAll(async () => {
  projects = await Projects.create()
})
afterAll(() => projects.remove())

let count = 0
async function warningsOf(
  main: string,
  files: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const root = await projects.write(`intl-${count++}`, { 'index.ts': `export default 1\n${main}`, ...files })
  const loaded = await loadPath(root)
  return 'warnings' in loaded ? loaded.warnings : []
}

const needs = 'needs data of languages, which an enclave does not have'

it('a use is told with its line', async () => {
  const main = "\n// a comment\nconsole.log(new Intl.NumberFormat('de').format(1))"
  expect(await warningsOf(main)).toEqual([`index.ts:4: Intl.NumberFormat ${needs}`])
})

it('a use in a package is told with the package', async () => {
  const files = {
    'node_modules/one/package.json': '{"name":"one","version":"1.0.0"}',
    'node_modules/one/index.js': '\nexports.rules = new globalThis.Array(Intl.PluralRules)',
  }
  const main = "import { rules } from 'one'\nconsole.log(rules)"
  expect(await warningsOf(main, files)).toEqual([`one@1.0.0/index.js:2: Intl.PluralRules ${needs}`])
})

it.each([
  ['a text', "console.log('Intl.NumberFormat')"],
  ['a comment', '// Intl.NumberFormat\nconsole.log(1)'],
  ['a variable of that name', 'const Intl = { NumberFormat: 1 }\nconsole.log(Intl.NumberFormat)'],
  ['a question whether it is there', "console.log(typeof Intl.Segmenter === 'undefined')"],
  ['options', 'console.log(new Intl.DateTimeFormat().resolvedOptions().timeZone)'],
  [
    'code that is left out',
    'export const format = () => new Intl.NumberFormat()\nfunction unused() { Intl.ListFormat }',
  ],
])('%s is not a use', async (title, main) => {
  const used = title === 'code that is left out' ? [`index.ts:2: Intl.NumberFormat ${needs}`] : []
  expect(await warningsOf(main)).toEqual(used)
})

it('many uses are told with their number', async () => {
  const main = Array.from({ length: 13 }, () => 'console.log(Intl.Collator)').join('\n')
  const warnings = await warningsOf(main)
  expect(warnings).toHaveLength(11)
  expect(warnings.at(-1)).toBe('3 more uses of Intl')
})
