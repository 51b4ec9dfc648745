/** The field `browser` of a package.json: what it leaves out is empty, for the package that says so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ONE, Projects, sourceOf } from './project.ts'

let projects: Projects
beforeAll(async () => {
  projects = await Projects.create()
})
afterAll(() => projects.remove())

describe('what a package leaves out is empty', () => {
  const MAP = '\n//# sourceMappingURL=x.js.map'
  const files = (specifier: string, comment = '') => ({
    'node_modules/one/package.json': JSON.stringify({
      ...{ name: 'one', version: '1.0.0' },
      browser: { './node.js': false, './lib/deep.js': false, two: false, '@me/three': false },
    }),
    'node_modules/one/index.js': `module.exports = Object.keys(require('${specifier}'))`,
    'node_modules/one/node.js': `exports.node = require('not-installed')${comment}`,
    'node_modules/one/lib/deep.js': `exports.deep = 1${comment}`,
    'node_modules/two/package.json': '{"name":"two","version":"1.0.0"}',
    'node_modules/two/index.js': `exports.two = 1${comment}`,
    'node_modules/@me/three/package.json': '{"name":"@me/three","version":"1.0.0"}',
    'node_modules/@me/three/index.js': `exports.three = 1${comment}`,
  })

  it.each([
    ['a file', './node.js', ''],
    ['a file that is named without its ending', './node', ''],
    ['a file in a folder', './lib/deep.js', MAP],
    ['a file in a folder, named without its ending', './lib/deep', MAP],
    ['a file with a source map', './node.js', MAP],
    ['another package', 'two', ''],
    ['another package with a source map', 'two', MAP],
    ['another package in a scope', '@me/three', MAP],
  ])('%s', async (_, specifier, comment) => {
    expect(await projects.exportOf(ONE, files(specifier, comment))).toEqual([])
  })

  it.each(['', MAP])('and not for others, which import it themselves', async (comment) => {
    const main = "import one from 'one'\nimport * as two from 'two'\nexport default [one, Object.keys(two)]"
    expect(await projects.exportOf(main, files('two', comment))).toEqual([[], ['default', 'two']])
  })

  it('also for others, if it is the package’s own file', async () => {
    const main = "import * as deep from 'one/lib/deep.js'\nexport default deep.deep"
    expect(await projects.exportOf(main, files('two'))).toBeUndefined()
  })

  it('and named by the package, wherever that is installed', async () => {
    const nested = await projects.write('left out nested', { 'index.ts': ONE, ...files('./node.js') })
    const hoisted = await projects.write('left out hoisted', { 'app/index.ts': ONE, ...files('./node.js') })
    const bundle = await sourceOf(nested)
    expect(bundle).toContain('// (disabled):one@1.0.0/node.js')
    expect(await sourceOf(`${hoisted}/app`)).toBe(bundle)
  })
})

it('the application’s own field browser counts too', async () => {
  const files = {
    'package.json': '{"name":"me","browser":{"./node.ts":"./web.ts","./gone.ts":false}}',
    'node.ts': "export const where = 'node'",
    'web.ts': "export const where = 'web'",
    'gone.ts': "export const where = 'gone'",
  }
  for (const ending of ['', '.ts']) {
    const main = `import * as one from './node${ending}'
      import * as two from './gone${ending}'
      export default [one.where, two.where]`
    expect(await projects.exportOf(main, files)).toEqual(['web', undefined])
  }
})
