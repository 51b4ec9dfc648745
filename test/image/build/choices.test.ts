/** Which module an import means: variants of packages, Node's modules, and what the manifest chooses. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildImage, type Manifest, readBootContents } from '../../../src/image/index.ts'
import { build as buildApp, COMPONENT, codeOf, errorOf, KERNEL } from '../support.ts'
import { evaluate, Projects, sourceOf } from './project.ts'

let projects: Projects
beforeAll(async () => {
  projects = await Projects.create()
})
afterAll(() => projects.remove())

let count = 0
/** What the application `main` exports by default, built with these files and choices. */
async function exportOf(
  main: string,
  files: Readonly<Record<string, string>> = {},
  choices: Manifest = {},
): Promise<unknown> {
  const root = await projects.write(`value-${count++}`, { 'index.ts': main, ...files })
  return evaluate(await sourceOf(root, { choices })).default
}

const one = "import which from 'one'\nexport default which"
const variants = (about: object) => ({
  'node_modules/one/package.json': JSON.stringify({ name: 'one', version: '1.0.0', ...about }),
  'node_modules/one/node.js': "module.exports = 'node'",
  'node_modules/one/browser.js': "module.exports = 'browser'",
  'node_modules/one/module.mjs': "export default 'module'",
  'node_modules/one/map.js': "module.exports = require('./node.js')",
  'node_modules/one/path.js': "module.exports = require('path').sep",
  'node_modules/one/inner.js': "module.exports = typeof require('fs').readFileSync",
  'node_modules/one/sep.js': "exports.sep = 'special'",
  'node_modules/one/special.js': "module.exports = 'special'",
})

describe('of a package is chosen', () => {
  it.each<[string, object, string]>([
    [
      'the condition browser',
      { exports: { node: './node.js', browser: './browser.js', default: './node.js' } },
      'browser',
    ],
    ['the field browser', { main: './node.js', browser: './browser.js' }, 'browser'],
    [
      'what the field browser puts for a file',
      { main: './map.js', browser: { './node.js': './browser.js' } },
      'browser',
    ],
    ['nothing if the field browser has false', { main: './inner.js', browser: { fs: false } }, 'undefined'],
    [
      'what the field browser puts for a module of Node',
      { main: './path.js', browser: { path: './sep.js' } },
      'special',
    ],
    [
      'a module of Node that the field browser leaves out',
      { main: './path.js', browser: { path: false } },
      '/',
    ],
    ['the field module', { main: './node.js', module: './module.mjs' }, 'module'],
    ['the field main', { main: './node.js' }, 'node'],
  ])('%s', async (_, about, expected) => {
    expect(await exportOf(one, variants(about))).toBe(expected)
  })
})

describe('a require of what is not installed', () => {
  const optional =
    "let x = 'absent'\ntry { x = require('not-installed') } catch (error) { x = error.message }\nexport default x"

  it('fails when it is run, within a try', async () => {
    expect(await exportOf(optional)).toContain('not-installed')
  })

  it('fails when it is run, within a try of a package', async () => {
    const files = {
      'node_modules/one/package.json': '{"name":"one","version":"1.0.0"}',
      'node_modules/one/index.js':
        "try { module.exports = require('bufferutil') } catch { module.exports = 'without' }",
    }
    expect(await exportOf(one, files)).toBe('without')
  })

  it('stops the build elsewhere, with the file and line in the package', async () => {
    const root = await projects.write('missing', {
      'index.ts': one,
      'node_modules/one/package.json': '{"name":"one","version":"1.0.0"}',
      'node_modules/one/index.js': "const a = 1\nmodule.exports = require('not-installed')",
    })
    const error = await errorOf(() => sourceOf(root))
    expect(error.code).toBe('E_APP_IMPORT')
    expect(error.message).toContain('one@1.0.0/index.js:2: Could not resolve "not-installed"')
  })
})

describe('Node’s modules', () => {
  it.each(['node:path', 'path'])('are provided as %s', async (name) => {
    expect(await exportOf(`import { join } from '${name}'\nexport default join('a', '..', 'b')`)).toBe('b')
  })

  it('are Node’s even if a package with the name is installed, unless it is named with a slash', async () => {
    const files = {
      'node_modules/path/package.json': '{"name":"path","version":"1.0.0"}',
      'node_modules/path/index.js': "exports.sep = 'package'",
    }
    expect(await exportOf("import { sep } from 'path'\nexport default sep", files)).toBe('/')
    expect(await exportOf("import { sep } from 'path/'\nexport default sep", files)).toBe('package')
  })

  it('that an enclave does not have are imported, and throw when they are called', async () => {
    const main =
      "import fs, { readFileSync } from 'node:fs'\nexport default [readFileSync, () => new fs.ReadStream('x')]"
    const [read, stream] = (await exportOf(main)) as (() => void)[]
    expect(read).toThrow('node:fs readFileSync is not there')
    expect(stream).toThrow('new node:fs ReadStream is not there')
  })

  it('are in the bundle only if they are used', async () => {
    const source = await sourceOf(
      await projects.write('unused', {
        'index.ts': "import { Buffer } from 'buffer'\nimport 'util'\nconsole.log(1)",
      }),
    )
    expect(source.split('//#')[0]).toBe('// index.ts\nconsole.log(1);\n')
  })
})

describe('the global name', () => {
  it.each(['Buffer', 'process'])('%s is provided only if it is used', async (name) => {
    const root = await projects.write(`global-${name}`, {
      'index.ts': `console.log(typeof ${name})`,
      'none.ts': "console.log('nothing')",
    })
    expect(await sourceOf(`${root}/index.ts`)).toContain(`guest-modules/${name.toLowerCase()}.cjs`)
    expect(await sourceOf(`${root}/none.ts`)).not.toContain('guest-modules')
  })

  it.each([
    ['uses it', "module.exports = Buffer.from('a').length", true],
    ['asks for it', "module.exports = typeof Buffer === 'undefined' ? 0 : Buffer.from('a').length", false],
    [
      'has a variable of that name',
      'const Buffer = { from: () => [] }\nmodule.exports = Buffer.from().length',
      false,
    ],
  ])('Buffer is provided to a package that %s', async (title, body, provided) => {
    const root = await projects.write(`global in ${title}`, {
      'index.ts': `${one}`,
      'node_modules/one/package.json': '{"name":"one","version":"1.0.0"}',
      'node_modules/one/index.js': body,
    })
    expect((await sourceOf(root)).includes('guest-modules/buffer.cjs')).toBe(provided)
  })

  it('Buffer is not provided for what only the SDK imports', async () => {
    const root = await projects.writeWithModules('sdk', {
      'index.ts': "import { Recipient } from 'webclave/sdk'\nconsole.log(Recipient)",
    })
    expect(await sourceOf(root)).not.toContain('guest-modules')
  })

  it('global is globalThis', async () => {
    expect(await exportOf('export default global')).toBe(globalThis)
  })
})

describe('the manifest chooses', () => {
  it('another module for a name, also for its parts and in packages', async () => {
    const files = { ...variants({ main: './inner.js' }), 'shim.ts': "export const readFileSync = 'shim'" }
    expect(await exportOf(one, files, { alias: { fs: './shim.ts' } })).toBe('string')
    expect(
      await exportOf("import x from 'two/special.js'\nexport default x", files, { alias: { two: 'one' } }),
    ).toBe('special')
  })

  it('conditions of packages', async () => {
    const about = { exports: { special: './special.js', default: './node.js' } }
    expect(await exportOf(one, variants(about))).toBe('node')
    expect(await exportOf(one, variants(about), { conditions: ['special'] })).toBe('special')
  })

  it('values for names', async () => {
    const main = 'declare const MODE: string\nexport default [MODE, process.env.NODE_ENV]'
    const define = { MODE: '"fast"', 'process.env.NODE_ENV': '"test"' }
    expect(await exportOf(main, {}, { define })).toEqual(['fast', 'test'])
  })

  it('modules that are left out', async () => {
    const main = "export default () => require('one/special.js')"
    const left = (await exportOf(main, variants({}), { external: ['one'] })) as () => void
    expect(left).toThrow('there is no module "one/special.js"')
  })

  it('a module that does not exist, which stops the build', async () => {
    const root = await projects.write('alias', { 'index.ts': one })
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
