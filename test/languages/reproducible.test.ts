/** The same source gives the same bytes, in any folder and with any time zone, locale and umask. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { COMPILED_GUESTS } from '../../scripts/compiled-guests.ts'
import { findCompiler } from '../../scripts/compilers.ts'
import { diffImages } from '../../src/image/index.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const builder = fileURLToPath(new URL('build-all.ts', import.meta.url))

// Installs missing compilers before any time limit applies.
await Promise.all(COMPILED_GUESTS.map(({ compiler }) => findCompiler(compiler)))

interface Environment {
  directory: string
  offset: number
  locale: string
  mask: number
}

let folder: string
let first: Environment
let second: Environment

/** Builds every guest in a process with this environment. */
async function buildAll(
  guests: string,
  out: string,
  { cwd, umask, env }: { cwd: string; umask: string; env: Record<string, string> },
): Promise<Environment> {
  const words = ['-c', `umask ${umask}; exec "$0" "$@"`, process.execPath, builder, guests, out]
  const { stdout } = await promisify(execFile)('/bin/sh', words, { cwd, env: { ...process.env, ...env } })
  return JSON.parse(stdout)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-reproducible-'))
  const copy = join(folder, 'another place', 'guests')
  await mkdir(copy, { recursive: true })
  const engine = (source: string) => basename(source) !== 'engine'
  await cp(join(root, 'guests'), copy, { recursive: true, filter: engine })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  first = await buildAll(join(root, 'guests'), join(folder, 'one'), {
    cwd: root,
    umask: '022',
    env: { TZ: 'UTC', LC_ALL: 'C', LANG: 'C', SOURCE_DATE_EPOCH: '1' },
  })
  second = await buildAll(copy, join(folder, 'two'), {
    cwd: folder,
    umask: '077',
    env: { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', HOME: folder },
  })
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))

it('the two environments differ in everything that they should', () => {
  expect(first.directory).not.toBe(second.directory)
  expect(first.offset).not.toBe(second.offset)
  expect(first.locale).not.toBe(second.locale)
  expect(first.mask).not.toBe(second.mask)
})

it('every guest is the same, byte for byte', async () => {
  const names = (await readdir(join(folder, 'one'))).filter((name) => name.endsWith('.eif')).sort()
  expect(names).toEqual(expect.arrayContaining(['attest.eif', 'echo-assemblyscript.eif', 'echo.eif']))
  expect((await readdir(join(folder, 'two'))).filter((name) => name.endsWith('.eif')).sort()).toEqual(names)
  const read = async (place: string, name: string) =>
    new Uint8Array(await readFile(join(folder, place, name)))
  for (const name of names) {
    const [one, two] = [await read('one', name), await read('two', name)]
    const { differences } = await diffImages(one, two)
    expect({ name, differences }).toEqual({ name, differences: [] })
    expect(Buffer.compare(one, two)).toBe(0)
  }
})

it('no image contains the path of a folder that it was built in', async () => {
  for (const name of await readdir(join(folder, 'two'))) {
    const bytes = await readFile(join(folder, 'two', name))
    for (const path of [folder, root]) expect(bytes.includes(path), `${path} in ${name}`).toBe(false)
  }
})
