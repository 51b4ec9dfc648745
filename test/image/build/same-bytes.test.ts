/** The same sources give the same bytes, whatever is around them and by which links they are reached. */
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildImage } from '../../../src/image/index.ts'
import { COMPONENT, errorOf, KERNEL } from '../support.ts'
import { Projects, sourceOf } from './project.ts'

let projects: Projects
beforeAll(async () => {
  projects = await Projects.create()
})
afterAll(() => projects.remove())

const INSTALLED = {
  'node_modules/esm/package.json': '{"name":"esm","version":"2.0.0","type":"module","exports":"./index.js"}',
  'node_modules/esm/index.js': "import inner from './inner.js'\nexport default inner + 1",
  'node_modules/esm/inner.js': 'export default Math.abs(-1)',
  'node_modules/common/package.json': '{"name":"common","version":"1.2.3"}',
  'node_modules/common/index.js': "module.exports = require('./part')",
  'node_modules/common/part/index.js': 'module.exports = 1',
}
const APP = {
  'index.ts':
    "import esm from 'esm'\nimport common from 'common'\nimport { own } from './lib/own.ts'\nconsole.log(esm, common, own)",
  'lib/own.ts':
    "import * as entry from '../index.ts'\nexport const own = Object.keys(entry).length + Math.random()",
}

const under = (folder: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([path, body]) => [`${folder}/${path}`, body]))

const expected = async () => sourceOf(await projects.write('plain', { ...APP, ...INSTALLED }))

it('names its own modules by their paths, and those of packages by name, version and path', async () => {
  const names = [...(await expected()).matchAll(/^\/\/ (.*)$/gm)].map(([, name]) => name)
  expect(names).toEqual([
    'common@1.2.3/part/index.js',
    'common@1.2.3/index.js',
    'index.ts',
    'esm@2.0.0/inner.js',
    'esm@2.0.0/index.js',
    'index.ts',
    'lib/own.ts',
    'index.ts',
  ])
  expect(await expected()).toContain('"common@1.2.3/part/index.js"(exports, module')
})

it.each<[string, Readonly<Record<string, string>>, string]>([
  ['in a folder with another name', under('some where', { ...APP, ...INSTALLED }), 'some where'],
  ['in a folder whose name a URL escapes', under('ü #[1]', { ...APP, ...INSTALLED }), 'ü #[1]'],
  ...['ü #[1]', '100%/a%20b %'].map((folder): [string, Readonly<Record<string, string>>, string] => [
    `with packages linked from the folder ${folder}`,
    {
      ...under('app', APP),
      ...under(folder, INSTALLED),
      'app/node_modules@': `../${folder}/node_modules`,
    },
    'app',
  ]),
  ['with the packages above', { ...under('a/app', APP), ...INSTALLED }, 'a/app'],
  [
    'below a package.json with a name',
    { 'package.json': '{"name":"above","version":"9.9.9"}', ...under('app', { ...APP, ...INSTALLED }) },
    'app',
  ],
  [
    'below a package.json that chooses modules',
    {
      'package.json': '{"type":"module","sideEffects":false,"browser":{"./app/lib/own.ts":false}}',
      ...under('app', { ...APP, ...INSTALLED }),
    },
    'app',
  ],
  ['within a package', under('node_modules/other/app', { ...APP, ...INSTALLED }), 'node_modules/other/app'],
  ['by a link to its folder', { ...under('real', { ...APP, ...INSTALLED }), 'link@': 'real' }, 'link'],
  [
    'by a link above its folder',
    { ...under('real/app', { ...APP, ...INSTALLED }), 'link@': 'real' },
    'link/app',
  ],
  [
    'by a link to its entry',
    { ...under('real', { ...APP, ...INSTALLED }), 'entry.ts@': 'real/index.ts' },
    'entry.ts',
  ],
  ['by its entry', { ...APP, ...INSTALLED }, 'index.ts'],
  [
    'with packages as pnpm links them',
    {
      ...APP,
      ...Object.fromEntries(
        Object.entries(INSTALLED).map(([path, body]) => {
          const [, name] = path.split('/')
          return [path.replace('node_modules', `node_modules/.pnpm/${name}@1/node_modules`), body]
        }),
      ),
      'node_modules/esm@': '.pnpm/esm@1/node_modules/esm',
      'node_modules/common@': '.pnpm/common@1/node_modules/common',
    },
    '.',
  ],
])('%s', async (title, files, app) => {
  const root = await projects.write(`same ${title}`, files)
  expect(await sourceOf(join(root, app))).toBe(await expected())
})

describe('a package.json above the application with a field browser', () => {
  const files = (field: object, main: string, about?: object) => ({
    'package.json': JSON.stringify({ browser: field }),
    'fake.ts': "export default 'fake'\nexport const own = 'fake'",
    ...under('app', { ...INSTALLED, 'lib/own.ts': 'export const own = 1', 'index.ts': main }),
    ...(about && { 'app/package.json': JSON.stringify(about) }),
  })
  const main =
    "import common from 'common'\nimport { own } from './lib/own'\nimport { sep } from 'path'\nconsole.log(common, own, sep)"
  let count = 0
  const bundleOf = async (...given: Parameters<typeof files>) =>
    sourceOf(join(await projects.write(`fields-${count++}`, files(...given)), 'app'))

  it.each([
    ['of Node', { path: './fake.ts', fs: false }],
    ['that the application does not import', { other: './fake.ts', './app/lib/other.ts': false }],
  ])('has no influence for modules %s', async (_, field) => {
    expect(await bundleOf(field, main)).toBe(await bundleOf({}, main))
  })

  it.each<[string, object, object | undefined]>([
    ['a package', { common: './fake.ts' }, undefined],
    ['a package that it leaves out', { common: false }, { name: 'app' }],
    ['a file of the application', { './app/lib/own.ts': './fake.ts' }, undefined],
  ])('is refused if it replaces %s', async (_, field, about) => {
    const error = await errorOf(() => bundleOf(field, main, about))
    expect(error.code).toBe('E_APP_IMPORT')
    expect(error.what).toContain('a package.json above the application replaces')
  })

  it('has no influence for packages that have one', async () => {
    const own = {
      'app/node_modules/common/package.json':
        '{"name":"common","version":"1.2.3","browser":{"other":"./part"}}',
      'app/node_modules/common/index.js': "module.exports = require('other')",
    }
    const build = async (field: object) => {
      const root = await projects.write(`fields-${count++}`, { ...files(field, main), ...own })
      return sourceOf(join(root, 'app'))
    }
    expect(await build({ other: './fake.ts', fs: false })).toBe(await build({}))
  })

  it('has no influence for files that are named with their endings', async () => {
    const named = main.replace('lib/own', 'lib/own.ts')
    expect(await bundleOf({ './app/lib/own.ts': './fake.ts' }, named)).toBe(await bundleOf({}, named))
  })

  it('does not count if the application has its own', async () => {
    expect(await bundleOf({ common: './fake.ts' }, main, { browser: {} })).toBe(await bundleOf({}, main))
  })
})

it('names a package beside the application, as workspaces have it, by the package', async () => {
  const root = await projects.write('workspace', {
    'package.json': '{"name":"workspace","version":"1.0.0"}',
    'packages/lib/package.json': '{"name":"@me/lib","version":"0.1.0","type":"module"}',
    'packages/lib/index.js': "export { x } from './src/deep/x.js'",
    'packages/lib/src/deep/x.js': 'export const x = Math.random()',
    'shared/x.ts': 'export const y = Math.random()',
    'app/index.ts': "import { x } from '@me/lib'\nimport { y } from '../shared/x.ts'\nconsole.log(x, y)",
    'node_modules/@me/lib@': '../../packages/lib',
  })
  const names = [...(await sourceOf(join(root, 'app'))).matchAll(/^\/\/ (.*)$/gm)].map(([, name]) => name)
  expect(names).toEqual(['@me/lib@0.1.0/src/deep/x.js', '../shared/x.ts', 'index.ts'])
})

it('names a linked package by the package if the name of its folder begins that of the application', async () => {
  const root = await projects.write('prefix', {
    'lib/package.json': '{"name":"lib","version":"1.0.0","type":"module"}',
    'lib/index.js': 'export const x = Math.random()',
    'lib-app/index.ts': "import { x } from 'lib'\nconsole.log(x)",
    'lib-app/node_modules/lib@': '../../lib',
  })
  expect(await sourceOf(join(root, 'lib-app'))).toContain('// lib@1.0.0/index.js\n')
})

it('has the same PCR0 by a link, and below a package.json with a name', async () => {
  const files = {
    'index.ts': "import { one } from './one.ts'\nconsole.log(one)",
    'one.ts': 'export const one = 1',
  }
  const plain = await projects.write('image', files)
  const named = await projects.write('image-named', {
    'package.json': '{"name":"x"}',
    ...under('app', files),
  })
  const link = join(projects.folder, 'image-link')
  await symlink(plain, link)
  const build = (path: string) => buildImage({ app: { path }, engine: COMPONENT, kernel: KERNEL })
  const [one, two, three] = [await build(plain), await build(join(named, 'app')), await build(link)]
  expect(two.pcrs).toEqual(one.pcrs)
  expect(three.eif).toEqual(one.eif)
})
