/** What is kept between commands makes them fast, and is never believed where it could be wrong. */
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
const kept = (...parts: string[]) => join(home.path, 'cache', 'webclave', ...parts)
const namesIn = (folder: string) => readdirSync(kept(folder)).sort()

const PROGRAM = fileURLToPath(new URL('../../dist/cli/qt.main.cjs', import.meta.url))
/** Code of a program that exits with 77: V8 takes it for that of any program of the same length. */
const PLANT = `
  const { readFileSync, writeFileSync } = require('node:fs')
  const [program, path] = process.argv.slice(1)
  const text = '(function (exports, require, module, __filename, __dirname) {' + readFileSync(program, 'latin1') + '\\n})'
  const begin = text.indexOf('const ownUrl')
  const end = text.indexOf('\\n', begin)
  const other = text.slice(0, begin) + 'process.exit(77);'.padEnd(end - begin) + text.slice(end)
  writeFileSync(path, new (require('node:vm').Script)(other).createCachedData())`

const start = (image: string) => home.qt('enclave', 'start', '--eif', image, '--mem', '128')
const stop = () => home.qt('enclave', 'stop', '--enclave-id', '0')

/** Starts the laboratory, has it calculate, and stops it. Stopping waits for what is still being written. */
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
    expect(readlinkSync(kept('images', link!))).toBe(`../components/${component}`)
    const first = readFileSync(kept('components', component!))
    await expectLaboratory()
    expect(namesIn('components')).toEqual([component])
    expect(readFileSync(kept('components', component!))).toEqual(first)
  })

  test('an image with another cached component still runs its own', async () => {
    const own = namesIn('components')
    expect((await start(other)).status).toBe(0)
    // It was done at once; where it still runs, it is stopped.
    await stop()
    const [foreign] = namesIn('components').filter((name) => !own.includes(name))
    for (const link of namesIn('images')) {
      rmSync(kept('images', link))
      symlinkSync(`../components/${foreign}`, kept('images', link))
    }
    await expectLaboratory()
    // What was wrong is put right.
    const expected = namesIn('images').map((link) => readlinkSync(kept('images', link)))
    expect(expected).toContain(`../components/${own[0]}`)
  })

  test('a file of the same name elsewhere is not used', async () => {
    const [link] = namesIn('images')
    const name = readlinkSync(kept('images', link!)).slice('../components/'.length)
    writeFileSync(join(home.path, name), 'somebody else’s')
    rmSync(kept('images', link!))
    symlinkSync(join(home.path, name), kept('images', link!))
    await expectLaboratory()
  })

  test.each([
    ['cut short', (path: string) => truncateSync(path, 100_000)],
    ['empty', (path: string) => truncateSync(path, 0)],
    ['something else', (path: string) => writeFileSync(path, 'no component')],
    ['gone', (path: string) => rmSync(path)],
  ])('one that is %s is made anew', async (_, damage) => {
    const path = kept(readlinkSync(kept('images', namesIn('images')[0]!)).slice(3))
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
    const code = readFileSync(kept('programs', codes()[0]!))
    await query()
    expect(readFileSync(kept('programs', codes()[0]!))).toEqual(code)
  })

  test('nothing is cached for words that name no command', async () => {
    const names = namesIn('programs')
    expect(await home.qt('enclave', 'qeury')).toMatchObject({ status: 2 })
    expect(namesIn('programs')).toEqual(names)
    // The control: whatever is a command is kept, in vain or not.
    expect(await home.qt('enclave', 'console', '--enclave-id', '0')).toMatchObject({ status: 1 })
    expect(namesIn('programs')).toHaveLength(names.length + 1)
  })

  test('an invalid cache is replaced', async () => {
    const path = kept('programs', codes()[0]!)
    writeFileSync(path, 'no code')
    await query()
    expect(readFileSync(path).byteLength).toBeGreaterThan(10_000)
  })

  test('a cache that another user could have written is neither used nor changed', async () => {
    const path = kept('programs', codes()[0]!)
    execFileSync(process.execPath, ['-e', PLANT, PROGRAM, path])
    const planted = readFileSync(path)
    chmodSync(kept('programs'), 0o777)
    await query()
    expect(readFileSync(path)).toEqual(planted)
    chmodSync(kept('programs'), 0o700)
    // The control: where it could only be this user's own, it is run.
    expect((await home.qt('enclave', 'query')).status).toBe(77)
  })
})
