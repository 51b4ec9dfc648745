/** What the manifest of an application chooses for the bundler. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildImage, type Manifest, readBootContents } from '../../../src/image/index.ts'
import { build as buildApp, COMPONENT, codeOf, errorOf, KERNEL } from '../support.ts'
import { evaluate, ONE, Projects, sourceOf, variants } from './project.ts'

let projects: Projects
beforeAll(async () => {
  projects = await Projects.create()
})
afterAll(() => projects.remove())

describe('the manifest chooses', () => {
  it('another module for a name, also for its parts and in packages', async () => {
    const files = { ...variants({ main: './inner.js' }), 'shim.ts': "export const readFileSync = 'shim'" }
    expect(await projects.exportOf(ONE, files, { alias: { fs: './shim.ts' } })).toBe('string')
    expect(
      await projects.exportOf("import x from 'two/special.js'\nexport default x", files, {
        alias: { two: 'one' },
      }),
    ).toBe('special')
  })

  it('a file of the application for a name, which is there once', async () => {
    const files = { 'shim.ts': 'export const own = {}' }
    const main =
      "import { own } from 'fs'\nimport { own as other } from './shim.ts'\nexport default own === other"
    expect(await projects.exportOf(main, files, { alias: { fs: './shim.ts' } })).toBe(true)
  })

  it.each([
    ['a module of Node', 'node:path', '/'],
    ['a package', 'one/sep.js', 'special'],
  ])('%s for a name', async (_, target, sep) => {
    const main = "import { sep } from 'other'\nexport default sep"
    expect(await projects.exportOf(main, variants({}), { alias: { other: target } })).toBe(sep)
  })

  it('a module of the engine for a name', async () => {
    const root = await projects.write('engine', { 'index.ts': "export { x as default } from 'other'" })
    const bundle = await sourceOf(root, { choices: { alias: { other: 'wasi:clocks/monotonic-clock' } } })
    expect(evaluate(bundle, { 'wasi:clocks/monotonic-clock': { x: 1 } }).default).toBe(1)
  })

  it('conditions of packages', async () => {
    const about = { exports: { special: './special.js', default: './node.js' } }
    expect(await projects.exportOf(ONE, variants(about))).toBe('node')
    expect(await projects.exportOf(ONE, variants(about), { conditions: ['special'] })).toBe('special')
  })

  it('values for names', async () => {
    const main = 'declare const MODE: string\nexport default [MODE, process.env.NODE_ENV]'
    const define = { MODE: '"fast"', 'process.env.NODE_ENV': '"test"' }
    expect(await projects.exportOf(main, {}, { define })).toEqual(['fast', 'test'])
  })

  it('modules that are left out', async () => {
    const main = "export default () => require('one/special.js')"
    const left = (await projects.exportOf(main, variants({}), { external: ['one'] })) as () => void
    expect(left).toThrow('there is no module "one/special.js"')
  })

  it('a module that does not exist, which stops the build', async () => {
    const root = await projects.write('alias', { 'index.ts': ONE })
    const error = await errorOf(() => sourceOf(root, { choices: { alias: { one: './gone.ts' } } }))
    expect(error.message).toMatch(/^E_APP_IMPORT: index.ts:1: Could not resolve ".\/gone.ts".*manifest/)
  })

  it('for the whole image, and contains the choices', async () => {
    const path = await projects.write('chosen', { 'index.ts': 'console.log(MODE)' })
    const manifest = { define: { MODE: '1' }, alias: { a: 'b' }, conditions: ['c'], external: ['d'] }
    const { eif } = await buildImage({ app: { path }, manifest, engine: COMPONENT, kernel: KERNEL })
    const contents = await readBootContents(eif)
    expect(new TextDecoder().decode(contents.app.bytes)).toContain('console.log(1)')
    expect(contents.manifest).toEqual(manifest)
  })

  it.each<[string, object]>([
    ['an alias that is not text', { alias: { a: 1 } }],
    ['an alias of nothing', { alias: { '': 'a' } }],
    ['conditions that are not a list', { conditions: 'browser' }],
    ['an empty condition', { conditions: [''] }],
    ['a value that is not text', { define: { a: true } }],
    ['modules that are not names', { external: [1] }],
  ])('%s, which is refused', async (_, manifest) => {
    expect(await codeOf(() => buildApp({ manifest: manifest as Manifest }))).toBe('E_IMAGE_CONTENT')
  })

  it('a value that is no JavaScript, which is refused', async () => {
    const root = await projects.write('define', { 'index.ts': 'console.log(1)' })
    expect(await codeOf(() => sourceOf(root, { choices: { define: { 'a b': '1' } } }))).toBe('E_APP_SYNTAX')
  })
})
