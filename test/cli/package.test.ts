/** The npm package, installed globally. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Home } from '../support/home.ts'
import { npm, pack } from '../support/package.ts'

const home = new Home()
const prefix = join(home.path, 'global')
afterAll(() => home[Symbol.asyncDispose]())

beforeAll(() => {
  const tarball = pack(home.path)
  npm(['install', '--global', '--prefix', prefix, tarball], home.path)
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
