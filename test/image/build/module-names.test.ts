/** Names of modules with unusual characters: what could end a comment or a string of the bundle is refused or replaced. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorOf } from '../support.ts'
import { evaluate, Projects, sourceOf } from './project.ts'

let projects: Projects
beforeAll(async () => {
  projects = await Projects.create()
})
afterAll(() => projects.remove())

const installed = (about: object, file = 'index.js', body = 'module.exports = Math.abs(-1)') => ({
  'node_modules/one/package.json': JSON.stringify({ name: 'one', version: '1.0.0', main: file, ...about }),
  [`node_modules/one/${file}`]: body,
})
const APP = { 'index.ts': "import one from 'one'\nexport default one" }
const namesIn = (source: string) => [...source.matchAll(/^\/\/ (?!#)(.*)$/gm)].map(([, name]) => name)

describe('a file name', () => {
  it.each([
    ['a line feed', 'a\nb.js'],
    ['a carriage return', 'a\rb.js'],
    ['a line separator', 'a\u2028b.js'],
    ['a quotation mark', 'a"b.js'],
    ['an apostrophe', "a'b.js"],
    ['a grave accent', 'a`b.js'],
    ['a backslash', 'a\\b.js'],
    ['a control character', 'a\u0007b.js'],
  ])('with %s is refused, in a package and in the application', async (title, file) => {
    const inPackage = await projects.write(`package ${title}`, { ...APP, ...installed({}, file) })
    const own = await projects.write(`own ${title}`, {
      'index.ts': `import ${JSON.stringify(`./${file}`)}`,
      [file]: 'console.log(1)',
    })
    for (const root of [inPackage, own]) {
      const error = await errorOf(() => sourceOf(root))
      expect(error.code).toBe('E_APP_IMPORT')
      expect(error.message).toContain('has characters that a bundle cannot name')
      expect(error.message).not.toMatch(/\p{Cc}/u)
      // How to install a missing package is not the advice here.
      expect(error.hint).toBeUndefined()
    }
  })

  it.each(['ü ä.js', 'a#b?c.js', 'a%20b.js', 'a(b)[c].js', 'a&b;c.js'])('may be %s', async (file) => {
    const root = await projects.write(`file ${file}`, { ...APP, ...installed({}, file) })
    const source = await sourceOf(root)
    expect(namesIn(source)).toEqual([`one@1.0.0/${file}`, 'index.ts'])
    expect(evaluate(source).default).toBe(1)
  })
})

it('a package in a scope is named by its own package.json', async () => {
  const root = await projects.write('scope', {
    'index.ts': "import one from '@me/one'\nimport two from '@me/two'\nexport default one + two",
    'node_modules/@me/package.json': '{"name":"of-the-scope"}',
    'node_modules/@me/one/package.json': '{"name":"@me/one","version":"1.0.0"}',
    'node_modules/@me/one/index.js': 'module.exports = Math.abs(-1)',
    'node_modules/@me/two/index.js': 'module.exports = Math.abs(-2)',
  })
  const source = await sourceOf(root)
  expect(namesIn(source).slice(0, 2)).toEqual(['@me/one@1.0.0/index.js', '@me/two/index.js'])
  expect(evaluate(source).default).toBe(3)
})

it('a method whose name is a text stays as it is', async () => {
  const root = await projects.write('method', {
    'index.ts':
      "const own = {\n  'a-b'(value: number) {\n    return value\n  },\n}\nexport default own['a-b'](2)",
  })
  const source = await sourceOf(root)
  expect(source).toContain('  "a-b"(value) {')
  expect(evaluate(source).default).toBe(2)
})

describe('the name of a package', () => {
  it.each([
    ['a line feed', { name: 'one\nthrow 1 //' }, 'one_throw_1_//@1.0.0/index.js'],
    ['a line separator', { name: 'a\u2028b' }, 'a_b@1.0.0/index.js'],
    ['letters that are not ASCII', { name: 'ünï' }, '_n_@1.0.0/index.js'],
    ['spaces in its version', { version: '1 or 2' }, 'one@1_or_2/index.js'],
    ['a scope', { name: '@me/other' }, '@me/other@1.0.0/index.js'],
    ['no name', { name: undefined }, 'one/index.js'],
    ['no version', { version: undefined }, 'one@0/index.js'],
  ])('with %s is written so that a comment can contain it', async (title, about, name) => {
    const root = await projects.write(`named ${title}`, { ...APP, ...installed(about) })
    const source = await sourceOf(root)
    expect(namesIn(source)[0]).toBe(name)
    expect(evaluate(source).default).toBe(1)
  })
})
