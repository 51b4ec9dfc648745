/** Node's modules in the editor: the types of what enclaves have of them, and none of Node's globals. */
import typescript from 'typescript-6'
import { beforeAll, expect, test } from 'vitest'
import { PROVIDED } from '../../../src/image/build/node-names.ts'
import { Language } from '../../../web/compiler/language.ts'
import { LanguageFiles, NODE_TYPES } from '../../../web/compiler/language-files.ts'
import { collectDeclarations } from '../../../web/site/declarations.ts'

let language: Language

beforeAll(() => {
  language = new Language(typescript, collectDeclarations())
})

/** Sets one file, and returns the position of `|` in its text, which is left out. */
function write(text: string): number {
  language.setFiles({ 'index.ts': text.replace('|', '') })
  return text.indexOf('|')
}

const textsOf = () => language.findings('index.ts').map(({ text }) => text)
const namesAt = (position: number) =>
  language.complete('index.ts', position)?.options.map(({ name }) => name) ?? []

test.each([...PROVIDED])('%s has types, with and without the prefix', (name) => {
  const at = write(`import * as one from 'node:${name}'\nimport * as other from '${name}'\none|; other`)
  expect(textsOf()).toEqual([])
  expect(language.describe('index.ts', at)?.type).toContain('import one')
  // A module without declarations is `any`, whose members are not known.
  write(`import * as one from 'node:${name}'\none.thisDoesNotExist`)
  expect(textsOf()).toEqual([expect.stringContaining("'thisDoesNotExist' does not exist")])
})

test('members are completed and described', () => {
  const text = "import { createHash } from 'node:crypto'\ncreateHash('sha256')."
  expect(namesAt(write(`${text}|`))).toEqual(expect.arrayContaining(['update', 'digest']))
  const at = write("import { EventEmitter } from 'events'\nnew EventEmitter().on|ce('a', () => {})")
  expect(language.describe('index.ts', at)?.text).toContain('one-time')
  expect(namesAt(write("import { rando| } from 'node:crypto'"))).toContain('randomBytes')
})

test('wrong arguments are found, and the types fit the globals of an enclave', () => {
  const text = `import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { inspect, promisify } from 'node:util'
const key: Uint8Array = pbkdf2Sync('a', new Uint8Array(16), 1000, 32, 'sha256')
const hex: string = Buffer.from(key).toString('hex')
const href = new URL('https://a').href
for await (const part of Readable.from([hex])) console.log(inspect(part), href, promisify)
await wait(10)
process.exitCode = Number(process.env['CODE'] ?? process.argv.length)
global.queueMicrotask(() => {})
randomBytes('32')`
  write(text)
  expect(textsOf()).toEqual([expect.stringContaining("Argument of type 'string' is not assignable")])
})

test.each([
  "import { createSign } from 'node:crypto'",
  "import { createCipheriv } from 'crypto'",
  "import os from 'node:os'\nos.userInfo()",
  "import { threadId, markAsUntransferable } from 'node:worker_threads'\nthreadId.toFixed()",
  "import { createRequire } from 'node:module'",
  "import { performance, monitorEventLoopDelay } from 'node:perf_hooks'\nperformance.now()",
  'process.dlopen({}, "a")',
])('what fails in an enclave is not there: %s', (code) => {
  write(code)
  expect(textsOf()).toHaveLength(1)
})

test('modules that fail in an enclave can be imported, and nothing is known of them', () => {
  write("import fs from 'node:fs'\nimport { request } from 'http'\nfs.readFileSync('a')\nrequest({})")
  expect(textsOf()).toEqual([])
})

test.each(['__dirname', 'gc', 'BroadcastChannel', 'MessageChannel', 'exports', 'require'])(
  '%s is not a global',
  (name) => {
    write(`console.log(${name})`)
    expect(textsOf()).toEqual([expect.stringContaining(`Cannot find name '${name}'.`)])
    expect(namesAt(write(`${name.slice(0, 4)}|`))).not.toContain(name)
  },
)

/** What the declarations name of modules and globals that enclaves do not have. */
const ABROAD =
  /Namespace '"node:\*"'|Cannot use namespace|EventListener|stream\/iter|undici-types|PerformanceEntry|AssertMethodNames|'partialDeepStrictEqual'/

test('the declarations have no other errors than by what enclaves do not have', () => {
  const declarations = collectDeclarations()
  const files = new LanguageFiles(typescript, declarations)
  const settings = { ...files.getCompilationSettings(), skipLibCheck: false }
  files.getCompilationSettings = () => settings
  const service = typescript.createLanguageService(files)
  const paths = [...declarations.keys()].filter((path) => path.startsWith(NODE_TYPES) && path.endsWith('.ts'))
  expect(paths.length).toBeGreaterThan(25)
  expect(paths.flatMap((path) => service.getSyntacticDiagnostics(path).map(() => path))).toEqual([])
  const messages = paths.flatMap((path) =>
    service
      .getSemanticDiagnostics(path)
      .map(({ messageText }) => `${path}: ${typescript.flattenDiagnosticMessageText(messageText, ' ')}`),
  )
  expect(messages.filter((message) => !ABROAD.test(message))).toEqual([])
})
