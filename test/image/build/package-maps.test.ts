/** A package's own source map has no influence on a bundle: it names files that only the author of the package has. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Projects, sourceOf } from './project.ts'

let projects: Projects
beforeAll(async () => {
  projects = await Projects.create()
})
afterAll(() => projects.remove())

const MAP = JSON.stringify({ version: 3, sources: ['../../../src/one.ts'], names: [], mappings: 'AAEA' })
const INLINE = `data:application/json;base64,${Buffer.from(MAP).toString('base64')}`
const CODE = 'export const one = Math.random()'

/** A package whose module has `comment` after its code. */
const installed = (comment: string) => ({
  'node_modules/one/package.json': '{"name":"one","version":"1.0.0","type":"module","main":"dist/one.js"}',
  'node_modules/one/dist/one.js': CODE + comment,
  'node_modules/one/dist/one.js.map': MAP,
})
const APP = { 'index.ts': "import { one } from 'one'\nconsole.log(one)" }
const below = (folder: string) => ({ [`${folder}/index.ts`]: APP['index.ts'] })

const mapOf = (source: string) =>
  JSON.parse(Buffer.from(source.split('base64,').at(-1)!, 'base64').toString()) as { sources: string[] }

let count = 0
const bundleOf = async (files: Readonly<Record<string, string>>, app = '.') =>
  sourceOf(join(await projects.write(`maps-${count++}`, files), app))

describe('the bundle is the same', () => {
  it.each([
    ['with a comment that names a file', '\n//# sourceMappingURL=one.js.map\n'],
    ['with a comment of the old form', '\n//@ sourceMappingURL=one.js.map'],
    ['with a comment between slashes and asterisks', '\n/*# sourceMappingURL=one.js.map */'],
    ['with the map in the comment', `\n//# sourceMappingURL=${INLINE}\n`],
    ['with the comment behind code', ';//# sourceMappingURL=one.js.map'],
    ['with the comment above another', '\n//# sourceMappingURL=one.js.map\n// The end.\n'],
  ])('%s', async (_, comment) => {
    expect(await bundleOf({ ...installed(comment), ...APP })).toBe(
      await bundleOf({ ...installed(''), ...APP }),
    )
  })
  const comment = '\n//# sourceMappingURL=one.js.map\n'

  it('with the package one or two folders above the application', async () => {
    const one = await bundleOf({ ...installed(comment), ...below('app') }, 'app')
    const two = await bundleOf({ ...installed(comment), ...below('deep/app') }, 'deep/app')
    expect(two).toBe(one)
  })

  it('without the file of the map', async () => {
    const root = await projects.write('deleted', { ...installed(comment), ...APP })
    const bundle = await sourceOf(root)
    await rm(join(root, 'node_modules/one/dist/one.js.map'))
    expect(await sourceOf(root)).toBe(bundle)
  })
})

it('the application’s own compiled modules are named, and not what their maps name', async () => {
  const source = await bundleOf({ 'index.js': `${CODE}\n//# sourceMappingURL=${INLINE}` })
  expect(mapOf(source).sources).toEqual(['index.js'])
})

it('a text that looks like such a comment stays as it is', async () => {
  const source = await bundleOf({
    'index.js': 'console.log("\\n//# sourceMappingURL=a.map", `\n//# sourceMappingURL=b.map`)',
  })
  expect(source.split('//# sourceMappingURL=data:')[0]).toContain('//# sourceMappingURL=b.map`')
})
