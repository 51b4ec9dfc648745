/** What npm packs, installed as somebody installs it: for everybody on the machine, and in a project. */
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

/** npm, with the machine's own cache and registry, and the Node that runs this. */
function npm(words: readonly string[], cwd: string): string {
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` }
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline']
  return execFileSync('npm', [...quiet, ...words], { cwd, env, encoding: 'utf8', timeout: patience(300_000) })
}

beforeAll(() => {
  npm(['pack', '--ignore-scripts', '--pack-destination', home.path], root)
  const tarball = join(home.path, readdirSync(home.path).find((name) => name.endsWith('.tgz'))!)
  npm(['install', '--global', '--prefix', prefix, tarball], home.path)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "name": "a-project", "private": true }')
  npm(['install', '--install-links', tarball], project)
}, 240_000)

describe('installed for everybody', () => {
  const bin = (name: string) => join(prefix, 'bin', name)

  test('an application is built, started, listed and stopped', async () => {
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

  test('each of its names runs its program', async () => {
    expect((await home.run(bin('nitro-cli'), ['--help'])).stdout).toContain('nitro-cli run-enclave')
    expect((await home.run(bin('webclave'), ['--help'])).stdout).toContain('qt enclave start')
    expect((await home.run(bin('qt'), ['doctor'])).stdout).not.toContain('PROBLEM')
  })
})

test('in a project: npx webclave', () => {
  expect(npm(['exec', '--offline', '--', 'webclave', 'explain', '43'], project)).toContain(
    'The cid has already been used.',
  )
})

test('an older Node is rejected, also by a command that starts an enclave', async () => {
  const older =
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } })'
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(older)}` }
  for (const words of [['query'], ['start', '--eif', 'none.eif']]) {
    const refused = await home.run(join(home.path, 'bin', 'qt'), ['enclave', ...words], { env })
    expect(refused).toMatchObject({ status: 1, stdout: '' })
    expect(refused.stderr).toMatch(/^webclave needs Node 22\.13 or later; this is v/)
  }
})
