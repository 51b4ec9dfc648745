/** The language service of the editor: an application has the SDK and what docs/globals.md says, and no page. */
import typescript from 'typescript-6'
import { beforeAll, describe, expect, test } from 'vitest'
import { Language } from '../../../web/compiler/language.ts'
import { collectDeclarations } from '../../../web/site/declarations.ts'
import { exampleOf } from './support.ts'

let language: Language

beforeAll(() => {
  language = new Language(typescript, collectDeclarations())
})

/** Sets one file, and returns the position of `|` in its text, which is left out. */
function write(text: string, more: Record<string, string> = {}): number {
  language.setFiles({ 'index.ts': text.replace('|', ''), ...more })
  return text.indexOf('|')
}

const textsOf = (path = 'index.ts') => language.findings(path).map(({ text }) => text)
const namesAt = (position: number) =>
  language.complete('index.ts', position)?.options.map(({ name }) => name) ?? []

test.each(['echo', 'attest', 'tokenizer', 'password-vault', 'secret-signer'])(
  'guests/%s has no findings',
  async (name) => {
    const { files } = await exampleOf(name)
    language.setFiles(files)
    expect(language.findings('index.ts')).toEqual([])
  },
)

describe('findings', () => {
  test('a wrong argument of the SDK, at its place', () => {
    const text = "import { randomBytes } from 'webclave/sdk'\n\nexport default () => randomBytes('32')\n"
    write(text)
    const from = text.indexOf("'32'")
    expect(language.findings('index.ts')).toEqual([
      {
        from,
        to: from + 4,
        severity: 'error',
        text: "Argument of type 'string' is not assignable to parameter of type 'number'.",
        code: 'TS2345',
      },
    ])
  })

  test('a syntax error, in a file that is not the first', () => {
    write("import './b'", { 'b.ts': 'let a = ;' })
    expect(language.findings('b.ts')).toMatchObject([{ from: 8, text: 'Expression expected.' }])
    expect(language.findings('index.ts')).toEqual([])
  })

  test('names of a page are unknown, without advice about settings', () => {
    write('document.title; window.close()')
    expect(textsOf()).toEqual(["Cannot find name 'document'.", "Cannot find name 'window'."])
  })

  test('fetch is declared, and rejects', () => {
    const at = write("await fe|tch('https://example.org')\nexport {}")
    expect(textsOf()).toEqual([])
    expect(language.describe('index.ts', at)?.type).toContain('function fetch(')
  })

  test.each(['new WebAssembly.Module(1 as never)', 'new MessageChannel()', 'new CompressionStream("gzip")'])(
    'an enclave does not have %s',
    (code) => {
      write(code)
      expect(textsOf()).toHaveLength(1)
    },
  )

  test('what the bundler accepts is accepted: Node by name, texts, JSON, extensions, paths of a tsconfig.json', () => {
    const text = `import { createHash } from 'node:crypto'
import { inspect } from 'util'
import text from './a.txt'
import data from './d.json'
import { b } from './b.ts'
import { c } from '@lib/c'
console.log(createHash, inspect, text.length, data.list.length, b, c, Buffer, process.env)`
    const config = '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }'
    write(text, {
      'b.ts': 'export const b = 1',
      'd.json': '{ "list": [] }',
      'lib/c.ts': 'export const c = 1',
      'tsconfig.json': config,
    })
    expect(textsOf()).toEqual([])
  })

  test('a package that is missing is one', () => {
    write("import pad from 'left-pad'\npad()")
    expect(textsOf()).toEqual(["Cannot find module 'left-pad' or its corresponding type declarations."])
  })

  test('follow a change of another file, and of this one', () => {
    write("import { a } from './a'\na.length", { 'a.ts': "export const a = ''" })
    expect(textsOf()).toEqual([])
    language.update('a.ts', 'export const a = 1')
    expect(textsOf()).toHaveLength(1)
    language.update('index.ts', "import { a } from './a'\na.toFixed()")
    expect(textsOf()).toEqual([])
  })

  test('a file that is not a script, or does not exist, has none', () => {
    write('run()', { 'a.txt': 'x' })
    expect([language.findings('a.txt'), language.findings('gone.ts')]).toEqual([[], []])
  })
})

describe('completions', () => {
  test('of vsock', () => {
    const at = write("import { vsock } from 'webclave/sdk'\nvsock.|")
    expect(namesAt(at)).toEqual(['connect', 'listen', 'localCid', 'PARENT_CID', 'Socket', 'VsockError'])
    expect(language.complete('index.ts', at)).toMatchObject({ from: at, isMember: true })
  })

  test('of crypto.subtle: what an enclave has', () => {
    const at = write('crypto.subtle.|')
    expect(namesAt(at)).toContain('digest')
    expect(namesAt(at)).not.toContain('getPublicKey')
  })

  test('of a module in an import', () => {
    expect(namesAt(write("import {} from 'web|'"))).toContain('webclave/sdk')
    expect(namesAt(write("import {} from 'webclave/|'"))).toContain('sdk')
    expect(namesAt(write("import {} from 'node:cry|'"))).toContain('node:crypto')
    expect(namesAt(write("import {} from './|'", { 'lib.ts': 'export {}' }))).toContain('lib')
  })

  test('with the import that they need, and their documentation', () => {
    const at = write("import { vsock } from 'webclave/sdk'\nvsock; atte|")
    const option = language.complete('index.ts', at)!.options.find(({ name }) => name === 'attest')!
    expect(option.source).toBe('webclave/sdk')
    const detail = language.detail('index.ts', at, option)
    expect(detail).toMatchObject({ edits: [{ from: 9, to: 9, insert: 'attest, ' }] })
    expect(detail?.text).toContain('A signed attestation document')
  })

  test('offer nothing that applications do not import', () => {
    const at = write('att|')
    const sources = new Set(language.complete('index.ts', at)!.options.map(({ source }) => source))
    expect([...sources].filter((source) => source !== undefined)).toEqual(['webclave/sdk'])
  })
})

test('a description has the type and the docstring', () => {
  const at = write("import { ran|domBytes } from 'webclave/sdk'")
  const description = language.describe('index.ts', at)
  expect(description).toMatchObject({ from: 9, to: 20 })
  expect(description?.type).toContain('function randomBytes(length: number): Uint8Array<ArrayBuffer>')
  expect(description?.text).toContain('random bytes from the module')
})

test('a call has its parameters', () => {
  const at = write("import { hmac } from 'webclave/sdk'\nhmac('sha256', |")
  expect(language.signature('index.ts', at)).toMatchObject({
    before: 'hmac(',
    active: 1,
    parameters: [expect.stringMatching(/^digest/), expect.stringMatching(/^key/), expect.any(String)],
  })
  const outside = write('const a| = 1')
  expect(language.signature('index.ts', outside)).toBeUndefined()
})
