/** A package cannot bring files of the machine into an image: only its own, those of packages, and the application's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorOf } from '../support.ts'
import { evaluate, Projects, sourceOf } from './project.ts'

let projects: Projects
beforeAll(async () => {
  projects = await Projects.create()
})
afterAll(() => projects.remove())

const APP = { 'place/app/index.ts': "import one from 'one'\nexport default one" }
const MODULES = 'place/app/node_modules'
const about = (rest: object = {}) => ({
  [`${MODULES}/one/package.json`]: JSON.stringify({ name: 'one', version: '1.0.0', ...rest }),
})
/** Files beside the application and elsewhere. */
const AROUND = {
  'secret.txt': 'of the machine',
  'secret.json': '{ "of": "the machine" }',
  'other/package.json': '{"name":"other"}',
  'other/secret.txt': 'of another project',
  'place/app/own.txt': 'own',
  'place/lib/index.ts': "import text from '../../secret.txt'\nexport default text",
  [`${MODULES}/two/two.txt`]: 'two',
  [`${MODULES}/one/own.txt`]: 'one',
}

let count = 0
const write = async (files: Readonly<Record<string, string>>) =>
  `${await projects.write(`outside-${count++}`, { ...AROUND, ...APP, ...files })}/place/app`

describe('is refused, with the package, file and line:', () => {
  const from = (specifier: string) => ({
    ...about(),
    [`${MODULES}/one/index.js`]: `\nmodule.exports = require('${specifier}')`,
  })
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['a file above the application', from('../../../../secret.txt'), 'one@1.0.0/index.js:2: '],
    ['a file of another project', from('../../../../other/secret.txt'), 'one@1.0.0/index.js:2: '],
    [
      'a link that leads outside',
      { ...from('./link.txt'), [`${MODULES}/one/link.txt@`]: '../../../../secret.txt' },
      'one@1.0.0/index.js:2: ',
    ],
    [
      'what the field browser puts for a file',
      {
        ...from('./own.txt'),
        ...about({ browser: { './own.txt': '../../../../secret.txt' } }),
      },
      'one@1.0.0/index.js:2: ',
    ],
    [
      'what the field browser puts for a module of Node',
      { ...from('fs'), ...about({ browser: { fs: '../../../../secret.json' } }) },
      'one@1.0.0/index.js:2: ',
    ],
    [
      'what a linked package takes from beside its folder',
      {
        'place/app/index.ts': "import linked from 'linked'\nexport default linked",
        [`${MODULES}/linked@`]: '../../lib',
        'place/lib/package.json': '{"name":"linked","main":"../../../lib-other/index.ts"}',
        'place/lib-other/index.ts': 'export default 1',
      },
      'index.ts:1: "linked"',
    ],
    ['the main file', about({ main: '../../../../secret.json' }), 'index.ts:1: "one"'],
  ])('%s', async (_, files, where) => {
    const root = await write(files)
    const error = await errorOf(() => sourceOf(root))
    expect(error.code).toBe('E_APP_IMPORT')
    expect(error.what).toContain(where)
    expect(error.what).toContain('is outside of the package')
    expect(error.message).not.toContain('of the machine')
  })

  it('a file that is named by its whole path', async () => {
    const files = {
      ...about(),
      [`${MODULES}/one/index.js`]: `module.exports = require('${projects.folder}/whole.txt')`,
    }
    await projects.write('.', { 'whole.txt': 'of the machine' })
    const root = await write(files)
    expect((await errorOf(() => sourceOf(root))).what).toContain('is outside of the package')
  })
})

describe('is allowed:', () => {
  const resultOf = async (files: Readonly<Record<string, string>>) =>
    evaluate(await sourceOf(await write(files))).default
  it.each([
    ['a file of the package', './own.txt', 'one'],
    ['a file of another package, by its path', '../two/two.txt', 'two'],
    ['another package', 'two/two.txt', 'two'],
    ['a file of the application', '../../own.txt', 'own'],
  ])('%s', async (_, specifier, text) => {
    const files = { ...about(), [`${MODULES}/one/index.js`]: `module.exports = require('${specifier}')` }
    expect(await resultOf(files)).toBe(text)
  })

  it('for the application, whatever its author imports', async () => {
    expect(await resultOf({ 'place/app/index.ts': "export { default } from '../../secret.txt'" })).toBe(
      'of the machine',
    )
    expect(await resultOf({ 'place/app/index.ts': "export { default } from '../lib/index.ts'" })).toBe(
      'of the machine',
    )
  })

  it('what the application’s tsconfig.json or manifest names', async () => {
    const main = { 'place/app/index.ts': "export { default } from 'elsewhere'" }
    const paths = {
      'place/app/tsconfig.json': '{"compilerOptions":{"paths":{"elsewhere":["../lib/index.ts"]}}}',
    }
    expect(await resultOf({ ...main, ...paths })).toBe('of the machine')
    const choices = { alias: { elsewhere: '../lib/index.ts' } }
    expect(evaluate(await sourceOf(await write(main), { choices })).default).toBe('of the machine')
  })

  it('a package that is linked from a folder of its author, with what it imports', async () => {
    const files = {
      'place/app/index.ts': "export { default } from 'linked'",
      [`${MODULES}/linked@`]: '../../lib',
      'place/lib/package.json': '{"name":"linked","version":"1.0.0","main":"index.ts"}',
    }
    expect(await resultOf(files)).toBe('of the machine')
  })
})
