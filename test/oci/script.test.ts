/** The folder of a bundle is removed whatever happens, and nothing above it changes the bundle. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { loadContainerImage } from '../../src/oci/index.ts'
import { withTemporaryFolder } from '../../src/oci/temporary.ts'
import { Images, layout } from '../support/containers.ts'
import { pax, type TarPart, tar } from '../support/tar.ts'

const removal = vi.hoisted(() => ({ during: () => {}, failures: 0 }))
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  const rmSync: typeof fs.rmSync = (...args) => {
    if (--removal.failures >= 0) throw Object.assign(new Error('gone'), { code: 'ENOENT' })
    fs.rmSync(...args)
  }
  return { ...fs, rmSync, default: { ...fs, rmSync } }
})
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>()
  const rm: typeof fs.rm = (...args) => {
    removal.during()
    return fs.rm(...args)
  }
  return { ...fs, rm, default: { ...fs, rm } }
})

let images: Images
beforeAll(async () => {
  images = await Images.create()
})
afterAll(() => images[Symbol.asyncDispose]())

const temporary = () => images.at('tmp')
beforeEach(() => {
  mkdirSync(temporary())
  vi.stubEnv('TMPDIR', temporary())
})
afterEach(() => {
  vi.unstubAllEnvs()
  removal.during = () => {}
  rmSync(temporary(), { recursive: true, force: true })
})

const script = (...parts: TarPart[]) =>
  layout({ layers: [tar(...parts)], run: { Cmd: ['node', '/srv/main.js'] } })
async function bundle(...parts: TarPart[]): Promise<string> {
  const { app } = await loadContainerImage(await images.archive('script.tar', script(...parts)))
  return 'source' in app ? app.source : ''
}

describe('what is above the folder does not count:', () => {
  const parts: TarPart[] = [
    {
      name: 'srv/main.js',
      data: `import './part.js'
import { hi } from 'greet'
let absent = 'absent'
try { absent = require('dep') } catch {}
console.log(hi, absent)`,
    },
    { name: 'srv/part.js', data: "console.log('side effect')" },
    { name: 'srv/node_modules/greet/package.json', data: '{"name":"greet","version":"1.0.0"}' },
    { name: 'srv/node_modules/greet/index.js', data: "exports.hi = 'of the image'" },
  ]
  let expected = ''
  beforeEach(async () => {
    expected = await bundle(...parts)
    expect(expected).toContain('side effect')
    expect(expected).toContain('of the image')
  })

  test.each([
    '{"sideEffects":false}',
    '{"type":"commonjs"}',
    '{"name":"evil","version":"9"}',
    '{"browser":{"greet":false}}',
    '{"browser":{"greet":"./evil.js"}}',
  ])('a package.json with %s', async (text) => {
    writeFileSync(join(temporary(), 'package.json'), text)
    expect(await bundle(...parts)).toBe(expected)
    // Also if the image has one in its root.
    const own = { name: 'package.json', data: '{"private":true}' }
    expect(await bundle(...parts, own)).toBe(expected)
  })

  test.each(['dep/index.js', 'dep.js'])('a package in node_modules/%s', async (path) => {
    mkdirSync(join(temporary(), 'node_modules/dep'), { recursive: true })
    writeFileSync(join(temporary(), 'node_modules', path), "module.exports = 'outside'")
    expect(await bundle(...parts)).toBe(expected)
    const needed = { name: 'srv/main.js', data: "import dep from 'dep'\nconsole.log(dep)" }
    expect(await images.refusal(script(needed))).toMatch(/^E_APP_IMPORT: .*Could not resolve "dep"/)
  })
})

describe('an error of the file system has a code:', () => {
  const main = { name: 'srv/main.js', data: 'console.log(1)' }
  test('no folder for temporary files', async () => {
    vi.stubEnv('TMPDIR', images.at('none'))
    expect(await images.refusal(script(main))).toMatch(/^E_FILE: .*cannot be written.*got ENOENT; set TMPDIR/)
  })

  test('a name that no file system takes', async () => {
    const long = pax({ path: `srv/${'n'.repeat(300)}.js` })
    expect(await images.refusal(script(main, long, { name: 'x' }))).toMatch(
      /^E_OCI_LIMIT: layer 1 of 1: a name in a path is too long; expected at most 255 bytes/,
    )
  })

  test('a path that is too long, by links', async () => {
    const name = 'd'.repeat(240)
    const links = Array.from({ length: 20 }, (_, at): TarPart[] => [
      pax({ path: `l${at}/${name}/` }),
      { name: 'x', type: '5' },
      pax({ linkpath: `l${at}/${name}` }),
      { name: `l${at + 1}`, type: '2' },
    ])
    const start = { name: 'l0', type: '2', link: 'srv' }
    expect(await images.refusal(script(main, start, ...links.flat(), { name: 'l20/a.js' }))).toMatch(
      /^E_OCI_LIMIT: a path of the image is too long for this machine/,
    )
    expect(readdirSync(temporary())).toEqual([])
  })
})

describe('a signal', () => {
  const SIGNAL = 'SIGHUP'
  const listeners = () => process.listenerCount(SIGNAL)

  test('during the use or the removal of a folder removes it, and then ends the process', async () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
    const signal = () => void process.emit(SIGNAL, SIGNAL)
    for (const during of ['use', 'removal']) {
      if (during === 'removal') removal.during = signal
      // As if another thread had removed a file just before.
      removal.failures = 3
      await withTemporaryFolder(async (folder) => {
        writeFileSync(join(folder, 'file'), '')
        if (during === 'use') {
          signal()
          expect(existsSync(folder)).toBe(false)
        }
      })
      expect(kill, during).toHaveBeenCalledWith(process.pid, SIGNAL)
      expect(readdirSync(temporary())).toEqual([])
      kill.mockClear()
    }
    kill.mockRestore()
  })

  test('has one listener for all folders, and none after them, also if they could not be made', async () => {
    const before = listeners()
    const all = Array.from({ length: 12 }, () => withTemporaryFolder(async () => listeners()))
    expect(await Promise.all(all)).toEqual(Array<number>(12).fill(before + 1))
    expect(listeners()).toBe(before)
    vi.stubEnv('TMPDIR', images.at('none'))
    await expect(withTemporaryFolder(async () => {})).rejects.toMatchObject({ code: 'E_FILE' })
    expect(listeners()).toBe(before)
  })
})

test('a file with a name that no enclave can have is named as the image’s', async () => {
  const files = script({ name: 'srv/main.js', data: 'console.log(1)' }, { name: 'srv/data\nx' })
  expect(await images.refusal(files)).toMatch(
    /^E_ARCHIVE_NAME: the container image has a file with a name that/,
  )
})
