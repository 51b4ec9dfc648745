/** An image that is built in a tab is the image that `qt enclave make-img` builds, byte for byte. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PROVIDED } from '../../../src/image/build/node-names.ts'
import { buildImage, pcrHex } from '../../../src/image/index.ts'
import type { Built, Compiler } from '../../../web/compiler/compiler.ts'
import type { BuildRequest } from '../../../web/compiler/request.ts'
import { Projects } from '../../image/build/project.ts'
import { createCompiler, exampleOf } from './support.ts'

let compiler: Compiler
let projects: Projects

beforeAll(async () => {
  ;[compiler, projects] = await Promise.all([createCompiler(), Projects.create()])
})

afterAll(() => projects.remove())

async function built(request: BuildRequest): Promise<Built> {
  const answer = await compiler.build(request)
  if (answer?.kind !== 'built') throw new Error(JSON.stringify(answer))
  return answer
}

async function expectSame(path: string, request: BuildRequest): Promise<void> {
  const { files, entry, imageFiles, ...options } = request
  const expected = await buildImage({
    ...options,
    app: { path: entry === undefined ? path : `${path}/${entry}` },
    ...(imageFiles && { files: imageFiles as Record<string, Uint8Array> }),
  })
  const actual = await built(request)
  expect(pcrHex(actual.pcrs, 0)).toBe(pcrHex(expected.pcrs, 0))
  expect(Buffer.compare(actual.eif, expected.eif)).toBe(0)
  expect(
    actual.warnings.map(({ text, place }) => (place ? `${place.file}:${place.line}: ${text}` : text)),
  ).toEqual(expected.warnings)
}

test.each(['echo', 'attest', 'tokenizer', 'password-vault', 'secret-signer'])('guests/%s', async (name) => {
  const { path, files } = await exampleOf(name)
  await expectSame(path, { files })
})

const importAll = [...PROVIDED].map((name, at) => `import * as module${at} from 'node:${name}'`).join('\n')
const useAll = [...PROVIDED].map((_, at) => `module${at}`).join(', ')

const CASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'imports with and without an extension': {
    'index.ts': `import { a } from './a.ts'
import { b } from './b'
import { c } from './c.js'
import d from './d'
console.log(a, b, c, d)`,
    'a.ts': 'export const a = 1',
    'b.ts': "import { z } from './deep/z'\nexport const b = z",
    'c.ts': 'export const c: number = 3',
    'd/index.ts': 'export default 4',
    'deep/z.mts': 'export const z = 5',
    'deep/z.ts': 'export const z = 6',
  },
  'JSON, text and characters beyond ASCII': {
    'index.ts':
      "import text from './ä ö.txt'\nimport data from './data.json'\nconsole.log(text, data.list, '→ é 🔑')",
    'ä ö.txt': '\ufeffzeile\r\n',
    'data.json': '{ "list": [1, 2, "ü"] }',
  },
  'modules of Node, and Buffer and process by name': {
    'index.ts': `import { Buffer as Bytes } from 'node:buffer'
import { createHash } from 'crypto'
import { readFileSync } from 'node:fs'
console.log(Bytes.from('a'), Buffer.from('b'), process.env, createHash('sha256'), readFileSync)`,
  },
  'AsyncLocalStorage, which changes how await is compiled': {
    'index.ts': `import { AsyncLocalStorage } from 'node:async_hooks'
const storage = new AsyncLocalStorage<number>()
export default async () => storage.run(1, async () => { await null; console.log(storage.getStore()) })`,
  },
  'all of the SDK and of the modules of Node': {
    'index.ts': `import * as sdk from 'webclave/sdk'\n${importAll}\nconsole.log(sdk, Buffer, process, ${useAll})`,
  },
  'uses of Intl': {
    'index.ts': "import { format } from './lib'\nconsole.log(format(1))",
    'lib.ts':
      "\n\nexport const format = (n: number) => new Intl.NumberFormat('de').format(n) + new Intl.Segmenter('de')",
  },
  'a package.json with main, names and imports': {
    'package.json':
      '{ "name": "own", "main": "src/start.ts", "type": "module", "imports": { "#lib": "./src/lib.ts" } }',
    'src/start.ts': "import { a } from '#lib'\nconsole.log(a)",
    'src/lib.ts': "export const a = 'a'",
  },
  'a tsconfig.json with paths': {
    'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] }, "jsxFactory": "h" } }',
    'index.ts': "import { a } from '@lib/a'\nconsole.log(a)",
    'lib/a.ts': "export const a = 'a'",
  },
  'JavaScript, CommonJS and class fields': {
    'index.js':
      "const { a } = require('./a.cjs')\nclass Field { #x = a; y = this.#x }\nconsole.log(new Field())",
    'a.cjs': 'exports.a = __filename',
  },
  'a package among the files': {
    'index.ts': "import pad from 'left-pad'\nconsole.log(pad)",
    'node_modules/left-pad/package.json': '{ "name": "left-pad", "version": "1.3.0", "main": "index.js" }',
    'node_modules/left-pad/index.js': 'module.exports = (text) => text',
  },
}

test.each(Object.keys(CASES))('%s', async (name) => {
  const files = CASES[name]!
  await expectSame(await projects.write(name, files), { files })
})

test('an entry in a folder, arguments, environment, files and manifest', async () => {
  const files = {
    'src/run.ts': "import { a } from './lib/a'\nconsole.log(a, MODE)",
    'src/lib/a.ts': 'export const a = 1',
  }
  await expectSame(await projects.write('entry', files), {
    files,
    entry: 'src/run.ts',
    args: ['one', 'two words'],
    env: { NAME: 'value' },
    imageFiles: { 'data/key.bin': new Uint8Array([0, 255, 13, 10]) },
    manifest: { memoryMiB: 64, define: { MODE: '"test"' }, destinations: ['example.org:443'] },
    name: 'named',
    version: '2.0',
    profile: 'nitro',
  })
})

test('a file that a later build no longer has is not found', async () => {
  const files = { 'index.ts': "import { a } from './a'\nconsole.log(a)", 'a.ts': 'export const a = 1' }
  await built({ files })
  const answer = await compiler.build({ files: { 'index.ts': files['index.ts'] } })
  expect(answer).toMatchObject({ kind: 'refused', problem: { code: 'E_APP_IMPORT' } })
})
