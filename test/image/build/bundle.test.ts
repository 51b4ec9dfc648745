/** Applications given by path: the same bytes in any folder, and errors that name file, line and module. */
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadPath } from '../../../src/image/build/bundle.ts'
import { buildImage } from '../../../src/image/index.ts'
import { COMPONENT, errorOf, KERNEL } from '../support.ts'

const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url))
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-bundle-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Creates a folder `name` with these files, and with this project's dependencies. */
async function project(name: string, files: Record<string, string>): Promise<string> {
  const root = join(folder, name)
  for (const [path, body] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), body)
  }
  await symlink(MODULES, join(root, 'node_modules')).catch(() => {})
  return root
}

async function sourceOf(path: string, sdk?: string): Promise<string> {
  const app = await loadPath(path, sdk === undefined ? {} : { sdk })
  return 'source' in app ? app.source : ''
}

const APP = {
  'package.json': '{"name":"app","main":"src/main.ts"}',
  'src/main.ts': `import { sha384 } from '@noble/hashes/sha2.js'
    import type { Unused } from './types.ts'
    import { double } from './lib/double.ts'
    import { attest } from 'webclave/sdk'
    import * as vsock from 'qingtian:enclave/vsock@0.1.0'
    import data from './data.json'
    const value: Unused = double(data.value)
    export const run = async (): Promise<void> => { await attest(vsock, sha384(new Uint8Array(value))) }`,
  'src/types.ts': 'export type Unused = number',
  'src/lib/double.ts': 'export const double = (value: number): number => 2 * value',
  'src/data.json': '{"value": 21}',
  'sdk/index.ts': 'export async function attest(...parts: unknown[]): Promise<unknown> { return parts }',
}

describe('the same sources', () => {
  it('give the same bytes in folders of different depth and name', async () => {
    const one = await project('one', APP)
    const two = await project('deep/er/two two', {
      ...APP,
      '../tsconfig.json': '{"compilerOptions":{"target":"es5"}}',
    })
    const bytes = await sourceOf(one, join(one, 'sdk/index.ts'))
    expect(await sourceOf(two, join(two, 'sdk/index.ts'))).toBe(bytes)
    expect(bytes).not.toContain(folder)
    expect(bytes).not.toContain(dirname(MODULES))
    expect(bytes).not.toMatch(/[A-Za-z]:\\|\/(?:home|root|tmp|work|Users)\//)
  })

  it('give the same bytes wherever npm installed a dependency', async () => {
    const files = (modules: string) => ({
      'app/index.ts': "import { x } from 'dependency'\nglobalThis.x = x",
      'app/package.json': '{"name":"app"}',
      [`${modules}/dependency/package.json`]: '{"name":"dependency","version":"1.2.3","main":"index.js"}',
      [`${modules}/dependency/index.js`]: 'export const x = 1',
    })
    const inside = await project('nested', files('app/node_modules'))
    const above = await project('hoisted', files('node_modules'))
    const bytes = await sourceOf(join(inside, 'app'))
    expect(bytes).toContain('dependency@1.2.3/index.js')
    expect(await sourceOf(join(above, 'app'))).toBe(bytes)
  })

  it('give the same bytes whatever a tsconfig in a parent folder contains', async () => {
    const tsconfig = '{"compilerOptions":{"paths":{"alias":["./lib.ts"]}}}'
    const root = await project('configured', {
      'tsconfig.json': tsconfig,
      'lib.ts': 'export const x = 1',
      'app/index.ts': "import { x } from 'alias'\nglobalThis.x = x",
    })
    expect((await errorOf(() => loadPath(join(root, 'app')))).code).toBe('E_APP_IMPORT')
  })

  it('become CommonJS that loads the WIT imports with require', async () => {
    const root = await project('runs', APP)
    const source = await sourceOf(root, join(root, 'sdk/index.ts'))
    const module = { exports: {} as { run?: () => Promise<void> } }
    const required: string[] = []
    const require = (name: string) => {
      required.push(name)
      return {}
    }
    new Function('require', 'module', 'exports', source)(require, module, module.exports)
    expect(required).toEqual(['qingtian:enclave/vsock@0.1.0'])
    await expect(module.exports.run!()).resolves.toBeUndefined()
  })

  it('become the application of images with the same PCR0', async () => {
    const files = { 'index.ts': 'console.log(42 as number)' }
    const build = async (name: string) =>
      buildImage({ app: { path: await project(name, files) }, engine: COMPONENT, kernel: KERNEL })
    const [one, two] = [await build('image-one'), await build('nested/image-two')]
    expect(two.eif).toEqual(one.eif)
  })
})

describe('the entry of an application', () => {
  it.each(['index.ts', 'main.ts', 'index.js', 'main.js'])('may be %s', async (name) => {
    const root = await project(`begin-${name}`, { [name]: 'globalThis.begun = true' })
    expect(await sourceOf(root)).toContain('begun')
  })

  it.each(['index.ts', 'main.js'])('may be %s if the main in package.json does not exist', async (name) => {
    const root = await project(`no-main-${name}`, {
      'package.json': '{"main":"dist/gone.js"}',
      [name]: 'globalThis.begun = 2',
    })
    expect(await sourceOf(root)).toContain('begun = 2')
  })

  it('is the main in package.json rather than an index', async () => {
    const root = await project('both', {
      'package.json': '{"main":"own.ts"}',
      'own.ts': 'globalThis.begun = 3',
      'index.ts': 'globalThis.begun = 4',
    })
    expect(await sourceOf(root)).toContain('begun = 3')
  })

  it.each([
    ['.ts', 'globalThis.one = 1 as number'],
    ['.mts', 'globalThis.one = 1 as number\nexport {}'],
    ['.cts', 'globalThis.one = 1 as number\nexport = 1'],
    ['.tsx', 'globalThis.one = 1 as number\nexport const view = () => <a />'],
    ['.js', 'globalThis.one = 1'],
    ['.mjs', 'globalThis.one = 1\nexport {}'],
    ['.cjs', 'globalThis.one = 1\nmodule.exports = 1'],
    ['.jsx', 'globalThis.one = 1\nexport const view = () => <a />'],
  ])('may be another file, with the ending %s', async (ending, body) => {
    const root = await project(`file${ending}`, { [`one${ending}`]: body })
    expect(await sourceOf(join(root, `one${ending}`))).toContain('globalThis.one = 1;')
  })

  it('may be a component, which is used unchanged', async () => {
    const path = join(folder, 'app.wasm')
    await writeFile(path, COMPONENT)
    expect(await loadPath(path)).toEqual({ component: COMPONENT })
  })

  it.each([
    ['a missing file', 'missing', 'no such file or folder'],
    ['an empty folder', 'empty', 'none of them'],
    ['a missing main file', 'main', 'none of them'],
    ['a text file', 'text/app.txt', '.txt'],
    ['more than Node reads at once', 'large', `${2 ** 31} bytes`],
  ])('cannot be %s', async (_, path, got) => {
    await project('empty', { 'readme.md': '' })
    await project('main', { 'package.json': '{"main":"gone.ts"}' })
    await project('text', { 'app.txt': '' })
    // It takes no room on the disk.
    await truncate(join(await project('large', { 'index.js': '' }), 'index.js'), 2 ** 31)
    expect(await errorOf(() => loadPath(join(folder, path)))).toMatchObject({ code: 'E_APP_NOT_FOUND', got })
  })
})

describe('bundling rejects', () => {
  it.each([
    ['node:files', "import { readFileSync } from 'node:files'\nreadFileSync('x')", 'Node has no such module'],
    ['sqlite', "import { DatabaseSync } from 'sqlite'\nnew DatabaseSync('x')", 'sqlite'],
    ['not-installed', "import x from 'not-installed'\nx()", 'not-installed'],
    ['wasi-sockets', "import x from 'wasi-sockets'\nx()", 'wasi-sockets'],
  ])('an import of %s, with file and line', async (name, body, words) => {
    const root = await project(`import-${name.replace(/\W/g, '-')}`, {
      'index.ts': "import './lib/deep.ts'\n",
      'lib/deep.ts': `const before = 1\n\n${body}\n`,
    })
    const error = await errorOf(() => loadPath(root))
    expect(error.code).toBe('E_APP_IMPORT')
    expect(error.message).toContain(`lib/deep.ts:3: Could not resolve "${name}"`)
    expect(error.message).toContain(words)
    expect(error.hint).toContain('install the package beside the application')
  })

  it('an import of a file that is not there, without advice about packages', async () => {
    const root = await project('gone', { 'index.ts': "import x from './gone.ts'\nx()" })
    const error = await errorOf(() => loadPath(root))
    expect(error.code).toBe('E_APP_IMPORT')
    expect(error.what).toBe('index.ts:1: Could not resolve "./gone.ts"')
    expect(error.expected).toContain('a file at this path')
    expect(error.hint).not.toContain('package')
  })

  it.each([
    [
      'of a name that a module does not export',
      "import { gone } from './lib.ts'\ngone()",
      'No matching export',
      undefined,
    ],
    [
      'of a file that is not code',
      "import x from './x.png'\nx()",
      'only .ts, .mts',
      expect.stringContaining('readFile of webclave/sdk'),
    ],
    [
      'of WebAssembly in a package',
      "import x from 'one/x.wasm'\nx()",
      'No loader is configured for ".wasm"',
      expect.stringContaining('neither WebAssembly nor'),
    ],
  ])('an import %s, without the advice for missing packages', async (title, body, words, advice) => {
    const root = await project(title, {
      'index.ts': body,
      'lib.ts': 'export const x = 1',
      'x.png': '',
      'node_modules/one/package.json': '{"name":"one","version":"1.0.0"}',
      'node_modules/one/x.wasm': '',
    })
    const { code, message, hint } = await errorOf(() => loadPath(root))
    expect({ code, hint }).toEqual({ code: 'E_APP_IMPORT', hint: advice })
    expect(message).toMatch(/index\.ts:1: /)
    expect(message).toContain(words)
  })

  it('a syntax error, with file and line', async () => {
    const root = await project('syntax', { 'index.ts': 'const a = 1\nconst b = = 2\n' })
    const error = await errorOf(() => loadPath(root))
    expect(error).toMatchObject({ code: 'E_APP_SYNTAX', got: 'const b = = 2' })
    expect(error.message).toContain('index.ts:2: ')
  })

  it('a top-level await, with advice where to move it', async () => {
    const root = await project('await', { 'index.ts': 'const a = 1\nawait a\n' })
    const error = await errorOf(() => loadPath(root))
    expect(error).toMatchObject({ code: 'E_APP_SYNTAX', got: 'await a' })
    expect(error.message).toMatch(/index\.ts:2: top-level await .* export default async function main/)
  })

  it('a package.json that is not JSON', async () => {
    const root = await project('json', { 'package.json': '{', 'index.ts': '' })
    expect((await errorOf(() => loadPath(root))).code).toBe('E_APP_SYNTAX')
  })
})
