/** Imports that are computed, or that esbuild resolves itself: each module is in the bundle once. */
import { relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildImage } from '../../../src/image/index.ts'
import { COMPONENT, KERNEL } from '../support.ts'
import { evaluate, Projects, sourceOf } from './project.ts'

let projects: Projects
beforeAll(async () => {
  projects = await Projects.create()
})
afterAll(() => projects.remove())

let count = 0
const bundleOf = async (files: Readonly<Record<string, string>>) =>
  sourceOf(await projects.write(`imports-${count++}`, files))

describe('an import of a pattern', () => {
  const files = {
    'index.ts':
      "import { seen } from './parts/one.ts'\nexport default async (name: string) => [await import('./parts/' + name + '.ts'), seen]",
    'parts/one.ts': 'export const seen = {}\nexport default 1',
    'parts/two.ts': "import { seen } from './one.ts'\nexport { seen }",
    'parts/three.ts': 'module.exports = { three: 3 }',
  }
  const load = async (name: string) => {
    const run = evaluate(await bundleOf(files)).default as (name: string) => Promise<[object, object]>
    return run(name)
  }

  it('finds the module that it names at run time', async () => {
    expect((await load('one'))[0]).toMatchObject({ default: 1 })
    expect((await load('three'))[0]).toEqual({ default: { three: 3 }, three: 3 })
  })

  it('finds the same instance as other imports', async () => {
    const [one, seen] = (await load('one')) as [{ seen: object }, object]
    const [two, again] = (await load('two')) as [{ seen: object }, object]
    expect(one.seen).toBe(seen)
    expect(two.seen).toBe(again)
  })

  it('has no default of a module without one', async () => {
    expect('default' in (await load('two'))[0]).toBe(false)
  })

  it('does not depend on a package.json above the application', async () => {
    const above = await projects.write('above', {
      'package.json': '{"type":"module","sideEffects":false}',
      ...Object.fromEntries(Object.entries(files).map(([path, body]) => [`app/${path}`, body])),
    })
    expect(await sourceOf(`${above}/app`)).toBe(await bundleOf(files))
  })
})

it.each([
  ['the name', "'me'", 'entry'],
  ['a file below the name', "'me/inner'", 'inner'],
  ['the imports of its package.json', "'#inner'", 'inner'],
])('an application imports itself by %s', async (_, specifier, expected) => {
  const bundle = await bundleOf({
    'package.json': JSON.stringify({
      name: 'me',
      exports: { '.': './index.ts', './inner': './lib/inner.ts' },
      imports: { '#inner': './lib/inner.ts' },
    }),
    'index.ts': `import * as found from ${specifier}\nimport { seen } from './lib/inner.ts'\nexport const where = 'entry'\nexport default () => [found.where, seen === (found.seen ?? seen)]\nexport { seen }`,
    'lib/inner.ts': "export const where = 'inner'\nexport const seen = {}",
  })
  expect((evaluate(bundle).default as () => unknown)()).toEqual([expected, true])
})

it('a package gets the same instance of the application’s module', async () => {
  const bundle = await bundleOf({
    'index.js':
      "import { seen } from './own.js'\nimport { seen as other } from 'one'\nexport default seen === other",
    'own.js': 'export const seen = {}',
    'node_modules/one/package.json': '{"name":"one","version":"1.0.0"}',
    'node_modules/one/index.js': "export { seen } from '../../own.js'",
  })
  expect(evaluate(bundle).default).toBe(true)
})

it('a computed import fails as a computed require does', async () => {
  const bundle = await bundleOf({ 'index.ts': 'export default (name: string) => import(name)' })
  await expect((evaluate(bundle).default as (name: string) => unknown)('./a.ts')).rejects.toThrow('"./a.ts"')
})

it('an import() of one of the engine’s modules loads it with require', async () => {
  const name = 'qingtian:enclave/vsock@0.1.0'
  const bundle = await bundleOf({ 'index.ts': `export default () => import('${name}')` })
  const run = evaluate(bundle, { [name]: { listen: 1 } }).default as () => Promise<object>
  expect(await run()).toMatchObject({ listen: 1 })
})

describe('the author’s own files are told', () => {
  const files = {
    'app/index.ts':
      "import './lib.ts'\nimport '../beside.ts'\nimport 'linked'\nimport 'one'\nimport 'webclave/sdk'",
    'app/lib.ts': 'console.log(1)',
    'beside.ts': 'console.log(2)',
    'linked/package.json': '{"name":"linked","version":"1.0.0"}',
    'linked/index.js': 'console.log(3)',
    'app/node_modules/linked@': '../../linked',
    'app/node_modules/one/package.json': '{"name":"one","version":"1.0.0"}',
    'app/node_modules/one/index.js': 'console.log(4)',
  }
  const readBy = async (root: string) => {
    const read = new Set<string>()
    const onRead = (file: string) => void read.add(relative(root, file))
    await buildImage({ app: { path: `${root}/app`, onRead }, engine: COMPONENT, kernel: KERNEL }).catch(
      () => {},
    )
    return [...read].toSorted()
  }
  const own = ['app/index.ts', 'app/lib.ts', 'beside.ts', 'linked/index.js']

  it('without those of packages and of the release', async () => {
    expect(await readBy(await projects.write('read', files))).toEqual(own)
  })

  it('also if the build fails', async () => {
    const root = await projects.write('failing', { ...files, 'beside.ts': 'const = 1' })
    expect(await readBy(root)).toContain('beside.ts')
  })
})

it('a style sheet of a package has no effect', async () => {
  const bundle = await bundleOf({
    'index.ts': "import one from 'one'\nexport default one",
    'node_modules/one/package.json': '{"name":"one","version":"1.0.0","type":"module"}',
    'node_modules/one/index.js':
      "import './one.css'\nimport names from './one.module.css'\nexport default typeof names",
    'node_modules/one/one.css': 'a { color: red }',
    'node_modules/one/one.module.css': '.a { color: red }',
  })
  expect(evaluate(bundle).default).toBe('object')
})
