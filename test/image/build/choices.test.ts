/** Which module an import means: variants of packages and Node's modules. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorOf } from '../support.ts'
import { ONE, Projects, sourceOf, variants } from './project.ts'

let projects: Projects
beforeAll(async () => {
  projects = await Projects.create()
})
afterAll(() => projects.remove())

describe('of a package is chosen', () => {
  it.each<[string, object, string]>([
    [
      'the condition browser',
      { exports: { node: './node.js', browser: './browser.js', default: './node.js' } },
      'browser',
    ],
    [
      'the condition module',
      { exports: { module: './module.mjs', import: './node.js', default: './node.js' } },
      'module',
    ],
    [
      'the condition browser rather than module, in the order of the package',
      { exports: { browser: './browser.js', module: './module.mjs', default: './node.js' } },
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
    expect(await projects.exportOf(ONE, variants(about))).toBe(expected)
  })
})

describe('a require of what is not installed', () => {
  const optional =
    "let x = 'absent'\ntry { x = require('not-installed') } catch (error) { x = error.message }\nexport default x"

  it('fails when it is run, within a try', async () => {
    expect(await projects.exportOf(optional)).toContain('not-installed')
  })

  it('fails when it is run, within a try of a package', async () => {
    const files = {
      'node_modules/one/package.json': '{"name":"one","version":"1.0.0"}',
      'node_modules/one/index.js':
        "try { module.exports = require('bufferutil') } catch { module.exports = 'without' }",
    }
    expect(await projects.exportOf(ONE, files)).toBe('without')
  })

  it('stops the build elsewhere, with the file and line in the package', async () => {
    const root = await projects.write('missing', {
      'index.ts': ONE,
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
    expect(
      await projects.exportOf(`import { join } from '${name}'\nexport default join('a', '..', 'b')`),
    ).toBe('b')
  })

  it('are Node’s even if a package with the name is installed, unless it is named with a slash', async () => {
    const files = {
      'node_modules/path/package.json': '{"name":"path","version":"1.0.0"}',
      'node_modules/path/index.js': "exports.sep = 'package'",
    }
    expect(await projects.exportOf("import { sep } from 'path'\nexport default sep", files)).toBe('/')
    expect(await projects.exportOf("import { sep } from 'path/'\nexport default sep", files)).toBe('package')
  })

  it('that an enclave does not have are imported, and throw when they are called', async () => {
    const main =
      "import fs, { readFileSync } from 'node:fs'\nexport default [readFileSync, () => new fs.ReadStream('x')]"
    const [read, stream] = (await projects.exportOf(main)) as (() => void)[]
    expect(read).toThrow(
      'node:fs readFileSync is not available in an enclave: readFile of webclave/sdk reads',
    )
    expect(stream).toThrow('new node:fs ReadStream is not available in an enclave')
  })

  it('of contexts change how await is written, and only then', async () => {
    const main = (storage: string) =>
      `import { AsyncLocalStorage, AsyncResource } from 'async_hooks'
      export default async () => { for await (const one of []) await one; return ${storage} }`
    const root = await projects.write('contexts', {
      'used.ts': main('new AsyncLocalStorage()'),
      'unused.ts': main('1'),
    })
    expect(await sourceOf(`${root}/used.ts`)).not.toMatch(/\bawait one\b/)
    expect(await sourceOf(`${root}/unused.ts`)).toMatch(/\bawait one\b/)
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
      'index.ts': ONE,
      'node_modules/one/package.json': '{"name":"one","version":"1.0.0"}',
      'node_modules/one/index.js': body,
    })
    expect((await sourceOf(root)).includes('guest-modules/buffer.cjs')).toBe(provided)
  })

  it('Buffer is provided after a text with a line that looks like the name of a module', async () => {
    const root = await projects.write('text', {
      'index.ts':
        'import one from "one"\nexport default [one, `\n// index.ts\n`, `\n// other.ts\n`, Buffer.from("a").length]',
      'node_modules/one/package.json': '{"name":"one","version":"1.0.0"}',
      'node_modules/one/index.js': "module.exports = typeof Buffer === 'undefined'",
    })
    expect(await sourceOf(root)).toContain('guest-modules/buffer.cjs')
  })

  it('Buffer is not provided for what only the SDK imports', async () => {
    const root = await projects.writeWithModules('sdk', {
      'index.ts': "import { Recipient } from 'webclave/sdk'\nconsole.log(Recipient)",
    })
    expect(await sourceOf(root)).not.toContain('guest-modules')
  })

  it('global is globalThis', async () => {
    expect(await projects.exportOf('export default global')).toBe(globalThis)
  })
})
