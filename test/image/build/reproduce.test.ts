/** Building twice in different folders: equal bytes give no difference, others give section, offset and cause. */
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findBuildDifferences } from '../../../src/image/build/reproduce.ts'
import { buildImage, readBootContents } from '../../../src/image/index.ts'
import { COMPONENT, errorOf, KERNEL } from '../support.ts'

let folder: string
let app: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-reproduce-'))
  app = join(folder, 'app')
  await mkdir(app)
  await writeFile(join(app, 'index.ts'), `import { one } from './one.ts'\nconsole.log(one)`)
  await writeFile(join(app, 'one.ts'), 'export const one: number = 1')
})
afterAll(() => rm(folder, { recursive: true }))

const stub = { engine: COMPONENT, kernel: KERNEL }
/** A build whose output contains `word(path)`. */
const building =
  (word: (path: string) => string) =>
  async (path: string): Promise<Uint8Array<ArrayBuffer>> => {
    const { eif } = await buildImage({ app: { source: `console.log("${word(path)}")` }, ...stub })
    return eif
  }

it('reports nothing for a reproducible build', async () => {
  const paths: string[] = []
  const build = async (path: string) => {
    paths.push(path)
    return (await buildImage({ app: { path }, ...stub })).eif
  }
  expect(await findBuildDifferences(app, build)).toEqual([])
  expect(new Set(paths).size).toBe(2)
  expect(await stat(paths[1]!).catch(() => 'gone')).toBe('gone')
})

it('copies a compiled application only, but source code with its folder', async () => {
  const wasm = join(app, 'app.wasm')
  await writeFile(wasm, COMPONENT)
  const seen: string[] = []
  const build = async (path: string) => {
    seen.push(await readFile(join(path, '../one.ts'), 'utf8').catch(() => 'absent'))
    return (await buildImage({ app: { path }, ...stub })).eif
  }
  expect(await findBuildDifferences(wasm, build)).toEqual([])
  expect(await findBuildDifferences(join(app, 'index.ts'), build)).toEqual([])
  const source = 'export const one: number = 1'
  expect(seen).toEqual([source, 'absent', source, source])
})

it('reports nothing by a link, below a package.json with a name, and with packages in two places', async () => {
  const root = join(folder, 'workspace')
  for (const [path, body] of Object.entries({
    'package.json': '{"name":"workspace","version":"1.0.0"}',
    'node_modules/far/index.js': 'exports.far = 1',
    'apps/node_modules/near/index.js': 'exports.near = 1',
    'apps/one/index.ts':
      "import { near } from 'near'\nimport { far } from 'far'\nimport { own } from './lib/own.ts'\nconsole.log(near, far, own)",
    'apps/one/real/own.ts': 'export const own = 1',
  })) {
    await mkdir(join(root, path, '..'), { recursive: true })
    await writeFile(join(root, path), body)
  }
  await symlink('real', join(root, 'apps/one/lib'))
  const link = join(folder, 'link')
  await symlink(join(root, 'apps/one'), link)
  const build = async (path: string) => (await buildImage({ app: { path }, ...stub })).eif
  expect(await findBuildDifferences(link, build)).toEqual([])
  expect(await findBuildDifferences(join(link, 'index.ts'), build)).toEqual([])
})

let builds = 0
it.each<[string, (path: string) => string, string]>([
  ['a path', (path) => path, 'the image contains a path of this machine'],
  ['a time', () => `built 2026-11-23T12:00:0${builds++}Z`, 'the image contains a time'],
  ['a time in seconds', () => `${1_795_000_000 + builds++}`, 'the image contains a time'],
  ['something else', () => `seed ${'xyz'.charAt(builds++ % 3)}`, 'the file app.js differs from byte'],
])('reports section, offset and cause of a difference: %s', async (_, word, cause) => {
  const made: Uint8Array[] = []
  const build = building(word)
  const found = await findBuildDifferences(app, async (path) => {
    const eif = await build(path)
    made.push(eif)
    return eif
  })
  expect(found).toHaveLength(1)
  expect(found[0]).toMatchObject({ section: 'ramdisk 1', cause: expect.stringContaining(cause) })
  const offset = found[0]!.offset!
  expect(made[0]![offset]).not.toBe(made[1]![offset])
  const { app: application } = await readBootContents(made[0]!)
  const start = Buffer.from(made[0]!).indexOf(application.bytes)
  expect(Buffer.compare(made[0]!.slice(start, offset), made[1]!.slice(start, offset))).toBe(0)
})

it('describes other differences like diffImages', async () => {
  let memoryMiB = 64
  const build = async () =>
    (await buildImage({ app: { source: '' }, manifest: { memoryMiB: memoryMiB++ }, ...stub })).eif
  const found = await findBuildDifferences(app, build)
  expect(found.map(({ section }) => section)).toEqual(['header', 'ramdisk 1', 'ramdisk 1'])
  expect(found.at(-1)).toEqual({
    section: 'ramdisk 1',
    cause: 'manifest: memoryMiB is 64 in the first image, 65 in the second',
  })
})

it('reports a copy that cannot be built because a file outside it is missing', async () => {
  const inner = join(folder, 'inner')
  await mkdir(inner)
  await writeFile(join(folder, 'shared.ts'), 'export const shared = 1')
  await writeFile(join(inner, 'index.ts'), `import { shared } from '../shared.ts'\nconsole.log(shared)`)
  const build = async (path: string) => (await buildImage({ app: { path }, ...stub })).eif
  const error = await errorOf(() => findBuildDifferences(inner, build))
  expect(error.code).toBe('E_BUILD_COPY')
  expect(error.got).toContain('../shared.ts')
})
