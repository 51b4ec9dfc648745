/** The npm package, installed globally and in a project. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Home } from '../support/home.ts'
import { patience } from '../support/patience.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const home = new Home()
const prefix = join(home.path, 'global')
const project = join(home.path, 'project')
afterAll(() => home[Symbol.asyncDispose]())

/** Runs npm with the machine's cache and registry, and with the Node of this process. */
function npm(args: readonly string[], cwd: string): string {
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` }
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline']
  return execFileSync('npm', [...quiet, ...args], { cwd, env, encoding: 'utf8', timeout: patience(300_000) })
}

beforeAll(() => {
  npm(['pack', '--ignore-scripts', '--pack-destination', home.path], root)
  const tarball = join(home.path, readdirSync(home.path).find((name) => name.endsWith('.tgz'))!)
  npm(['install', '--global', '--prefix', prefix, tarball], home.path)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "name": "a-project", "private": true }')
  npm(['install', '--install-links', tarball], project)
}, 240_000)

describe('installed globally', () => {
  const bin = (name: string) => join(prefix, 'bin', name)

  test('it can build, start, list and stop an application', async () => {
    const app = join(home.path, 'app.ts')
    writeFileSync(
      app,
      "import { vsock } from 'webclave/sdk'\nexport default async () => {\n  for await (const socket of vsock.listen(5000)) socket.close()\n}\n",
    )
    const eif = join(home.path, 'app.eif')
    expect(await home.run(bin('qt'), ['enclave', 'make-img', '--app', app, '--eif', eif])).toMatchObject({
      status: 0,
    })
    expect(await home.run(bin('qt'), ['enclave', 'start', '--eif', eif])).toMatchObject({ status: 0 })
    expect((await home.run(bin('qt'), ['enclave', 'query'])).stdout).toContain('"Status": "Running"')
    expect(await home.run(bin('qt'), ['enclave', 'stop', '--enclave-id', '0'])).toMatchObject({ status: 0 })
  })

  test('nitro-cli, webclave and qt run their programs', async () => {
    expect((await home.run(bin('nitro-cli'), ['--help'])).stdout).toContain('nitro-cli run-enclave')
    expect((await home.run(bin('webclave'), ['--help'])).stdout).toContain('qt enclave start')
    expect((await home.run(bin('qt'), ['doctor'])).stdout).not.toContain('PROBLEM')
  })
})

test('installed in a project, it runs with npx webclave', () => {
  expect(npm(['exec', '--offline', '--', 'webclave', 'explain', '43'], project)).toContain(
    'The cid has already been used.',
  )
})

test('an older Node is rejected, even by a command that starts an enclave', async () => {
  const older =
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } })'
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(older)}` }
  for (const args of [['query'], ['start', '--eif', 'none.eif']]) {
    const refused = await home.run(join(home.path, 'bin', 'qt'), ['enclave', ...args], { env })
    expect(refused).toMatchObject({ status: 1, stdout: '' })
    expect(refused.stderr).toMatch(/^webclave needs Node 22\.13 or later; this is v/)
  }
})
