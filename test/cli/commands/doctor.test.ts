/** The checks of `qt doctor`, and its advice. */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { doctor } from '../../../src/cli/commands/doctor.ts'
import { runCommand } from '../in-process.ts'

/** The maximum length of a path of a Unix socket, without the `_` and port that outgoing connections append. */
const MAX_PATH = 96

let home: string
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'd-')))
  for (const [variable, folder] of Object.entries({
    XDG_RUNTIME_DIR: 'run',
    XDG_STATE_HOME: 'state',
    XDG_CACHE_HOME: 'cache',
    XDG_CONFIG_HOME: 'config',
  })) {
    mkdirSync(join(home, folder), { mode: 0o700 })
    vi.stubEnv(variable, join(home, folder))
  }
  vi.stubEnv('PATH', join(home, 'bin'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(home, { recursive: true })
})

interface Row {
  Check: string
  Result: string
  Found: string
  Advice: string
}

async function examine(): Promise<{ status: number; rows: Record<string, Row> }> {
  const { status, stdout } = await runCommand(doctor, [])
  const rows = JSON.parse(stdout) as Row[]
  return { status, rows: Object.fromEntries(rows.map((row) => [row.Check, row])) }
}

/** Makes this process report another version of Node. */
const fakeNodeVersion = (version: string) =>
  vi.spyOn(process, 'versions', 'get').mockReturnValue({ ...process.versions, node: version })

test('a machine without a browser has no problem', async () => {
  const { status, rows } = await examine()
  expect(status).toBe(0)
  const { browser, ...others } = rows
  expect(browser).toEqual({
    Check: 'browser',
    Result: 'missing',
    Found: 'none on PATH',
    Advice: 'install one only if you want to run enclaves in a tab',
  })
  for (const row of Object.values(others)) expect(row, row.Check).toMatchObject({ Result: 'ok', Advice: '' })
  const found = (name: string) => rows[name]!.Found
  expect(found('permission model')).toBe('--permission')
  expect(found('WebAssembly')).toBe('with extended constant expressions')
  expect(found('shared memory')).toBe('with Atomics.waitAsync')
  expect(found('package files')).toMatch(/^[1-9]\d* files$/)
  expect(found('shell')).toBe('/bin/sh')
  expect(found('runtime directory')).toBe(join(home, 'run/webclave'))
  expect(found('state directory')).toBe(join(home, 'state/webclave'))
  expect(found('cache directory')).toBe(join(home, 'cache/webclave/components'))
  expect(found('pool')).toBe('default: 4 vCPUs, 2048 MiB')
  expect(found('key policies')).toBe('no keys')
})

test('a browser is found on the PATH', async () => {
  mkdirSync(join(home, 'bin'))
  writeFileSync(join(home, 'bin/firefox'), '')
  vi.stubEnv('PATH', `/nowhere:${join(home, 'bin')}`)
  expect((await examine()).rows['browser']).toMatchObject({ Result: 'ok', Found: join(home, 'bin/firefox') })
})

describe('Node', () => {
  test.each(['22.13.0', '22.14.1', '23.0.0', '25.12.0'])(
    '%s is accepted, with a note that its permissions do not cover the network',
    async (version) => {
      fakeNodeVersion(version)
      const { status, rows } = await examine()
      expect(rows['Node']).toMatchObject({
        Result: 'ok',
        Found: expect.stringContaining('does not cover the network'),
      })
      expect(status).toBe(0)
    },
  )

  test.each(['26.0.0', '27.1.0', '100.0.0'])('%s has every permission', async (version) => {
    fakeNodeVersion(version)
    expect((await examine()).rows['Node']).toMatchObject({ Result: 'ok', Found: process.version })
  })

  test.each(['22.12.9', '21.13.0', '21.99.0', '20.20.2'])('%s is too old', async (version) => {
    fakeNodeVersion(version)
    const { status, rows } = await examine()
    expect(rows['Node']).toMatchObject({
      Result: 'PROBLEM',
      Advice: expect.stringContaining('install Node 22.13'),
    })
    expect(status).toBe(1)
  })

  test('requires extended constants and Atomics.waitAsync', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false)
    vi.spyOn(process, 'allowedNodeEnvironmentFlags', 'get').mockReturnValue(new Set())
    const { waitAsync } = Atomics
    Reflect.deleteProperty(Atomics, 'waitAsync')
    try {
      const { rows } = await examine()
      expect(rows['WebAssembly']).toMatchObject({
        Result: 'PROBLEM',
        Found: 'no extended constant expressions',
      })
      expect(rows['permission model']).toMatchObject({ Result: 'PROBLEM', Found: 'missing' })
      expect(rows['shared memory']).toMatchObject({ Result: 'PROBLEM', Found: 'no Atomics.waitAsync' })
    } finally {
      Object.defineProperty(Atomics, 'waitAsync', { value: waitAsync, configurable: true, writable: true })
    }
  })

  test('is checked with a constant expression that is a sum', async () => {
    const validate = vi.spyOn(WebAssembly, 'validate')
    await examine()
    const [bytes] = validate.mock.calls.at(-1)!
    // An immutable i32 global with the value 1 + 2.
    const module = [...[0, 97, 115, 109], ...[1, 0, 0, 0], ...[6, 9, 1, 127, 0, 65, 1, 65, 2, 106, 11]]
    expect([...(bytes as Uint8Array)]).toEqual(module)
  })
})

describe('directories', () => {
  test('a socket path of the maximum length is accepted, a longer one is a problem', async () => {
    const rest = '/webclave/99/vsock.sock'.length
    const base = join(home, 'x'.repeat(MAX_PATH - rest - home.length - 1))
    for (const [path, result] of [
      [base, 'ok'],
      [`${base}x`, 'PROBLEM'],
    ] as const) {
      mkdirSync(path, { mode: 0o700 })
      vi.stubEnv('XDG_RUNTIME_DIR', path)
      const { rows } = await examine()
      expect(rows['socket paths']).toMatchObject({ Result: result })
      if (result === 'ok') expect(rows['socket paths']!.Found).toBe('96 bytes of 96')
    }
  })

  test('that other users can access are a problem', async () => {
    mkdirSync(join(home, 'state/webclave'))
    chmodSync(join(home, 'state/webclave'), 0o755)
    const { status, rows } = await examine()
    expect(rows['state directory']).toMatchObject({
      Result: 'PROBLEM',
      Found: expect.stringContaining('E_STATE_MODE'),
    })
    expect(rows['cache directory']).toMatchObject({ Result: 'ok' })
    expect(status).toBe(1)
  })

  test('include that of the pool’s configuration file, which is read', async () => {
    mkdirSync(join(home, 'config/webclave'))
    const path = join(home, 'config/webclave/allocator.yaml')
    writeFileSync(path, 'memory_mib: 512\ncpu_count: 3\n')
    expect((await examine()).rows['pool']).toMatchObject({ Result: 'ok', Found: `${path}: 3 vCPUs, 512 MiB` })
    writeFileSync(path, 'memory_mib: 512\n')
    expect((await examine()).rows['pool']).toMatchObject({ Result: 'PROBLEM' })
  })
})
