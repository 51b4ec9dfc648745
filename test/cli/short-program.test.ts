/** Programs that end before anybody can ask: their console, why they ended, and the exit status of who followed them. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
import { command } from '../support/components.ts'
import { Home } from '../support/home.ts'

const home = new Home()
const eif = join(home.path, 'short.eif')
const failing = join(home.path, 'failing.eif')
const plain = join(home.path, 'plain.eif')
beforeAll(async () => {
  await writeFile(eif, (await buildImage({ app: { source: 'console.log("a short program")' } })).eif)
  const source = 'console.log("failing"); throw new RangeError("no luck")'
  await writeFile(failing, (await buildImage({ app: { source } })).eif)
  await writeFile(plain, (await buildImage({ app: { component: await command('(i32.const 1)') } })).eif)
})
afterAll(() => home[Symbol.asyncDispose]())

const read = (text: string) => JSON.parse(text) as Record<string, unknown>[]
const start = (image: string, ...words: string[]) =>
  home.qt('enclave', 'start', '--eif', image, '--mem', '128', ...words)
const console = (...words: string[]) => home.qt('enclave', 'console', '--enclave-id', '0', ...words)
/** Its vCPUs are free at once, also if nobody has read its console. */
const ended = () => expect.poll(async () => (await home.qt('enclave', 'query')).stdout).toBe('[]\n')
const FAILED = /^the enclave has ended: trapped: uncaught RangeError: no luck/m

describe('in debug mode', () => {
  test('what it printed and why it ended can be read, more than once', async () => {
    expect((await start(eif, '--debug-mode')).status).toBe(0)
    const expected = { status: 0, stdout: 'a short program\n', stderr: expect.any(String) }
    const first = await console()
    expect(first).toEqual(expected)
    expect(first.stderr).toContain('the enclave has ended: exited with status 0\n')
    await ended()
    expect(await console()).toEqual(expected)
    const [listed] = read((await home.qt('enclave', 'query', '--all')).stdout)
    expect(listed).toMatchObject({ EnclaveID: 0, Status: 'Terminated', End: 'exited with status 0' })
    const stopped = await home.qt('enclave', 'stop', '--enclave-id', '0')
    expect(stopped.status).toBe(1)
    expect(stopped.stderr).toContain('the required enclave 0 has ended: exited with status 0')
  })

  test('the console of a failed one has another exit status', async () => {
    await start(failing, '--debug-mode')
    const { status, stdout, stderr } = await console()
    expect([status, stdout.includes('failing\n')]).toEqual([1, true])
    expect(stderr).toMatch(FAILED)
    await ended()
  })
})

test('outside debug mode, only why it ended is told', async () => {
  const started = await start(eif)
  expect(started.status).toBe(0)
  await ended()
  const shown = await console()
  expect(shown.status).toBe(1)
  expect(shown.stderr).toContain(
    'E_CONSOLE_MODE: the enclave has ended (exited with status 0) and was not in debug mode',
  )
  expect(started.stdout + started.stderr + shown.stdout + shown.stderr).not.toContain('a short program')
})

describe('nitro-cli', () => {
  const attach = (image: string, ...words: string[]) =>
    home.nitro(
      ...['run-enclave', '--eif-path', image, '--memory', '128', '--cpu-count', '1'],
      ...['--attach-console', ...words],
    )

  test('follows the console of its own enclave to its end, and has its outcome', async () => {
    const forever = join(home.path, 'short')
    const source = 'console.log("another"); setTimeout(() => {}, 2 ** 30)'
    await writeFile(forever, (await buildImage({ app: { source } })).eif)
    // An enclave with the name that the next one would have.
    const words = ['--memory', '128', '--cpu-count', '1', '--debug-mode']
    expect((await home.nitro('run-enclave', '--eif-path', forever, ...words)).status).toBe(0)
    for (let round = 0; round < 3; round++) {
      const { status, stdout, stderr } = await attach(eif)
      expect([status, stdout.endsWith('a short program\n')]).toEqual([0, true])
      expect(stderr).toMatch(/the enclave has ended: exited with status 0\n$/)
    }
    const failed = await attach(failing, '--enclave-name', 'fails')
    expect([failed.status, failed.stdout.includes('failing\n')]).toEqual([1, true])
    expect(failed.stderr).toMatch(FAILED)
    const after = await home.nitro('console', '--enclave-name', 'fails')
    expect([after.status, after.stdout]).toEqual([1, expect.stringContaining('failing\n')])
    await home.nitro('terminate-enclave', '--all')
    expect(read((await home.nitro('describe-enclaves')).stdout)).toEqual([])
    const all = read((await home.nitro('describe-enclaves', '--all')).stdout)
    expect(all.find(({ EnclaveName }) => EnclaveName === 'fails')).toMatchObject({
      State: 'TERMINATED',
      End: expect.stringContaining('no luck'),
    })
  })

  test('reports a program that printed nothing and returned an error', async () => {
    const { status, stderr } = await attach(plain)
    expect(status).toBe(1)
    expect(stderr).toMatch(/the enclave has ended: exited with status 1\n$/)
  })
})
