/** The tsconfig.json of an application: what it changes in a bundle, wherever the project is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadPath } from '../../../src/image/build/bundle.ts'
import { buildImage } from '../../../src/image/index.ts'
import { COMPONENT, errorOf, KERNEL } from '../support.ts'
import { evaluate, Projects, sourceOf } from './project.ts'

let projects: Projects
beforeAll(async () => {
  projects = await Projects.create()
})
afterAll(() => projects.remove())

let count = 0
const write = (options: object, files: Readonly<Record<string, string>>, rest: object = {}) =>
  projects.write(`configured-${count++}`, {
    'tsconfig.json': `// A comment.\n${JSON.stringify({ ...rest, compilerOptions: options })}`,
    ...files,
  })
const exportOf = async (...given: Parameters<typeof write>) =>
  evaluate(await sourceOf(await write(...given))).default

const LIB = { 'lib/one.ts': 'export const own = {}', 'index.ts': "export { own as default } from '@/one.ts'" }

describe('names for modules', () => {
  it('are those of paths, and give the same instance as other imports', async () => {
    const files = {
      ...LIB,
      'index.ts':
        "import { own } from '@/one.ts'\nimport { own as other } from './lib/one.ts'\nexport default own === other",
    }
    expect(await exportOf({ paths: { '@/*': ['./lib/*'] } }, files)).toBe(true)
  })

  it('are those below baseUrl', async () => {
    const files = { ...LIB, 'index.ts': "export { own as default } from 'lib/one.ts'" }
    expect(await exportOf({ baseUrl: '.' }, files)).toEqual({})
  })

  it('are not for packages', async () => {
    const files = {
      ...LIB,
      'index.ts': "import 'one'",
      'node_modules/one/package.json': '{"name":"one","version":"1.0.0"}',
      'node_modules/one/index.js': "require('@/one.ts')",
    }
    const root = await write({ paths: { '@/*': ['./lib/*'] } }, files)
    expect((await errorOf(() => sourceOf(root))).message).toContain(
      'one@1.0.0/index.js:1: Could not resolve "@/one.ts"',
    )
  })

  it('of a tsconfig.json above the application do not count, which the error says', async () => {
    const above = Object.fromEntries(Object.entries(LIB).map(([path, body]) => [`app/${path}`, body]))
    const root = await write({ paths: { '@/*': ['./app/lib/*'] } }, above)
    const { code, hint } = await errorOf(() => sourceOf(`${root}/app`))
    expect(code).toBe('E_APP_IMPORT')
    expect(hint).toContain('paths of a tsconfig.json count if it is in the folder of the application')
  })
})

describe('the language', () => {
  const DECORATED = `const seen: unknown[] = []
    const note = (...given: unknown[]) => { seen.push(given.length) }
    class One { @note two() {} three(@note four: number) { return four } }
    export default [seen, One]`

  it('has TypeScript’s own decorators with experimentalDecorators, also for parameters', async () => {
    const [seen] = (await exportOf({ experimentalDecorators: true }, { 'index.ts': DECORATED })) as [number[]]
    expect(seen).toEqual([3, 3])
  })

  it('has no decorators of parameters otherwise', async () => {
    const root = await write({}, { 'index.ts': DECORATED })
    expect((await errorOf(() => sourceOf(root))).code).toBe('E_APP_SYNTAX')
  })

  it.each([
    [{ useDefineForClassFields: false }, 'set'],
    [{ useDefineForClassFields: true }, 'defined'],
    [{ target: 'es2020' }, 'set'],
    [{ target: 'es2022' }, 'defined'],
    [{}, 'defined'],
  ])('has fields of classes as %o asks', async (options, expected) => {
    const main = `let how = 'defined'
      class Base { set field(_: unknown) { how = 'set' } }
      new (class extends Base { field = 1 })()
      export default how`
    expect(await exportOf(options, { 'index.ts': main })).toBe(expected)
  })

  it.each([
    ['react', {}, 'React.createElement("a"'],
    ['preserve', {}, 'React.createElement("a"'],
    ['react', { jsxFactory: 'h' }, 'h("a"'],
    ['react-jsx', { jsxImportSource: 'own' }, 'own-jsx-of-a'],
  ])('has JSX as %s %o asks', async (jsx, options, expected) => {
    const files = {
      'index.ts': "import { view } from './view.tsx'\nconsole.log(view)",
      'view.tsx': 'declare const React: unknown, h: unknown\nexport const view = <a />',
      'node_modules/own/package.json': '{"name":"own","version":"1.0.0"}',
      'node_modules/own/jsx-runtime.js': "exports.jsx = (tag) => 'own-jsx-of-' + 'a'",
    }
    expect(await sourceOf(await write({ jsx, ...options }, files))).toContain(expected)
  })
})

describe('a configuration that another one extends', () => {
  const files = { ...LIB, 'base/paths.json': '{ "compilerOptions": { "paths": { "@/*": ["../lib/*"] } } }' }

  it('counts', async () => {
    expect(await exportOf({}, files, { extends: './base/paths.json' })).toEqual({})
  })

  it('counts if it is in a package', async () => {
    const base = {
      'node_modules/@base/node/tsconfig.json': '{ "compilerOptions": { "baseUrl": "../../../lib" } }',
    }
    const main = { 'index.ts': "export { own as default } from 'one.ts'" }
    expect(await exportOf({}, { ...LIB, ...base, ...main }, { extends: '@base/node/tsconfig.json' })).toEqual(
      {},
    )
  })

  it('must exist', async () => {
    const root = await write({ paths: { '@/*': ['./lib/*'] } }, LIB, { extends: './gone.json' })
    const error = await errorOf(() => sourceOf(root))
    expect(error.code).toBe('E_APP_SYNTAX')
    expect(error.message).toContain('tsconfig.json:2: Cannot find base config file "./gone.json"')
  })
})

it('a configuration that is not JSON is an error with its line', async () => {
  const root = await projects.write('broken', {
    'tsconfig.json': '{\n  "compilerOptions": ]',
    'index.ts': 'export default 1',
  })
  const error = await errorOf(() => sourceOf(root))
  expect(error.code).toBe('E_APP_SYNTAX')
  expect(error.message).toContain('tsconfig.json:2: Unexpected "]"')
})

describe('a warning', () => {
  const warningsOf = async (text: string) => {
    const root = await projects.write(`warned-${count++}`, {
      'tsconfig.json': text,
      'index.ts': 'export default 1',
    })
    const loaded = await loadPath(root)
    return 'warnings' in loaded ? loaded.warnings : []
  }

  it.each([
    ['{ "compilerOptions": { "emitDecoratorMetadata": true } }', [/emitDecoratorMetadata has no effect/]],
    ['{ "compilerOptions": { "target": "es2099" } }', [/^tsconfig\.json:1: Unrecognized target/]],
    ['{ "compilerOptions": { /* "emitDecoratorMetadata": true */ "strict": true } }', []],
    ['{ "compilerOptions": { "emitDecoratorMetadata": false } }', []],
    ['{ "compilerOptions": { "outDir": "http://x" } } // "emitDecoratorMetadata": true', []],
  ])('for %s', async (text, expected) => {
    expect(await warningsOf(text)).toEqual(expected.map((each) => expect.stringMatching(each)))
  })
})

it('a configured application has the same PCR0 wherever it is', async () => {
  const files = {
    ...LIB,
    'tsconfig.json':
      '{ "extends": "base", "compilerOptions": { "jsx": "react-jsxdev", "jsxImportSource": "own", "paths": { "@/*": ["./lib/*"] } } }',
    'index.ts': "import { own } from '@/one.ts'\nimport { view } from '@/view.tsx'\nconsole.log(own, view)",
    'lib/view.tsx': 'export const view = <a />',
    'node_modules/base/tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true } }',
    'node_modules/own/package.json': '{"name":"own","version":"1.0.0"}',
    'node_modules/own/jsx-dev-runtime.js': 'exports.jsxDEV = (...given) => given',
  }
  const pcrsOf = async (app: string) => {
    await projects.write(app, files)
    const path = `${projects.folder}/${app}`
    return (await buildImage({ app: { path }, engine: COMPONENT, kernel: KERNEL })).pcrs
  }
  const pcrs = await pcrsOf('here')
  expect(await pcrsOf('deep/er/ü #[1] 100%')).toEqual(pcrs)
  await projects.write('below', {
    'tsconfig.json': '{ "compilerOptions": { "target": "es5", "jsx": "react" } }',
  })
  expect(await pcrsOf('below/app')).toEqual(pcrs)
})
