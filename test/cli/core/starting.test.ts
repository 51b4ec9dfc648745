/** Commands that start an enclave without `bin/qt`: they start the keeper themselves, and report its outcome. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { startQuietly } from '../../../src/cli/core/start-quietly.ts'
import { buildImage } from '../../../src/image/index.ts'
import { Home } from '../../support/home.ts'
import { sessionOf } from '../../support/processes.ts'

const program = (name: string) => fileURLToPath(new URL(`../../../src/cli/${name}.ts`, import.meta.url))
const home = new Home()
const eif = join(home.path, 'echo.eif')
const echo = fileURLToPath(new URL('../../../guests/echo', import.meta.url))

beforeAll(async () => writeFileSync(eif, (await buildImage({ app: { path: echo }, name: 'echo' })).eif))
afterEach(() => vi.unstubAllEnvs())
afterAll(() => home[Symbol.asyncDispose]())

const qt = (...args: string[]) => home.run(process.execPath, [program('qt'), 'enclave', ...args])
const stop = (id: number) => home.qt('enclave', 'stop', '--enclave-id', String(id))

test('the keeper reports the outcome, and stays in its own session', async () => {
  const { status, stdout, stderr } = await qt('start', '--eif', eif, '--mem', '128', '--cid', '9')
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: 'Started enclave with EnclaveID : 0, EnclaveCID : 9, NumberOfCPUs : 2, MemoryMiB : 128\n',
  })
  expect(JSON.parse(stdout)).toMatchObject({ EnclaveID: 0, EnclaveCID: 9, LaunchMode: 'normal' })
  const [keeper, ...others] = home.processes()
  expect(others).toEqual([])
  // A signal from the terminal, such as Ctrl-C, must not reach the enclave.
  expect(sessionOf(keeper!)).toBe(keeper)
  expect(await stop(0)).toMatchObject({ status: 0 })
})

test('an error is printed once, with the exit status of a usage error or a failure', async () => {
  const wrong = await qt('start', '--eif', eif, '--mem', '0')
  expect(wrong).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/^E_USAGE: invalid --mem/),
  })
  expect(wrong.stderr.match(/E_USAGE/g)).toHaveLength(1)
  const failed = await qt('start', '--eif', join(home.path, 'none.eif'))
  expect(failed).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(/^E_FILE: /) })
  expect(failed.stderr).not.toContain('    at ')
  expect((await qt('start', '--eif', join(home.path, 'none.eif'), '--debug')).stderr).toContain('    at ')
})

test('another command can start an enclave, and gets its ID or the error', async () => {
  for (const [name, value] of Object.entries(home.env)) if (/^XDG/.test(name)) vi.stubEnv(name, value)
  const id = await startQuietly([`--eif=${eif}`, '--mem=128'])
  expect(JSON.parse((await home.qt('enclave', 'query')).stdout)).toMatchObject([
    { EnclaveID: id, MemoryMiB: 128 },
  ])
  await stop(id)
  await expect(startQuietly([`--eif=${eif}`, '--mem=1'])).rejects.toMatchObject({
    code: 'E_START_FAILED',
    what: expect.stringMatching(/^the enclave could not be started: E_CLOUD_MEMORY: [^\n]*$/),
  })
})

test('nitro-cli follows the console of an enclave that it started, until the enclave ends', async () => {
  const args = ['run-enclave', '--eif-path', eif, '--memory', '64', '--cpu-count', '1', '--attach-console']
  const child = spawn(process.execPath, [program('nitro-cli'), ...args], { env: home.env })
  let printed = ''
  for await (const text of child.stdout.setEncoding('utf8')) {
    const before = printed
    printed += text
    const mark = 'echo listens on port 5000'
    if (printed.includes(mark) && !before.includes(mark)) {
      expect(await home.nitro('terminate-enclave', '--all')).toMatchObject({ status: 0 })
    }
  }
  if (child.exitCode === null) await once(child, 'close')
  expect(child.exitCode).toBe(0)
  expect(printed).toMatch(/^\{\n {2}"EnclaveName": "echo",/)
})

test('nitro-cli exits at once without --attach-console', async () => {
  const args = ['run-enclave', '--eif-path', eif, '--memory', '64', '--cpu-ids', '3']
  const { status, stdout } = await home.run(process.execPath, [program('nitro-cli'), ...args])
  expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 0, CPUIDs: [3], MemoryMiB: 64 })
  expect(await home.nitro('terminate-enclave', '--all')).toMatchObject({ status: 0 })
  const refused = await home.run(process.execPath, [
    program('nitro-cli'),
    ...args,
    '--attach-console',
    '--memory=63',
  ])
  expect(refused).toMatchObject({ status: 2, stdout: '' })
  const small = args.with(4, '63')
  expect(
    await home.run(process.execPath, [program('nitro-cli'), ...small, '--attach-console']),
  ).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/E_CLOUD_MEMORY[\s\S]*\[ E26 \]/),
  })
})
