/** The caches between commands: prepared components and V8 code. A wrong or unsafe entry is never used. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
import { command } from '../support/components.ts'
import { Home } from '../support/home.ts'
import { laboratoryImage } from '../support/laboratory.ts'

const home = new Home()
const eif = join(home.path, 'laboratory.eif')
const other = join(home.path, 'other.eif')
const cachePath = (...parts: string[]) => join(home.path, 'cache', 'webclave', ...parts)
const namesIn = (folder: string) => readdirSync(cachePath(folder)).sort()

const PROGRAM = fileURLToPath(new URL('../../dist/cli/qt.main.cjs', import.meta.url))
/** A script that writes a code cache which exits with 77. V8 accepts it for any program of the same length. */
const WRITE_FORGED_CACHE = `
  const { readFileSync, writeFileSync } = require('node:fs')
  const [program, path] = process.argv.slice(1)
  const text = '(function (exports, require, module, __filename, __dirname) {' + readFileSync(program, 'latin1') + '\\n})'
  const begin = text.indexOf('const urlOfThisBundle')
  const end = text.indexOf('\\n', begin)
  const other = text.slice(0, begin) + 'process.exit(77);'.padEnd(end - begin) + text.slice(end)
  writeFileSync(path, new (require('node:vm').Script)(other).createCachedData())`

const start = (image: string) => home.qt('enclave', 'start', '--eif', image, '--mem', '128')
const stop = () => home.qt('enclave', 'stop', '--enclave-id', '0')

/** Starts the laboratory, lets it calculate, and stops it. The stop waits until all caches are written. */
async function expectLaboratory(): Promise<void> {
  expect((await start(eif)).status).toBe(0)
  const socket = connect(home.vsock(0))
  socket.end('CONNECT 5000\nreturn 6 * 7')
  expect(await text(socket)).toMatch(/^OK \d+\n\{"value":42\}$/)
  expect((await stop()).status).toBe(0)
}

beforeAll(async () => {
  writeFileSync(eif, (await laboratoryImage()).eif)
  writeFileSync(other, (await buildImage({ app: { component: await command('(i32.const 0)') } })).eif)
})
afterAll(() => home[Symbol.asyncDispose]())

describe('components', () => {
  test('an image is started from the cached component', async () => {
    await expectLaboratory()
    const [component] = namesIn('components')
    const [link] = namesIn('images')
    expect(readlinkSync(cachePath('images', link!))).toBe(`../components/${component}`)
    const first = readFileSync(cachePath('components', component!))
    await expectLaboratory()
    expect(namesIn('components')).toEqual([component])
    expect(readFileSync(cachePath('components', component!))).toEqual(first)
  })

  test('an image with another cached component still runs its own', async () => {
    const own = namesIn('components')
    expect((await start(other)).status).toBe(0)
    // Its program ends at once; if it still runs, it is stopped here.
    await stop()
    const [foreign] = namesIn('components').filter((name) => !own.includes(name))
    for (const link of namesIn('images')) {
      rmSync(cachePath('images', link))
      symlinkSync(`../components/${foreign}`, cachePath('images', link))
    }
    await expectLaboratory()
    // The wrong link was corrected.
    const expected = namesIn('images').map((link) => readlinkSync(cachePath('images', link)))
    expect(expected).toContain(`../components/${own[0]}`)
  })

  test('a link to a file of the same name elsewhere is not used', async () => {
    const [link] = namesIn('images')
    const name = readlinkSync(cachePath('images', link!)).slice('../components/'.length)
    writeFileSync(join(home.path, name), 'a foreign file')
    rmSync(cachePath('images', link!))
    symlinkSync(join(home.path, name), cachePath('images', link!))
    await expectLaboratory()
  })

  test.each([
    ['truncated', (path: string) => truncateSync(path, 100_000)],
    ['empty', (path: string) => truncateSync(path, 0)],
    ['overwritten', (path: string) => writeFileSync(path, 'no component')],
    ['deleted', (path: string) => rmSync(path)],
  ])('a cached component that is %s is prepared again', async (_, damage) => {
    const path = cachePath(readlinkSync(cachePath('images', namesIn('images')[0]!)).slice(3))
    damage(path)
    await expectLaboratory()
    expect(readFileSync(path).byteLength).toBeGreaterThan(1_000_000)
  })
})

describe('programs', () => {
  const codes = () => namesIn('programs').filter((name) => name.startsWith('qt.main_enclave_query'))
  const query = async () => expect((await home.qt('enclave', 'query')).stdout).toBe('[]\n')

  test('the V8 code cache is stored for each command', async () => {
    await query()
    expect(codes()).toHaveLength(1)
    const code = readFileSync(cachePath('programs', codes()[0]!))
    await query()
    expect(readFileSync(cachePath('programs', codes()[0]!))).toEqual(code)
  })

  test('nothing is cached for an unknown command', async () => {
    const names = namesIn('programs')
    expect(await home.qt('enclave', 'qeury')).toMatchObject({ status: 2 })
    expect(namesIn('programs')).toEqual(names)
    // The control: a known command is cached, even if it fails.
    expect(await home.qt('enclave', 'console', '--enclave-id', '0')).toMatchObject({ status: 1 })
    expect(namesIn('programs')).toHaveLength(names.length + 1)
  })

  test('an invalid cache is replaced', async () => {
    const path = cachePath('programs', codes()[0]!)
    writeFileSync(path, 'no code')
    await query()
    expect(readFileSync(path).byteLength).toBeGreaterThan(10_000)
  })

  test('a cache that another user could have written is neither used nor changed', async () => {
    const path = cachePath('programs', codes()[0]!)
    execFileSync(process.execPath, ['-e', WRITE_FORGED_CACHE, PROGRAM, path])
    const planted = readFileSync(path)
    chmodSync(cachePath('programs'), 0o777)
    await query()
    expect(readFileSync(path)).toEqual(planted)
    chmodSync(cachePath('programs'), 0o700)
    // The control: in a folder that only this user can write, the forged cache is used.
    expect((await home.qt('enclave', 'query')).status).toBe(77)
  })
})
