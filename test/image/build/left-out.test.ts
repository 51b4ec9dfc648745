/** Calls of modules that a package leaves out for browsers are reported: at run time they do not say what is missing. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadPath } from '../../../src/image/build/bundle.ts'
import { Projects } from './project.ts'

let projects: Projects
beforeAll(async () => {
  projects = await Projects.create()
})
afterAll(() => projects.remove())

let count = 0
async function warningsOf(body: string, choices = {}): Promise<readonly string[]> {
  const root = await projects.write(`left-out-${count++}`, {
    'index.ts': "import * as one from 'one'\nconsole.log(one)",
    'fs.ts': 'export const readFileSync = () => 1',
    'node_modules/one/package.json':
      '{"name":"one","version":"1.0.0","browser":{"fs":false,"./own.js":false,"path":false}}',
    'node_modules/one/own.js': '',
    'node_modules/one/index.js': body,
  })
  const loaded = await loadPath(root, { choices })
  return 'warnings' in loaded ? loaded.warnings : []
}

const told = (member: string, module = 'fs') => [
  `one@1.0.0/index.js calls ${member} of "${module}", which its package leaves out for browsers and so for enclaves; an alias in the manifest can provide it`,
]

it.each([
  ['of a variable', "const fs = require('fs')\nexports.a = () => fs.readFileSync('a')"],
  ['of a member', "const { x, readFileSync } = require('fs')\nexports.a = () => readFileSync(x)"],
  ['of a renamed member', "const { readFileSync: read } = require('fs')\nexports.a = () => read()"],
  ['of a default import', "import fs from 'fs'\nexport const a = () => fs.readFileSync('a')"],
  [
    'after one that is tested',
    "const fs = require('fs')\nexports.a = () => fs.statSync && fs.statSync(fs.readFileSync('a'))",
  ],
])('a call %s', async (_, body) => {
  expect(await warningsOf(body)).toEqual(told('readFileSync'))
})

it.each([
  ['a named import', "import { readFileSync } from 'fs'\nexport const a = () => readFileSync('a')"],
  ['a namespace', "import * as fs from 'fs'\nexport const a = () => fs.readFileSync('a')"],
])('a call of %s, whose members esbuild leaves out', async (_, body) => {
  expect(await warningsOf(body)).toEqual(told('members'))
})

it('a call of one of the package’s own modules', async () => {
  expect(await warningsOf("const own = require('./own.js')\nexports.a = () => own.run()")).toEqual(
    told('run', './own.js'),
  )
})

it.each([
  [
    'a call after a test',
    "const fs = require('fs')\nexports.a = () => fs.readFileSync && fs.readFileSync('a')",
  ],
  ['a test alone', "const fs = require('fs')\nexports.a = typeof fs.readFileSync"],
  ['an import that is not used', "require('fs')\nexports.a = 1"],
  ['a module that enclaves have', "const path = require('path')\nexports.a = path.join('a')"],
  ['another variable’s member', "const fs = require('fs')\nexports.a = [fs, (own) => own.readFileSync('a')]"],
  [
    'another variable’s member of the same name',
    "const { x, readFileSync } = require('fs')\nexports.a = (own) => [x, own.readFileSync('a')]",
  ],
  ['code that is left out', "import fs from 'fs'\nfunction a() { fs.readFileSync('a') }\nexport const b = 1"],
])('not %s', async (_, body) => {
  expect(await warningsOf(body)).toEqual([])
})

it('not if the manifest gives the module', async () => {
  const body = "const fs = require('fs')\nexports.a = () => fs.readFileSync('a')"
  expect(await warningsOf(body, { alias: { fs: './fs.ts' } })).toEqual([])
})
